"""What platforms write into a review: translation labels, "Read more", notices, hotels' replies.

Wordings seen in public files: "(Translated by Google)" and "(Original)"; (Traduit par Google) and
(Avis d'origine); (Traduzione di Google) and (Originale); (Vertaald door Google) and (Origineel);
(Перевод Google) and (Оригинал); (Google 번역 제공) and (원문) or (원본); (แปลโดย Google) and
(ต้นฉบับ); (Google tarafından çevrildi) and (Orijinal) or (Özgün); (Diterjemahkan oleh Google) and
(Asli); (Przetłumaczone przez Google); (Přeloženo Googlem); (Bản dịch của Google). All are built
alike, so that a label is recognised by its form and a stem of "translate" or "original", and the
label of the original in any language where it stands alone on its line.
"""

import re
from collections.abc import Sequence
from functools import cache

from pipeline.reviews.placeholders import GLUED_PLACEHOLDERS, is_placeholder

_LABEL = re.compile(r"[(（\[]\s*+([^()（）\[\]\n]{1,60}?)\s*[)）\]]")
_TRANSLATORS = ("google", "deepl", "microsoft", "bing", "tripadvisor", "谷歌", "구글", "гугл")
_TRANSLATED = re.compile(
    r"translat|traduce by|übers|traduc|tradu[iï]t|tradu[zsç]|tradott|tradot|vertaal|vertal|tłumac|"
    r"перев[ео]|перекла|преве|прево|přelo|prelo|preve|prijevo|översätt|översatt|overs[aæe]t|kään|"
    r"fordít|çevir|çevri|terjemah|dịch|แปล|翻訳|翻译|翻譯|번역|ترجم|μετάφρ|μεταφρ|תורגם|תרגום|"
    r"अनुवाद|অনুবাদ|மொழிபெயர்|თარგმ|թարգմ|tõlki|tõlgi|tulko|išvers|isinalin|提供",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"\bor(?:ig|ih|iģ|yg|ij)|\boprin|wersja or|özgün|\basli\b|\basal\b|оригин|оригін|原文|原始|"
    r"原本|原语|"
    r"オリジナル|元の|원문|원본|원래|أصل|اصل|ต้นฉบับ|πρωτότυπ|αρχικ|מקור|eredeti|původn|pôvodn|alkuper|"
    r"nguyên|gốc|मूल|izvorn|изворн|ორიგინალ|algne|algup|sākotn|pradin|mənbə",
    re.IGNORECASE,
)
# Above or below a review whose translation alone is shown: "Translated by Google · See original".
_MAX_LABEL_LINE = 80
_TRANSLATED_FROM = re.compile(r"^\s*translated from \w+:?\s", re.IGNORECASE)

# Buttons at the end of a text that is cut off. The words of the second list end sentences of guests
# too, so that they count only after an ellipsis or on a line of their own.
_BUTTONS = (
    "read more|read less|show more|show less|see more|see less|view more|continue reading|"
    "see translation|see original|show original|translate review|see more room tips|mehr lesen|"
    "weiterlesen|mehr anzeigen|weniger anzeigen|original anzeigen|lire la suite|voir plus|"
    "voir moins|en savoir plus|afficher plus|lire plus|afficher moins|leer más|mostrar más|"
    "ver más|mostrar menos|ver traducción|leggi tutto|leggi di più|mostra altro|mostra di più|"
    "continua a leggere|mostra meno|ler mais|leia mais|mostrar mais|ver mais|mostrar menos|"
    "lees meer|meer lezen|meer weergeven|meer tonen|minder weergeven|czytaj dalej|czytaj więcej|"
    "pokaż więcej|читать далее|читать полностью|показать полностью|показать ещё|показать еще|"
    "читать ещё|もっと見る|もっと読む|続きを読む|さらに表示|全文を表示|查看更多|展开全文|"
    "显示更多|顯示更多|閱讀更多|阅读更多|阅读全文|閱讀全文|查看全文|展開全文|더보기|더 보기|"
    "자세히 보기|قراءة المزيد|اقرأ المزيد|عرض المزيد|อ่านเพิ่มเติม|ดูเพิ่มเติม|อ่านต่อ|"
    "devamını oku|daha fazla göster|daha fazlasını oku|läs mer|visa mer|læs mere|vis mere|"
    "les mer|vis mer|lue lisää|näytä lisää|číst dále|číst více|zobrazit více|bővebben|"
    "tovább olvasom|több megjelenítése|читати далі|показати більше|διαβάστε περισσότερα|"
    "δείτε περισσότερα|קרא עוד|הצג עוד|xem thêm|đọc thêm|baca selengkapnya|lihat selengkapnya|"
    "tampilkan lainnya|citește mai mult|afișați mai mult|pročitaj više|prikaži više|और पढ़ें"
).split("|")
_SHORT_BUTTONS = (
    "more|less|mehr|weniger|plus|moins|más|menos|altro|meno|mais|meer|minder|więcej|ещё|еще|"
    "далее|更多|展开|展開|全文|收起|詳細|자세히|المزيد|เพิ่มเติม|daha fazla|devamı|mer|mere|"
    "lisää|více|tovább|більше|περισσότερα|עוד|thêm|selengkapnya|lainnya|mai mult|više"
).split("|")
# The longest first, as "show more" ends in "more".
_ALL_BUTTONS = tuple(sorted((*_BUTTONS, *_SHORT_BUTTONS), key=len, reverse=True))
_ELLIPSES = ("…", "..")
_BEFORE_BUTTON = tuple('.…!?。！？)"»”')

_NOTICE_SIGNS = (
    "partner", "provided by", "zusammenarbeit", "collabor", "colabor", "parceria", "samenwerking",
    "współpracy", "содействии", "сотрудничестве", "партн", "samarb",
)  # fmt: skip
_NOTICE = re.compile(
    r"(?:review collected in partnership with|this business uses tools provided by tripadvisor|"
    r"avis (?:recueilli|collecté) en (?:partenariat|collaboration) avec|"
    r"bewertung (?:gesammelt|erfasst|eingeholt) in zusammenarbeit mit|"
    r"opinión (?:recogida|conseguida|recopilada|obtenida) en colaboración con|"
    r"recensione (?:raccolta|ottenuta) in collaborazione con|"
    r"avaliação (?:coletada|recolhida|obtida) em (?:parceria|colaboração) com|"
    r"beoordeling verzameld in samenwerking met|"
    r"opinia (?:zebrana|uzyskana|pozyskana) we współpracy z|"
    r"отзыв (?:собран|получен|оставлен)\w* (?:при содействии|в сотрудничестве|в партн[её]рстве)|"
    r"omdöme\w* insamlat i samarbete med|anmeldelse\w* indsamlet i samarbejde med)[^\n.]*\.?",
    re.IGNORECASE,
)
_TRIPADVISOR = re.compile(r"trip ?advisor|トリップアドバイザー|트립어드바이저|猫途鹰|貓途鷹", re.I)
_TRIPADVISOR_NAMES = ("tripadvisor", "trip advisor", "トリップ", "트립", "猫途鹰", "貓途鷹")
_SUBJECTIVE = re.compile(
    r"su[bg]je[ckt]+iv|soggettiv|subiektyw|субъектив|суб'єктив|主観|主观|主觀|주관|öznel|"
    r"personale di un|υποκειμ|סובייקט|chủ quan",
    re.IGNORECASE,
)
_SENTENCE_START = re.compile(r"(?:[.!?。！？]\s*|\n)")
_DATE_LINE = re.compile(
    r"(?<!\s)\s*+\b(?:date of (?:stay|experience|visit)|date (?:du séjour|de l['’]expérience)|"
    r"reisedatum|aufenthaltsdatum|datum der erfahrung|fecha de (?:la )?(?:estancia|experiencia)|"
    r"data del(?:l['’]| )(?:soggiorno|esperienza)|data da (?:estadia|estada|experiência)|"
    r"verblijfsdatum|datum van (?:verblijf|ervaring)|дата пребывания)\s*[:：][^\n:]{3,40}\d{4}\s*$",
    re.IGNORECASE,
)
_FOLLOW_UP = re.compile(r"补充点评\s*\d{4}年\d{1,2}月\d{1,2}日\s*[:：]?\s*")

# What stands above the hotel's reply. After a heading in words that a guest may write too, a colon,
# a date or a salutation must follow.
_REPLY_HEADINGS = (
    r"(?:management|owner|hotel|property|manager|host)(?:['’]s)? (?:response|reply)|"
    r"(?:response|reply|answer) (?:from|by|of) (?:the )?(?:owner|management|manager|hotel|property|"
    r"host|accommodation|general manager)|"
    r"antwort (?:vom|des|der|von) (?:\w+ )?(?:eigentümers?|inhabers?|hotels?|unterkunft|"
    r"managements?|gastgebers?|betreibers?|hoteliers?|geschäftsleitung)|"
    r"réponse (?:du|de la|de l['’]) ?(?:propriétaire|établissement|hôtel|hébergement|direction)|"
    r"respuesta (?:del?|de la) (?:propietario|alojamiento|hotel|establecimiento|dirección)|"
    r"risposta (?:della|del|dell['’]|di) ?(?:struttura|proprietario|titolare|hotel|albergo|"
    r"direzione|gestore)|"
    r"resposta (?:do|da) (?:propriet[áa]rio|propriedade|acomodação|hotel|alojamento|"
    r"estabelecimento|gerência)|"
    r"(?:reactie|antwoord) van (?:de |het )?(?:eigenaar|accommodatie|hotel|management)|"
    r"ответ (?:от )?(?:представителя )?(?:владельца|отеля|администрации|объекта размещения|"
    r"представителя|гостиницы)|"
    r"odpowiedź (?:od )?(?:właściciela|obiektu|hotelu)|відповідь (?:від )?(?:власника|готелю)|"
    r"svar (?:från|fra) (?:ägaren|ejeren|eieren|hotellet|boendet|overnatningsstedet)|"
    r"(?:omistajan vastaus|vastaus omistajalta)|odpověď (?:od )?(?:vlastníka|hotelu|majitele)|"
    r"(?:válasz a tulajdonostól|a tulajdonos válasza)|"
    r"απάντηση (?:από )?τ\w+ (?:ιδιοκτήτη|ξενοδοχείο\w*)|"
    r"(?:işletme sahibinin|otelin|tesisin|mülk sahibinin|sahibinin) yanıtı|"
    r"phản hồi (?:từ|của) (?:chủ sở hữu|khách sạn|chỗ nghỉ)|"
    r"(?:tanggapan|balasan) (?:dari )?(?:pemilik|hotel|properti)|"
    r"răspuns(?:ul)? (?:de la |din partea )?(?:proprietar\w*|hotel\w*)"
)
_UNCASED_REPLY_HEADINGS = (
    r"(?:ホテル|施設|宿|宿泊施設|オーナー|お宿|旅館|支配人|店舗|管理者)(?:から|より)?(?:の|からの|よりの)"
    r"(?:返信|返答|回答|返事)|"
    r"(?:宾馆|酒店|商家|房东|业主|店家|民宿|旅馆|客栈|饭店)(?:的)?(?:反馈|回复|回覆|答复|回應|回应)|"
    r"(?:飯店|酒店|業者|店家|房東|旅宿|旅館|民宿)(?:的)?(?:回覆|回應|回复|答覆)|"
    r"(?:사장님|업체|호텔|숙소|소유자|업주|호스트|관리자)(?:의)? ?(?:답글|답변|응답|댓글)|"
    r"(?:رد|الرد) (?:من )?(?:المالك|الفندق|الإدارة|مكان الإقامة|إدارة الفندق)|"
    r"(?:การ)?ตอบกลับจาก(?:เจ้าของ|โรงแรม|ที่พัก)|תגובה מ(?:הבעלים|המלון|בעל העסק)|"
    r"תגובת (?:המלון|הבעלים)|मालिक का जवाब"
)
_SALUTATIONS = (
    "dear|thank|thanks|hi|hello|good (?:day|morning|afternoon|evening)|we (?:are|were|would|thank)|"
    "sehr geehrte|liebe|vielen|hallo|danke|guten|cher|chère|bonjour|merci|madame|monsieur|nous|"
    "estimad|hola|gracias|muchas|buen[oa]s|gentil|grazie|buongiorno|salve|car[oaie]|prezad|olá|"
    "obrigad|agradecemos|beste|geachte|bedankt|hartelijk|уважаем|здравствуй|спасибо|добрый|"
    "dzień dobry|szanown|dziękuj|kära|hej|tack|kære|tak|hyvä|kiitos|vážen|dobrý|děkuj|kedves|"
    "köszön|αγαπητ|ευχαρ|sayın|değerli|merhaba|kính|chào|cảm|yth|terima|halo|stimat|bună|mulțum"
)
_REPLY = re.compile(
    rf"(?:(?:^|[\n.!?…~)\[【(]|\s[-–—|•·])[^\S\n]*+|(?<=(?-i:[a-zß-ÿа-яё]))(?=(?-i:[A-ZÀ-ÞА-ЯЁ])))"
    rf"(?:(?P<head>{_REPLY_HEADINGS})"
    rf"(?=\s*(?:[:：\-–—(\n,\])】]|\d|$|(?:{_SALUTATIONS})|(?:a|an|vor|il y a|hace|há) \w+ \w+))"
    # "Response from Ann, Manager": a guest may write so too, but nobody greets himself.
    rf"|(?P<named>(?:response|reply) from [^\n.:]{{2,60}})"
    rf"(?=\s*[:\n]\s*(?:responded\b|{_SALUTATIONS})))"
    rf"|(?P<uncased>{_UNCASED_REPLY_HEADINGS})(?=\s*(?:[:：(（\n】\])]|\d|$))",
    re.IGNORECASE,
)
_REPLY_SIGNS = (
    "respon|repl|answer|antwo|répon|respue|rispos|respos|reacti|ответ|odpow|odpov|відпов|svar|"
    "vasta|válas|απάντ|yanıt|phản|tangga|balas|răspuns|返信|返答|回答|返事|反馈|回复|回覆|答复|答覆|"
    "回應|回应|답글|답변|응답|댓글|رد|ตอบ|תגוב|जवाब"
).split("|")


def strip_platform_words(text: str) -> str:
    """Remove what platforms add to a review; of a translated one, keep the original."""
    lower = text.lower()
    if _any_in(_TRANSLATORS, lower):
        text = _strip_translation(text)
    elif lower[:15] == "translated from":
        text = _TRANSLATED_FROM.sub("", text)
    if _any_in(_REPLY_SIGNS, lower):
        text = _strip_reply(text)
    if _any_in(_NOTICE_SIGNS, lower):
        text = _NOTICE.sub("", text)
    if _any_in(_TRIPADVISOR_NAMES, lower):
        text = "\n".join(map(_strip_opinion_notice, text.split("\n")))
    if text[-4:].isdigit():
        text = _DATE_LINE.sub("", text)
    if "补充点评" in text:
        text = _FOLLOW_UP.sub("", text)
    for _ in range(2):  # "Read more" and "See translation"
        text = _strip_button(text)
    return strip_glued_placeholders(text).strip()


def strip_ellipsis(text: str, *, dots: int = 3) -> str:
    """Remove an ellipsis at the end, one sign or so many dots, and the white space before it."""
    if text.endswith("…"):
        return text[:-1].rstrip()
    without = text.rstrip(".")
    return without.rstrip() if len(text) - len(without) >= dots else text


def _any_in(signs: Sequence[str], text: str) -> bool:
    return any(sign in text for sign in signs)


def strip_glued_placeholders(text: str) -> str:
    """Remove the placeholder of an empty half that is glued to the other: "NothingThe staff"."""
    head, tail = _glued_patterns()
    text = head.sub("", text)
    if text.rstrip(".").endswith(GLUED_PLACEHOLDERS):
        text = tail.sub("", text)
    lines = text.split("\n")
    if len(lines) > 1:
        if is_placeholder(lines[0]):
            lines = lines[1:]
        if is_placeholder(lines[-1]):
            lines = lines[:-1]
    return "\n".join(lines)


@cache
def _glued_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    words = "|".join(map(re.escape, GLUED_PLACEHOLDERS))
    upper, lower = "A-ZÀ-ÖØ-ÞА-ЯЁ", "a-zß-öø-ÿа-яё"
    return (
        re.compile(rf"^(?:{words})\.?(?=[{upper}¡¿\"“«]|N/A)"),
        re.compile(rf"(?<=[{lower}0-9.!?)])(?:{words})\.?$"),
    )


def _strip_translation(text: str) -> str:
    """Keep what stands under "(Original)", else before the translation, else the translation."""
    labels = []
    for found in _LABEL.finditer(text):
        words = found[1]
        if _names_translation(words) or _leads(text, found):
            labels.append((found, False))
        elif _ORIGINAL.search(words) or _stands_alone(text, found):
            labels.append((found, True))
    translated = [_names_translation(label[1]) for label, original in labels if not original]
    # In a language that is not known, only both labels together tell.
    if not any(translated) and len(translated) in (0, len(labels)):
        return _strip_label_lines(text)
    before = text[: labels[0][0].start()].strip()
    ends = [label.start() for label, _ in labels[1:]] + [len(text)]
    parts = [
        (text[label.end() : end].strip(), original)
        for (label, original), end in zip(labels, ends, strict=True)
    ]
    own = [part for part, original in parts if original and part]
    rest = [part for part, original in parts if not original and part]
    return own[0] if own else before or " ".join(rest)


def _names_translation(words: str) -> bool:
    return _any_in(_TRANSLATORS, words.lower()) and bool(_TRANSLATED.search(words))


def _leads(text: str, label: re.Match[str]) -> bool:
    """Whether a label names a translator at the start of the text or of a line."""
    starts = not label.start() or text[label.start() - 1] == "\n"
    return starts and _any_in(_TRANSLATORS, label[1].lower())


def _stands_alone(text: str, label: re.Match[str]) -> bool:
    """Whether a label, which follows another one, fills a line above more text."""
    above = text[max(label.start() - _MAX_LABEL_LINE, 0) : label.start()].rstrip(" ")
    below = text[label.end() : label.end() + _MAX_LABEL_LINE].lstrip(" ")
    return above.endswith("\n") and below.startswith("\n") and not any(map(str.isdigit, label[1]))


def _strip_label_lines(text: str) -> str:
    lines = text.split("\n")
    if len(lines) < 2:
        return text
    for at in (0, -1):
        line = lines[at]
        if len(lines) > 1 and len(line) <= _MAX_LABEL_LINE and _names_translation(line):
            del lines[at]
    return "\n".join(lines)


def _strip_reply(text: str) -> str:
    """Cut the hotel's reply off; a text that is nothing else stays."""
    found = _REPLY.search(text)
    if found is None:
        return text
    own = text[: found.start(found.lastgroup or 0)].rstrip(" \n[【(（-–—|•·")
    return own or text


def _strip_opinion_notice(line: str) -> str:
    """Cut "This review is the subjective opinion of a Tripadvisor member" and what follows."""
    name = _TRIPADVISOR.search(line)
    subjective = _SUBJECTIVE.search(line)
    if not name or not subjective or abs(name.start() - subjective.start()) > 80:
        return line
    first = min(name.start(), subjective.start())
    starts = [found.end() for found in _SENTENCE_START.finditer(line, 0, first)]
    return line[: starts[-1]] if starts else ""


def _strip_button(text: str) -> str:
    core = text.rstrip(" .…\n")
    if not core[-40:].lower().endswith(_ALL_BUTTONS):
        return text
    button = next(b for b in _ALL_BUTTONS if core[-len(b) :].lower() == b)
    written, before = core[-len(button) :], core[: -len(button)]
    keep = before.rstrip()
    if button in _SHORT_BUTTONS:
        is_button = keep.endswith(_ELLIPSES) or "\n" in before[len(keep) :]
    else:
        # "I'd love to see more" is a guest's; after a sentence or in capitals it is a button.
        apart = keep.endswith(_BEFORE_BUTTON) or "\n" in before[len(keep) :] or not keep
        is_button = apart or written[0].upper() == written[0]
    return strip_ellipsis(keep, dots=2) if is_button else text
