import pytest

from pipeline.reviews.platform_words import strip_platform_words

TRANSLATED = [
    ("(Translated by Google) Very loud.\n\n(Original)\nSehr laut.", "Sehr laut."),
    ("Sehr laut.\n\n(Translated by Google)\nVery loud.", "Sehr laut."),
    ("(Original) Muy ruidoso\n\n(Translated by Google) Very loud", "Muy ruidoso"),
    ("(Übersetzt von Google) Sehr laut. (Original) とてもうるさい", "とてもうるさい"),
    ("(由 Google 提供翻译) 很吵。 (原文) Very loud.", "Very loud."),
    ("（由 Google 提供翻譯）很吵。\n\n（原始評論）\nVery loud.", "Very loud."),
    ("(Traduit par Google) Très bruyant", "Très bruyant"),
    ("(Traduit par Google) Très bruyant\n\n(Avis d'origine)\nVery loud", "Very loud"),
    ("(Traduzione di Google) Rumoroso. (Originale) Very loud.", "Very loud."),
    ("(Vertaald door Google) Luid (Origineel) Sehr laut", "Sehr laut"),
    ("(Traducido por Google) Ruidoso\n\n(Original)\nSehr laut", "Sehr laut"),
    ("(Traduzido pelo Google) Barulhento\n\n(Original)\nSehr laut", "Sehr laut"),
    ("(Перевод Google) Шумно.\n\n(Оригинал)\n\nMuy ruidoso.", "Muy ruidoso."),
    ("(Google による翻訳) うるさい\n\n(原文)\nVery loud", "Very loud"),
    ("(Google 번역 제공)\n시끄러워요\n\n(원문)\nVery loud", "Very loud"),
    ("(Google 번역)\n시끄러워요\n(원본)\nVery loud", "Very loud"),
    ("(แปลโดย Google) เสียงดัง (ต้นฉบับ) Very loud", "Very loud"),
    ("(Google tarafından çevrildi) Gürültülü\n\n(Orijinal)\nVery loud", "Very loud"),
    ("(Diterjemahkan oleh Google) Berisik.\n\n(Asli)\nVery loud.", "Very loud."),
    ("(Przetłumaczone przez Google) Głośno\n\n(Wersja oryginalna)\nVery loud", "Very loud"),
    ("(Přeloženo Googlem) Hlučné\n\n(Původní)\nVery loud", "Very loud"),
    ("(Bản dịch của Google) Ồn ào\n\n(Gốc)\nVery loud", "Very loud"),
    ("(Μετάφραση από Google) Θόρυβος\n\n(Πρωτότυπο)\nVery loud", "Very loud"),
    ("(תורגם על ידי Google) רועש\n\n(מקורי)\nVery loud", "Very loud"),
    ("(Переклад Google) Шумно\n\n(Оригінал)\nVery loud", "Very loud"),
    ("(A Google fordítása) Zajos\n\n(Eredeti)\nVery loud", "Very loud"),
    ("(Tradus de Google) Zgomotos\n\n(Original)\nVery loud", "Very loud"),
    ("(Googlen kääntämä) Meluisa\n\n(Alkuperäinen)\nVery loud", "Very loud"),
    ("(Google द्वारा अनुवादित) शोर\n\n(मूल)\nVery loud", "Very loud"),
    ("(Traduït per Google) Sorollós (Original) Very loud", "Very loud"),
    ("(Oversat af Google) Støj (Oprindelig) Very loud", "Very loud"),
    ("(Tõlkinud Google) Lärmakas\n\n(Originaal)\nVery loud", "Very loud"),
    ("(ترجمه Google) پر سر و صدا (متن اصلی) Very loud", "Very loud"),
    # Labels in languages that are not known.
    ("(Google: itzulita) Zarata\n\n(Jatorrizkoa)\nVery loud", "Very loud"),
    ("(Google அனுவாதம்) சத்தம்\n\n(அசல்)\nVery loud", "Very loud"),
    ("Very loud\nTranslated by Google ・ See original (German)", "Very loud"),
    ("Translated from German: Very loud", "Very loud"),
]
BUTTONS = [
    ("Nice pool, kind staff… Read more", "Nice pool, kind staff"),
    ("Nice pool. Read more", "Nice pool."),
    ("Nice pool and Show more", "Nice pool and"),
    ("部屋が広い...もっと見る", "部屋が広い"),
    ("房間有點舊...更多", "房間有點舊"),
    ("Nice pool…More", "Nice pool"),
    ("Schöner Pool...\nMehr", "Schöner Pool"),
    ("Belle piscine… Lire la suite", "Belle piscine"),
    ("Bonita piscina. Ver más", "Bonita piscina."),
    ("수영장이 좋아요. 더보기", "수영장이 좋아요."),
    ("Nice. Read more\nSee translation", "Nice."),
]
NOTICES = [
    (
        "Quiet. This review is the subjective opinion of a Tripadvisor member.",
        "Quiet.",
    ),
    ("Ruhig. Diese Bewertung ist die subjektive Meinung eines Tripadvisor-Mitglieds.", "Ruhig."),
    ("Calme.\nCet avis est l'opinion subjective d'un membre de Tripadvisor.", "Calme."),
    ("静か。\nこのレビューはトリップアドバイザーのメンバーの主観的な意見です。", "静か。"),
    ("Quiet. Review collected in partnership with this hotel", "Quiet."),
    ("Quiet room.\nDate of experience: February 28, 2023", "Quiet room."),
    ("Calme.\nDate du séjour : mars 2019", "Calme."),
    ("补充点评 2008年3月2日 ： 早餐不错", "早餐不错"),
]
REPLIES = [
    ("房间小，但清洁。宾馆反馈 2008年8月5日 ： 尊敬的客人，感谢您", "房间小，但清洁。"),
    ("早餐不错酒店回复：感谢您的点评", "早餐不错"),
    ("Quiet room.\nResponse from the owner 3 months ago\nDear guest, thank you", "Quiet room."),
    ("Quiet room. Response from the owner: Thank you", "Quiet room."),
    ("Quiet roomResponse from the ownerThank you for the stars", "Quiet room"),
    ("Camera rumorosa. Risposta della struttura: Gentile ospite, ci spiace", "Camera rumorosa."),
    ("Sehr laut.\nAntwort vom Eigentümer\nVielen Dank", "Sehr laut."),
    ("Bruyant. Réponse de l'établissement : Bonjour", "Bruyant."),
    ("Ruidoso.\nRespuesta del propietario hace 2 meses\nHola", "Ruidoso."),
    ("朝食が美味しい。\nホテルからの返信\nこの度は", "朝食が美味しい。"),
    ("시끄러웠어요.\n사장님 답글\n감사합니다", "시끄러웠어요."),
    ("Шумно. Ответ отеля: Уважаемый гость", "Шумно."),
    ("Шумно. Ответ представителя отеля: Спасибо", "Шумно."),
    ("良い宿でした。【ホテルからの返信】ありがとう", "良い宿でした。"),
    ("Good stay (Response from the owner: thanks)", "Good stay"),
    ("Good stay - Reply from the hotel: Dear Ann", "Good stay"),
    ("Good.\nResponse from Ann, Manager at Sonne\nResponded 3 Mar\nDear guest", "Good."),
    ("Muy bien. Respuesta del alojamiento: Gracias", "Muy bien."),
    ("Goed. Reactie van de accommodatie: Beste gast", "Goed."),
    ("İyi. Tesisin yanıtı: Değerli misafir", "İyi."),
    ("Καλό. Απάντηση από τον ιδιοκτήτη: Ευχαριστούμε", "Καλό."),
    ("Tốt. Phản hồi từ chủ sở hữu: Cảm ơn", "Tốt."),
]
GLUED = [
    ("NothingThe staff was kind", "The staff was kind"),
    ("N/AGreat location", "Great location"),
    ("Great locationNothing", "Great location"),
    ("No NegativeLoved it", "Loved it"),
    ("NichtsDas Bett war gut", "Das Bett war gut"),
    ("Nothing\nThe staff was kind", "The staff was kind"),
    ("朝食が美味しい\n特になし", "朝食が美味しい"),
]


@pytest.mark.parametrize(("text", "own"), [*TRANSLATED, *BUTTONS, *NOTICES, *REPLIES, *GLUED])
def test_platform_words_are_stripped(text, own):
    assert strip_platform_words(text) == own


@pytest.mark.parametrize(
    "text",
    [
        "I read more books here (lovely garden)",
        "So much to do that I would love to see more",
        "We want more",
        "希望房间更多",
        "We found it (on Google) and (the original plan) was another hotel",
        "(Google said it was open) The pool was closed.",
        "I wrote to Tripadvisor, and each individual room is nice",
        "Terrible. Response from the owner was never sent",
        "We waited for a response from the owner: nothing came",
        "酒店回复很慢",
        "Nothing works here",
        "NoWifi in the room",
        "The bill said nothing.",
        "Response from the owner: a joke",
        "Clean room.\nResponse from reception: slow",
    ],
)
def test_guests_own_words_stay(text):
    assert strip_platform_words(text) == text


def test_long_texts_take_linear_time():
    for piece in ("(Google ", "Response from the owner ", "宾馆反馈", "Nothing\n", "... ", "(("):
        text = piece * 20_000
        assert len(strip_platform_words(text)) <= len(text)
