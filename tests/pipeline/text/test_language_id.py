import time

import numpy as np
import pytest

from pipeline.text.language_codes import language_code
from pipeline.text.language_id import detect_languages

NAMES = """
en English Englisch anglais inglés 英語 영어 الإنجليزية английский eng EN-gb|de German Deutsch
allemand alemán ger deu|fr French Français francais fre fra|es Spanish Español Spanisch spa|
it Italian Italiano ita|pt Portuguese Português por pt_BR|nl Dutch Nederlands dut|ru Russian Русский
rus|ja Japanese 日本語 japanisch jpn JA_jp JP|zh Chinese 中文 简体中文 zho chi zh-Hant-TW cmn|
ko Korean 한국어 kor KR|ar Arabic العربية ara|th Thai ไทย tha|
tr Turkish Türkçe tur|pl Polish Polski|
cs Czech Čeština cz|sk Slovak|hu Hungarian Magyar|ro Romanian Română|bg Bulgarian|uk Ukrainian|
el Greek Ελληνικά gr|he Hebrew עברית iw|sv Swedish Svenska|da Danish Dansk|no Norwegian nb nn|
fi Finnish Suomi|et Estonian|lv Latvian|lt Lithuanian|hr Croatian Hrvatski|sr Serbian|bs Bosnian|
sl Slovenian|mk Macedonian|sq Albanian|vi Vietnamese vn|id Indonesian in|ms Malay|tl Tagalog fil|
hi Hindi हिन्दी|bn Bengali|ta Tamil|te Telugu|mr Marathi|gu Gujarati|pa Punjabi|kn Kannada|
ml Malayalam|ur Urdu|fa Persian Farsi فارسی|ka Georgian|hy Armenian|az Azerbaijani|kk Kazakh|
uz Uzbek|mn Mongolian|km Khmer|lo Lao|my Burmese|ne Nepali|si Sinhala|sw Swahili|af Afrikaans|
is Icelandic|ca Catalan|gl Galician|eu Basque|ga Irish|cy Welsh
""".replace("\n", " ").split("|")

REVIEWS = {
    "en": "The room was clean but the music kept us awake all night.",
    "de": "Das Zimmer war sauber, aber das Frühstück hat uns nicht geschmeckt.",
    "fr": "La chambre était propre mais le petit déjeuner vraiment décevant.",
    "es": "La habitación estaba limpia pero el ruido no nos dejó dormir.",
    "it": "La camera era pulita ma la colazione lasciava a desiderare.",
    "pt": "O quarto estava limpo, mas o pequeno-almoço era muito fraco.",
    "nl": "De kamer was schoon maar het ontbijt viel ons erg tegen.",
    "sv": "Rummet var rent men frukosten var en stor besvikelse för oss.",
    "pl": "Pokój był czysty, ale śniadanie bardzo nas rozczarowało.",
    "tr": "Oda temizdi ama kahvaltı bizi hayal kırıklığına uğrattı.",
    "ru": "Номер был чистым, но завтрак нас сильно разочаровал.",
    "uk": "Кімната була чиста, але сніданок нас дуже розчарував.",
    "ar": "كانت الغرفة نظيفة لكن الإفطار كان مخيبا للآمال",
    "fa": "اتاق تمیز بود اما صبحانه خیلی بد بود و کارکنان بی‌حوصله بودند",
    "hi": "कमरा साफ था लेकिन नाश्ता बहुत खराब था और शोर भी था",
    "th": "ห้องสะอาดแต่อาหารเช้าไม่อร่อยเลย",
    "ko": "방은 깨끗했지만 조식이 정말 실망스러웠어요",
    "ja": "部屋はきれいでしたが、朝食は残念でした。",
    "zh": "房间很干净，但是早餐让人失望。",
    "el": "Το δωμάτιο ήταν καθαρό αλλά το πρωινό μέτριο.",
    "he": "החדר היה נקי אבל ארוחת הבוקר אכזבה",
    "vi": "Phòng sạch sẽ nhưng bữa sáng làm chúng tôi thất vọng.",
    "id": "Kamarnya bersih tetapi sarapannya sangat mengecewakan.",
}


@pytest.mark.parametrize("line", NAMES, ids=lambda line: line.split()[0])
def test_language_names_and_codes(line):
    code, *others = line.split()
    assert {language_code(value) for value in (code, code.upper(), *others)} == {code}


@pytest.mark.parametrize(
    "value",
    ["", " ", "xx", "zz", "und", "unknown", "n/a", "Good", "Hotel", "3", "E", "👍"],
)
def test_values_that_are_no_language(value):
    assert language_code(value) is None


@pytest.mark.parametrize(
    ("value", "code"),
    [("English (US)", "en"), ("Chinese (Simplified)", "zh"), ("中文(简体)", "zh")]
    + [("Deutsch (Schweiz)", "de"), ("pt_BR.UTF-8", "pt"), ("português do brasil", "pt")],
)
def test_language_names_with_a_region_or_script(value, code):
    assert language_code(value) == code


def test_one_review_in_each_language():
    assert detect_languages(list(REVIEWS.values())).tolist() == list(REVIEWS)


def test_declared_languages_win():
    found = detect_languages(
        ["Very good", "Sehr gut", "très bien"], declared=["Japanese", "", "??"]
    )
    assert found.tolist() == ["ja", "de", "fr"]
    with pytest.raises(ValueError, match="1 values for 2"):
        detect_languages(["a", "b"], declared=["en"])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("フロントのstaffがvery friendlyで助かりました", "ja"),
        ("Breakfast at 和食レストラン was great, we loved every dish", "en"),
        ("酒店楼下就是すき家，很方便", "zh"),
        ("大変満足", "ja"),
        ("早餐很好", "zh"),
        ("這間飯店的設備很舊", "zh"),
        ("설악산 view 최고", "ko"),
        ("10/10 👍", "und"),
        ("", "und"),
    ],
)
def test_scripts(text, code):
    assert detect_languages([text]).tolist() == [code]


def test_text_in_han_alone_follows_the_file():
    assert detect_languages(["朝食最高"])[0] == "zh"
    assert detect_languages(["朝食最高", *[REVIEWS["ja"]] * 5])[0] == "ja"


def test_short_texts_follow_the_file():
    english = [f"{REVIEWS['en']} We stayed {i} nights." for i in range(300)]
    short = ["Ok.", "A+", "it", "Real Paradise", "Nice", "Hotel"]
    assert set(detect_languages(english + short)) == {"en"}


def test_three_swedish_reviews_stay_swedish():
    english = [f"{REVIEWS['en']} We stayed {i} nights." for i in range(1000)]
    swedish = [
        REVIEWS["sv"],
        "Mycket trevlig personal och bra läge nära stationen.",
        "Sängen var hård och det luktade rök i korridoren.",
    ]
    found = detect_languages(english + swedish)
    assert found[-3:].tolist() == ["sv"] * 3
    assert set(found[:-3]) == {"en"}


def test_shape_progress_and_speed():
    seen = []
    texts = [f"{text} {i}" for i in range(200) for text in REVIEWS.values()]
    start = time.process_time()
    found = detect_languages(texts, progress=lambda done, total: seen.append((done, total)))
    assert time.process_time() - start < 8
    assert seen[-1] == (len(texts), len(texts))
    assert np.mean(found == np.array(list(REVIEWS) * 200)) > 0.99
    assert detect_languages([]).shape == (0,)
