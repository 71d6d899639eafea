"""Proper names: capitals within sentences, hotels, platforms; ordinary words are none."""

import numpy as np

from pipeline.topics.proper_names import find_proper_names, units_with_names
from tests.support.topic_words import topic_keywords

SOLO = [
    "Hotel di Solo yang dekat stasiun",
    "menginap di Solo bersama keluarga",
    "kolam renang di Solo ini bersih",
    "kolam renang bersih sekali",
]
ITALIAN = ["il bagno era solo un poco sporco"] * 4


def find(texts, language, hotels=()):
    return find_proper_names(texts, np.full(len(texts), language), hotels)


def test_a_word_with_a_capital_within_sentences_is_a_name_in_its_language_alone():
    texts, languages = SOLO + ITALIAN, np.array(["id"] * 4 + ["it"] * 4)
    names = find_proper_names(texts, languages)
    assert names.contain("solo", "id") and not names.contain("solo", "it")
    assert not names.contain("kolam", "id")
    found = units_with_names(names, texts, languages, ["solo", "kolam"])
    assert {word: rows.tolist() for word, rows in found.items()} == {"solo": [0, 1, 2]}


def test_capitals_say_nothing_in_titles_or_german():
    titles = ["Great Location And Friendly Staff, Lovely Gherkin"] * 5
    assert not find(titles, "en").contain("gherkin", "en")
    assert not find(["wir hatten ein Doppelbett"] * 5, "de").contain("doppelbett", "de")


def test_words_of_hotels_and_platforms_are_names_unless_ordinary():
    names = find(["We liked it"] * 3, "en", ["Grand Zephyrus Beach Hotel"])
    assert names.contain("zephyrus", "en") and names.contain("agoda", "en")
    assert not names.contain("beach", "en") and not names.contain("breakfast", "en")
    japanese = find(["よかった"] * 3, "ja", ["旅館 霧隠れ温泉"])
    assert japanese.contain("霧隠れ", "ja") and not japanese.contain("温泉", "ja")


def test_names_are_no_keywords():
    texts = ["the pool in Kuta was clean", "swimming pool of Kuta", "pool near Kuta"]
    texts += ["the staff were kind"] * 3
    languages, topics = np.full(6, "en"), np.array([0, 0, 0, 1, 1, 1])
    named = topic_keywords(texts, languages, topics, 2)[0]["en"]
    names = find_proper_names(texts, languages)
    without = topic_keywords(texts, languages, topics, 2, names=names)[0]["en"]
    assert "kuta" in named and "kuta" not in without and "pool" in without
