"""Keywords of topics, and names made of them."""

import csv
from functools import cache

import numpy as np
import pytest

from pipeline.topics.naming import name_topics
from tests.support.command import ROOT
from tests.support.topic_words import topic_keywords

SAMPLE = ROOT / "sample_data"
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


def test_keywords_of_each_language_are_in_their_topic():
    pool, breakfast = topic_keywords(TEXTS, LANGUAGES, ASSIGNMENTS, 2)
    assert pool["en"][0] == "pool" and breakfast["en"][0] == "breakfast"
    assert pool["ja"][0] == "プール" and breakfast["ja"][0] == "朝食"


def test_names_are_unique_and_never_empty():
    words = [{"en": ["pool", "towel", "sun", "bar"]}] * 3 + [{}, {}, {"ja": ["朝食"]}]
    names = name_topics(words, [{"en": 5}] * 3 + [{}, {}, {"ja": 3}])
    assert names[0]["en"] == "Pool, towel, sun" and names[5]["en"] == "朝食"
    english = [name["en"] for name in names]
    assert len(set(english)) == len(english) and all(english)


@pytest.fixture(scope="module")
def sample():
    """Keywords of the sample's labelled topics, and the texts of each language."""
    with open(SAMPLE / "hotel_reviews.csv", encoding="utf-8") as file:
        reviews = {row["review_id"]: row["review"] for row in csv.DictReader(file)}
    with open(SAMPLE / "labels.csv", encoding="utf-8") as file:
        labels = [
            (reviews[row["review_id"]], row["language"], topic)
            for row in csv.DictReader(file)
            for topic in row["topics"].split("|")
        ]
    names = sorted({topic for _, _, topic in labels})
    texts = [text for text, _, _ in labels]
    languages = np.array([language for _, language, _ in labels])
    assignments = np.array([names.index(topic) for _, _, topic in labels])
    found = topic_keywords(texts, languages, assignments, len(names))
    return dict(zip(names, found, strict=True)), texts, languages, assignments


def _japanese_word(word):
    import fugashi

    nodes = list(fugashi.Tagger()(word))
    kinds = {node.feature.pos1 for node in nodes}
    return not any(node.is_unk for node in nodes) and (
        len(nodes) == 1 or kinds <= {"名詞", "接頭辞", "接尾辞"}
    )


def _chinese_word(word):
    import jieba
    from opencc import OpenCC

    jieba.setLogLevel("WARNING")
    jieba.initialize()
    simplified = OpenCC("t2s").convert(word)
    return bool(jieba.dt.FREQ.get(simplified)) or simplified in {"半食宿"}


@cache
def _kiwi():
    from kiwipiepy import Kiwi

    return Kiwi(load_typo_dict=False, load_multi_dict=False)


def _korean_word(word):
    readings = [
        [str(token.tag) for token in tokens] for tokens, _ in _kiwi().analyze(word, top_n=5)
    ]
    nouns = any(set(tags) <= {"NNG", "NNP"} for tags in readings)
    stems = {"VV", "VA", "NN", "XR"}
    return nouns or any(tags[0][:2] in stems and tags[-1] == "EF" for tags in readings)


def _thai_word(word):
    from pythainlp.corpus import thai_words

    return word in thai_words()


CHECKS = {"ja": _japanese_word, "zh": _chinese_word, "ko": _korean_word, "th": _thai_word}


@pytest.mark.parametrize("language", sorted(CHECKS))
def test_no_fragments_among_the_first_five_keywords(sample, language):
    first = {word for found in sample[0].values() for word in found.get(language, [])[:5]}
    assert len(first) >= 20
    unknown = {word for word in first if not word.isascii() and not CHECKS[language](word)}
    assert not unknown


@pytest.mark.parametrize(
    ("topic", "expected"),
    [
        (
            "breakfast",
            {"ja": "朝食", "zh": "早餐", "ko": "조식", "th": "อาหารเช้า", "ru": "завтрак"},
        ),
        ("pool_spa_gym", {"ja": "プール", "zh": "泳池", "ko": "수영장", "th": "สระ", "de": "pool"}),
        (
            "staff",
            {"ja": "フロント", "zh": "前台", "ko": "직원", "th": "พนักงาน", "de": "rezeption"},
        ),
        ("temperature", {"ja": "冷房", "zh": "空调", "ko": "에어컨", "th": "แอร์"}),
    ],
)
def test_expected_keyword_in_each_language(sample, topic, expected):
    for language, word in expected.items():
        assert word in sample[0][topic][language][:5], (language, sample[0][topic][language])


def test_keywords_are_short(sample):
    words = {word for found in sample[0].values() for row in found.values() for word in row}
    assert all(len(word) <= 30 and word.count(" ") <= 1 for word in words)


def test_keywords_do_not_depend_on_the_order_of_reviews(sample):
    found, texts, languages, assignments = sample
    order = np.random.default_rng(0).permutation(len(texts))
    again = topic_keywords(
        [texts[row] for row in order], languages[order], assignments[order], len(found)
    )
    assert again == list(found.values())


def test_one_review_of_a_language_has_no_keywords():
    texts = ["A lovely warm pool", "The warm pool again", "プールが最高", "プールと朝食", "朝食"]
    languages = np.array(["en", "en", "ja", "ja", "ja"])
    found = topic_keywords(texts, languages, np.array([0, 0, 0, 1, 1]), 3)
    assert "en" in found[0] and "ja" not in found[0] and "ja" in found[1] and found[2] == {}


def test_compound_replaces_its_parts():
    texts = [
        "露天風呂が最高",
        "露天風呂からの眺め",
        "露天風呂",
        "朝食",
        "朝食がおいしい",
        "朝食のパン",
    ]
    found = topic_keywords(texts, np.array(["ja"] * 6), np.array([0] * 3 + [1] * 3), 2)
    assert found[0]["ja"][0] == "露天風呂" and not {"露天", "風呂"} & set(found[0]["ja"])


def test_spellings_are_one_word_in_its_commonest_spelling():
    texts = ["電梯壞了", "電梯很慢", "电梯太小", "早餐好吃", "早餐丰富"]
    found = topic_keywords(texts, np.array(["zh"] * 5), np.array([0, 0, 0, 1, 1]), 2)
    assert found[0]["zh"][0] == "電梯" and "电梯" not in found[0]["zh"]


def test_large_topics_are_sampled():
    texts = ["The pool was warm"] * 3000 + ["The pool was cold"] * 1500 + ["Fresh bread"] * 40
    assignments = np.array([0] * 4500 + [1] * 40)
    found = topic_keywords(texts, np.array(["en"] * 4540), assignments, 2)
    assert found[0]["en"][:3] == ["pool", "warm", "cold"] and "bread" in found[1]["en"]


def test_negated_words_are_counted_separately():
    texts = [
        "房间不干净",
        "浴室不太干净",
        "地板不干净",
        "房间干净",
        "浴室很干净",
        "早餐丰富",
        "早餐好吃",
    ]
    topics = np.array([0, 0, 0, 0, 0, 1, 1])
    words = topic_keywords(texts, np.full(7, "zh"), topics, 2)[0]["zh"]
    assert {"不干净", "干净"} <= set(words)
