"""Hindi, Arabic and Greek in Latin letters, and text in no language."""

import time

import numpy as np
import pytest

from pipeline.text.language_id import detect_languages
from pipeline.text.romanised import romanised_language
from tests.pipeline.text.test_language_id import REVIEWS

ROMANISED = {
    "hi": [
        "kamra bahut saaf tha lekin nashta thanda tha",
        "staff ne bahut madad ki aur khana bhi accha tha",
        "hotel achha hai par washroom ganda tha",
        "bohot hi bekar service, paisa barbaad",
        "location badhiya hai station ke paas",
        "humein room service bilkul pasand nahi aayi",
        "bathroom mein garam paani nahi aata",
        "hotel ka mahaul bahut shaant hai",
        "khane ka swad lajawab tha",
        "manager ne humari baat nahi suni",
        "bistar aaramdayak tha aur chadar saaf thi",
        "yeh jagah bacchon ke liye acchi hai",
    ],
    "ar": [
        "el otel kan nedif awi w el staff kwayesin",
        "mesh kwayes khales el akl kan wehesh",
        "kteer helo w el mawke3 mmtaz",
        "el ghorfa so8ayara w mesh nedifa",
        "walla ahsan fondo2 fi masr",
        "el fetar kan momtaz bas el wifi da3eef",
        "el hotel da ahsan makan ro7tello",
        "el oda kanet rey7etha we7sha",
        "en naas fel esteqbal mo7tarameen gedan",
        "lmakan zwin w qrib mn lb7er",
        "ma 3indhom 7ta ma skhoun",
        "as3ar ghalya w el khedma ta3bana",
    ],
    "el": [
        "to domatio htan poly katharo kai to proino teleio",
        "poly kalo ksenodoxeio alla to wifi den douleve",
        "to prosopiko htan eugeniko kai eksypiretiko",
        "den mas arese katholou, vromiko mpanio",
        "i topothesia einai teleia konta sti thalassa",
        "tha ksanaerthoume sigoura",
        "meiname treis nyxtes kai perasame yperoxa",
        "to mpanio den eixe zesto nero",
        "apogoiteftiko proino xwris epiloges",
        "h reception mas ypodexthike me xamogelo",
        "polu vromiko kai palio ksenodoxeio",
        "sas to sinistw anepifylakta",
    ],
}


@pytest.mark.parametrize("code", ROMANISED)
def test_romanised_texts_are_named_or_undetermined(code):
    texts = ROMANISED[code]
    alone = detect_languages(texts)
    file = detect_languages([*texts, *[f"{REVIEWS['en']} Night {i}." for i in range(200)]])
    for found in (alone, file[: len(texts)]):
        # One has an English word among its six.
        assert set(found.tolist()) <= {code, "und", "en"} and np.mean(found == "en") < 0.1
        assert np.mean(found == code) >= 0.8


def test_other_languages_are_not_romanised():
    assert [code for code in REVIEWS if romanised_language(REVIEWS[code])] == []
    texts = ["Great 3star hotel, 2nd floor, 24h reception", "El hotel es muy bueno para familias"]
    texts += [
        "Main hall and bar are nice",
        "Kamar bersih tapi makanan kurang enak",
        "se me cayó el pelo",
    ]
    texts += ["Kaputte Klimaanlage, sonst alles gut", "mera mera", "Ora di pranzo, para todos", ""]
    assert [text for text in texts if romanised_language(text)] == []


def test_text_in_no_language_is_undetermined():
    texts = [
        "blorp fnizzle quargle snoot wibble",
        "asdf jkl qwer tyuio zxcv",
        "lkjh poiu mnbv trew",
    ]
    assert set(detect_languages(texts)) == {"und"}


def test_rare_languages_are_still_named():
    texts = {
        "et": "Tuba oli puhas aga hommikusöök oli külm",
        "sw": "Chumba kilikuwa kisafi lakini kifungua kinywa kilikuwa baridi",
        "sq": "Dhoma ishte e pastër por mëngjesi nuk ishte i mirë",
        "is": "Herbergið var hreint en morgunmaturinn var ekki góður",
        "lt": "Kambarys buvo švarus bet pusryčiai buvo šalti",
        "eu": "Gela garbia zegoen baina gosaria hotza zen",
        "cy": "Roedd yr ystafell yn lân a'r staff yn gyfeillgar iawn",
    }
    assert detect_languages(list(texts.values())).tolist() == list(texts)


@pytest.mark.parametrize("piece", ["hai ", "a", "3a", "7777", "' "])
def test_hostile_text_takes_bounded_time(piece):
    start = time.process_time()
    romanised_language(piece * (100_000 // len(piece)))
    assert time.process_time() - start < 1
