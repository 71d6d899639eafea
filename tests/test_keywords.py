"""Words that tell topics apart, and provisional names of them."""

import numpy as np

from pipeline.keywords import split_words, topic_keywords
from pipeline.naming import name_topics

TEXTS = [
    "The pool was lovely, a warm pool",
    "Children loved the pool",
    "Breakfast had fresh bread",
    "Great breakfast and coffee",
    "プールが最高でした",
    "プールで遊びました",
    "朝食がおいしい",
    "朝食のパンが好き",
]
LANGUAGES = np.array(["en"] * 4 + ["ja"] * 4)
ASSIGNMENTS = np.array([0, 0, 1, 1, 0, 0, 1, 1])


def test_words_of_each_language_in_their_topic():
    pool, breakfast = topic_keywords(TEXTS, LANGUAGES, ASSIGNMENTS, 2)
    assert pool["en"][0] == "pool" and breakfast["en"][0] == "breakfast"
    assert pool["ja"][0] == "プール" and breakfast["ja"][0] == "朝食"


def test_words_of_many_scripts():
    assert split_words("Die Bäder waren wunderschön!", "de") == ["bäder", "wunderschön"]
    assert "पानी" in split_words("गरम पानी नहीं था", "hi")
    assert "مسبح" in split_words("مسبح رائع", "ar")
    assert "수영장이" in split_words("수영장이 깨끗해요", "ko")
    assert "早餐" in split_words("早餐很丰富", "zh")
    assert split_words("", "en") == [] and split_words("👍👍", "xx") == []


def test_names_are_unique_and_never_empty():
    words = [{"en": ["pool", "towel", "sun", "bar"]}] * 3 + [{}, {}, {"ja": ["朝食"]}]
    names = name_topics(words, [{"en": 5}] * 3 + [{}, {}, {"ja": 3}])
    assert names[0] == "Pool, towel, sun" and names[5] == "朝食"
    assert len(set(names)) == len(names) and all(names)
