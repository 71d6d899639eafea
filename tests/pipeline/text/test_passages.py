"""Passages: clauses that say one thing each, with offsets."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.passages import split_passages, text_weight, text_weights
from tests.support.naughty import NAUGHTY


def split(text, language="en"):
    spans = split_passages([text], np.array([language]))
    return [piece.strip() for piece in spans.cut([text])]


@pytest.mark.parametrize(
    ("language", "text", "passages"),
    [
        (
            "en",
            "Great location, close to everything, but the room was dirty and the TV was broken",
            ["Great location, close to everything", "but the room was dirty and the TV was broken"],
        ),
        (
            "id",
            "Tempat nyaman bersih tapi tv terlalu tinggi",
            ["Tempat nyaman bersih", "tapi tv terlalu tinggi"],
        ),
        (
            "zh",
            "位置很好，房间很大，但是晚上音乐很吵",
            ["位置很好，房间很大", "但是晚上音乐很吵"],
        ),
        (
            "ja",
            "部屋は綺麗でしたが、夜は音楽がうるさくて",
            ["部屋は綺麗でしたが", "夜は音楽がうるさくて"],
        ),
        (
            "ko",
            "위치는 좋았지만 방이 너무 작고 시끄러웠어요",
            ["위치는 좋았지만", "방이 너무 작고 시끄러웠어요"],
        ),
        ("th", "โรงแรมสะอาดแต่เสียงดังมาก", ["โรงแรมสะอาด", "แต่เสียงดังมาก"]),
        (
            "ar",
            "الموظفين غير متعاونين، الغرفة كانت وسخة",
            ["الموظفين غير متعاونين", "الغرفة كانت وسخة"],
        ),
        (
            "de",
            "Das Zimmer war 25 m², 3,5 km vom Zentrum",
            ["Das Zimmer war 25 m²", "3,5 km vom Zentrum"],
        ),
        (
            "id",
            "lumayan bagus dan nyaman cuma AC kurang dingin..kasurnya juga keras",
            ["lumayan bagus dan nyaman", "cuma AC kurang dingin", "kasurnya juga keras"],
        ),
        (
            "de",
            "Zimmer war richtig schön nur leider zog es durchs Fenster",
            ["Zimmer war richtig schön", "nur leider zog es durchs Fenster"],
        ),
        (
            "ja",
            "部屋は広くて綺麗ですけど壁が薄いです",
            ["部屋は広くて綺麗ですけど", "壁が薄いです"],
        ),
        ("zh", "酒店位置很好就是有点吵", ["酒店位置很好", "就是有点吵"]),
        ("zh", "这家酒店不但干净而且非常安静", ["这家酒店不但干净而且非常安静"]),
        ("th", "พักที่นี่ตั้งแต่วันจันทร์สะดวกดี", ["พักที่นี่ตั้งแต่วันจันทร์สะดวกดี"]),
        ("en", "Good, cheap, clean", ["Good, cheap, clean"]),
        ("en", "no parking", ["no parking"]),
        ("en", "", [""]),
    ],
)  # fmt: skip
def test_each_passage_says_one_thing(language, text, passages):
    assert split(text, language) == passages


def test_words_for_but_are_those_of_the_language():
    """ "de" is "but" in Hungarian, "men" in Swedish and "dar" in Romanian."""
    for language, text in (
        ("fr", "nous avons adoré la piscine de l'hôtel près de la gare de Lyon"),
        ("pt", "vamos dar nota máxima a esse hotel de frente para o mar"),
        ("en", "there were two men shouting in the corridor all night"),
        ("es", "la llave de la habitación ama de casa muy atenta"),
    ):
        assert split(text, language) == [text]
    assert split("a szoba szép volt de nagyon hideg is", "hu") == [
        "a szoba szép volt",
        "de nagyon hideg is",
    ]
    assert split("rummet var fint men det luktade rök", "sv") == [
        "rummet var fint",
        "men det luktade rök",
    ]
    assert split("房间很干净 但是晚上很吵", "zh") == ["房间很干净", "但是晚上很吵"]


def test_long_text_without_punctuation_is_cut_into_windows():
    words = [f"word{number}" for number in range(100)]
    pieces = split(" ".join(words))
    assert " ".join(pieces).split() == words
    assert all(10 <= len(piece.split()) <= 26 for piece in pieces)
    assert all(len(piece) <= 60 for piece in split("部屋" * 200, "ja"))


@given(st.lists(st.text(max_size=200), min_size=1, max_size=4))
def test_every_text_has_passages_in_order_without_overlap(texts):
    texts += NAUGHTY[:3]
    spans = split_passages(texts, np.array(["en"] * len(texts)))
    assert np.unique(spans.row).tolist() == list(range(len(texts)))
    for number, text in enumerate(texts):
        own = np.flatnonzero(spans.row == number)
        starts, ends = spans.starts[own], spans.ends[own]
        assert (starts <= ends).all() and (starts[1:] >= ends[:-1]).all()
        assert starts[0] >= 0 and ends[-1] <= len(text)
        left = text
        for start, end in zip(starts[::-1].tolist(), ends[::-1].tolist(), strict=True):
            left = left[:start] + left[end:]
        # Only marks and the white space around them lie between passages.
        assert not any(character.isalnum() for character in left)


def test_short_texts_are_weighed_as_far_as_it_matters():
    texts = [
        "Shower cabin",
        "部屋が狭い",
        "",
        "The bathroom was full of hair and the floor was wet",
    ]
    weights = text_weights(texts)
    assert weights[:3].tolist() == [text_weight(text) for text in texts[:3]] == [4, 5, 0]
    assert weights[3] == 16 < text_weight(texts[3])
