"""Placeholders: what stands in a cell of a review where the guest wrote nothing.

Forms demand an answer, so guests and exports fill in "Nothing", "N/A" or a dash. Booking.com puts a
word for the score ("Superb") where a review has no title of its own.
"""

import re
import unicodedata
from functools import cache

# By language: en, de, fr, es, it, pt, nl, ru, ja, zh, ko, ar, th, tr, pl, then sv, da, no, fi, cs,
# hu, uk, el, he, vi, id, ro, hr, hi.
_EMPTY = (
    "no positive|no negative|no positives|no negatives|nothing|none|n/a|na|n.a|nil|null|nan|no|"
    "nothing at all|none at all|nothing really|not really|nothing much|nothing negative|"
    "nothing positive|nothing bad|nothing good|nothing special|nothing in particular|"
    "nothing to report|nothing to complain about|nothing to mention|nothing to add|"
    "nothing to say|nothing to dislike|nothing i disliked|nothing comes to mind|no complaints|"
    "no complaint|no comment|no comments|no issues|no problems|no remarks|not applicable|"
    "no dislikes|no cons|no answer|no response|blank|empty|nichts|nix|keine|kein|keines|keins|"
    "keine angabe|keine angaben|k.a|entfällt|gar nichts|überhaupt nichts|nichts negatives|"
    "nichts positives|nichts besonderes|nichts schlechtes|nichts zu bemängeln|"
    "nichts zu beanstanden|nichts auszusetzen|keine beanstandungen|keine kritik|kein kommentar|"
    "keine kommentare|keine beschwerden|nein|rien|rien du tout|rien de négatif|rien de positif|"
    "rien de spécial|rien de particulier|rien à dire|rien à redire|rien à signaler|r.a.s|ras|"
    "aucun|aucune|aucun commentaire|aucun point négatif|aucun point positif|pas de commentaire|"
    "néant|sans objet|non|sans commentaire|nada|nada en particular|nada en especial|"
    "nada negativo|nada positivo|nada malo|nada que decir|nada que destacar|nada de nada|"
    "absolutamente nada|ninguno|ninguna|ningún comentario|ninguna queja|sin comentarios|"
    "sin comentario|no aplica|nada a destacar|niente|niente di negativo|niente di positivo|"
    "niente di particolare|niente da dire|niente da segnalare|nulla|nulla di negativo|"
    "nulla di particolare|nulla da dire|nulla da segnalare|nulla da eccepire|nessuno|nessuna|"
    "nessun commento|nessun problema|nada a declarar|nada a dizer|nada a apontar|"
    "nada de negativo|nada de positivo|nenhum|nenhuma|nenhum comentário|sem comentários|"
    "sem comentário|não|não se aplica|nada a assinalar|niets|niks|geen|geen opmerkingen|"
    "geen commentaar|geen klachten|niets negatiefs|niets positiefs|niets bijzonders|"
    "niets te melden|niets op aan te merken|n.v.t|nvt|nee|нет|ничего|ничего плохого|"
    "ничего хорошего|ничего особенного|ничего такого|ничего не понравилось|нету|нет замечаний|"
    "нет комментариев|без комментариев|отсутствуют|не было|таких нет|минусов нет|недостатков нет|"
    "なし|無し|ナシ|無|特になし|特に無し|特にない|特に無い|特にありません|特に無|ない|ありません|"
    "特に|該当なし|何もない|何もありません|とくになし|とくにない|とくにありません|"
    "特にございません|无|無|没有|沒有|没|暂无|暫無|无评论|暂无评论|没什么|沒什麼|没有什么|都没有|"
    "无缺点|没有缺点|没有不满意|什么都没有|都很好没有缺点|没啥|없음|없습니다|없어요|없다|없었음|"
    "없었습니다|없었어요|딱히 없음|특별히 없음|특별히 없어요|딱히 없어요|해당 없음|해당없음|"
    "전혀 없음|무|لا شيء|لاشيء|لا شي|لا يوجد|لايوجد|لا|لا يوجد شيء|لا يوجد تعليق|لا تعليق|"
    "ليس هناك شيء|لا شئ|ไม่มี|ไม่มีเลย|ไม่มีครับ|ไม่มีค่ะ|ไม่มีความคิดเห็น|ไม่มีอะไร|yok|"
    "hiçbir şey|hiçbiri|hiç|yorum yok|hiç bir şey|yoktu|bulunmuyor|hayır|brak|nic|nie|nie ma|"
    "żadne|żadnych|bez uwag|brak uwag|nie dotyczy|nic złego|nic negatywnego|brak komentarza|"
    "brak minusów|nic takiego|inget|ingenting|inga|ingen|inget speciellt|inget negativt|"
    "inget särskilt|inga kommentarer|nej|intet|ikke noget|ingenting spesielt|ikke noe|"
    "ingenting å klage på|nei|ei mitään|ei mikään|ei|ei ole|ei kommentteja|ei valittamista|"
    "nic takového|žádné|žádný|nemám|nebylo|bez komentáře|bez připomínek|nic moc|semmi|nincs|"
    "nem volt|semmi különös|nem|nincs megjegyzés|нічого|немає|ні|нічого поганого|без коментарів|"
    "τίποτα|τιποτα|τίποτε|κανένα|καμία|όχι|δεν υπάρχει|τίποτα συγκεκριμένο|κανένα σχόλιο|כלום|"
    "אין|שום דבר|לא|אין תגובה|לא היה|אין הערות|không|không có|không có gì|chưa có|"
    "không có nhận xét|không có ý kiến|tidak ada|tidak|tak ada|tiada|nihil|tidak ada komentar|"
    "belum ada|nimic|nu|nu am|nu este cazul|niciunul|nici unul|fără comentarii|nimic de reproșat|"
    "ništa|nema|nista|bez komentara|nemam|कुछ नहीं|कोई नहीं|नहीं|"
    # What booking sites write into a review without words.
    "there are no comments available for this review|this review has no comments|"
    "the guest didn't leave a comment|the guest did not leave a comment|"
    "no comments available|no review text|(no review)|rating only|review without text"
)  # fmt: skip
# "Nichts!!", "- none -", "NOTHING :)": what is around the words doesn't count.
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
_MAX_LENGTH = 70  # characters of the longest placeholder and some signs
_DASHES = set("-‐‑‒–—―−_.…·•*/\\|~?,;: \t\n")

# Booking.com's words for a score, which stand as the title of a review that has none.
_SCORE_WORDS = (
    "exceptional|superb|wonderful|fabulous|very good|good|pleasant|passable|okay|fair|"
    "disappointing|poor|very poor|bad|review score|außergewöhnlich|hervorragend|wunderbar|"
    "fabelhaft|sehr gut|gut|ansprechend|angenehm|ordentlich|enttäuschend|schlecht|sehr schlecht|"
    "exceptionnel|superbe|fabuleux|très bien|bien|agréable|passable|décevant|médiocre|"
    "très médiocre|mauvais|excepcional|magnífico|fantástico|fabuloso|muy bien|agradable|"
    "aceptable|decepcionante|pobre|muy pobre|malo|eccezionale|eccellente|meraviglioso|favoloso|"
    "ottimo|molto buono|buono|carino|piacevole|passabile|deludente|scarso|molto scarso|pessimo|"
    "soberbo|maravilhoso|muito bom|muito boa|bom|agradável|razoável|satisfatório|ruim|muito ruim|"
    "mau|uitzonderlijk|uitstekend|prachtig|fantastisch|zeer goed|goed|prettig|redelijk|"
    "teleurstellend|slecht|zeer slecht|превосходно|великолепно|потрясающе|очень хорошо|хорошо|"
    "неплохо|приятно|сносно|удовлетворительно|разочаровывающе|плохо|очень плохо|最高|"
    "とても素晴らしい|素晴らしい|とても良い|良い|快適|まあまあ|残念|悪い|非常に悪い|好极了|超棒|"
    "棒极了|好得没话说|非常好|很好|好|令人愉悦|一般|令人失望|差|很差|好極了|超讚|傑出|很棒|"
    "令人愉快|令人失望的|최고|최고예요|매우 훌륭함|훌륭함|우수함|매우 좋음|좋음|만족스러움|보통|"
    "실망|나쁨|استثنائي|رائع|رائع جداً|خرافي|جيد جداً|جيد|مرضي|مخيب للآمال|سيء|ยอดเยี่ยม|"
    "ดีเยี่ยม|ดีมาก|ดี|พอใช้|น่าผิดหวัง|แย่|olağanüstü|mükemmel|muhteşem|harika|çok iyi|iyi|hoş|"
    "idare eder|hayal kırıklığı|kötü|wyjątkowy|znakomity|wspaniały|fantastyczny|bardzo dobry|"
    "dobry|przyjemny|zadowalający|rozczarowujący|kiepski|zły|exceptionellt|fantastiskt|"
    "fantastisk|mycket bra|bra|trevligt|godkänt|dåligt|enestående|fremragende|fantastisk|"
    "meget godt|godt|behageligt|dårligt|eksepsjonelt|suverent|veldig bra|dårlig|poikkeuksellinen|"
    "erinomainen|upea|loistava|erittäin hyvä|hyvä|miellyttävä|huono|výjimečné|vynikající|skvělé|"
    "báječné|velmi dobré|dobré|příjemné|špatné|kivételes|nagyszerű|csodálatos|mesés|nagyon jó|jó|"
    "kellemes|rossz|винятково|чудово|дивовижно|дуже добре|добре|погано|εξαιρετικό|υπέροχο|"
    "καταπληκτικό|πολύ καλό|καλό|ευχάριστο|κακό|יוצא מן הכלל|נפלא|נהדר|מצוין|טוב מאוד|טוב|נעים|"
    "גרוע|xuất sắc|tuyệt hảo|tuyệt vời|rất tốt|tốt|dễ chịu|kém|luar biasa|istimewa|fantastis|"
    "sangat baik|baik|menyenangkan|buruk|excepţional|excepțional|superb|minunat|fabulos|"
    "foarte bine|bine|plăcut|slab|iznimno|izvanredno|predivno|jako dobro|dobro|असाधारण|शानदार|"
    "बहुत अच्छा|अच्छा|खराब"
)  # fmt: skip

# Those that are found where they are glued to a text ("NothingThe staff"): no word begins so.
GLUED_PLACEHOLDERS = (
    "No Positive", "No Negative", "Nothing", "None", "N/A", "Nichts", "Keine", "Rien", "Aucun",
    "Aucune", "Nada", "Ninguno", "Ninguna", "Niente", "Nulla", "Nessuno", "Nenhum", "Niets", "Geen",
    "Ничего", "Нет", "Brak", "Inget", "Ingenting", "Intet", "Ei mitään", "Semmi", "Nimic",
)  # fmt: skip


def is_placeholder(text: str) -> bool:
    """Whether a cell says only that there is nothing to say: "N/A", "-", "nothing negative"."""
    if len(text) > _MAX_LENGTH:
        return False
    return is_dash(text) or _normalise(text) in _known(_EMPTY)


def is_dash(text: str) -> bool:
    """Whether a cell is blank or holds nothing but dashes, dots and the like."""
    return set(text) <= _DASHES


def is_score_word(text: str) -> bool:
    """Whether a title is Booking.com's word for a score: "Superb", "Fabelhaft"."""
    return len(text) <= _MAX_LENGTH and _normalise(text) in _known(_SCORE_WORDS)


@cache
def _known(lines: str) -> frozenset[str]:
    return frozenset(map(_normalise, lines.split("|")))


def _normalise(text: str) -> str:
    text = _EDGES.sub("", unicodedata.normalize("NFKC", text).casefold().replace("’", "'"))
    return " ".join(text.split())
