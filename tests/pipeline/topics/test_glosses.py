"""English glosses of keywords."""

import numpy as np

from pipeline.embedding.neutral import NeutralSpace
from pipeline.embedding.parallel_corpus import parallel_means
from pipeline.topics import glosses
from pipeline.topics.glosses import gloss_keywords
from pipeline.topics.lexicon import translations

KNOWN = {
    "de": {"frühstück": "breakfast", "handtücher": "towels", "parkplatz": "parking"},
    "ja": {"部屋": "room", "朝食": "breakfast", "音楽": "music", "排水口": "drain"},
    "zh": {
        "早餐": "breakfast",
        "行李": "luggage",
        "空调": "air conditioning",
        "隔壁": "neighbours",
    },
    "ko": {"조식": "breakfast", "직원": "staff", "와이파이": "wifi"},
}


def test_words_in_the_same_lines_are_translations():
    assert max(translations("ja")["朝食"].items(), key=lambda item: item[1])[0] == "breakfast"
    assert translations("en") == {} and translations("xx") == {}


def test_glosses_of_keywords(encoder):
    parallel = parallel_means(encoder)
    _u, _s, axes = np.linalg.svd(parallel - parallel.mean(axis=0), full_matrices=False)
    space = NeutralSpace(axes[:30].astype(np.float32), np.zeros(encoder.dimension, np.float32))
    topic = {code: list(words) for code, words in KNOWN.items()}
    topic["en"] = ["breakfast"]
    topic["th"] = ["อาหารเช้า", "a", "b", "c", "d", "beyond the fifth"]
    (found,) = gloss_keywords([topic], encoder, space)
    assert {code: len(words) for code, words in found.items()} == {
        code: len(words) for code, words in topic.items()
    }
    assert found["en"] == ["breakfast"]
    assert found["th"][0] == "breakfast" and found["th"][5] == ""
    given = [
        (found[code][index], gloss)
        for code, words in KNOWN.items()
        for index, gloss in enumerate(words.values())
        if found[code][index]
    ]
    assert len(given) >= 5 and all(one == right for one, right in given), found


def test_negation_is_glossed_as_negation(encoder, monkeypatch):
    for limit in ("_MIN_SCORE", "_MIN_UNSUPPORTED_SCORE"):  # four words are few to be sure of
        monkeypatch.setattr(glosses, limit, 0.45)
    parallel = parallel_means(encoder)
    _u, _s, axes = np.linalg.svd(parallel - parallel.mean(axis=0), full_matrices=False)
    space = NeutralSpace(axes[:30].astype(np.float32), np.zeros(encoder.dimension, np.float32))
    topic = {"zh": ["不干净", "早餐"], "ja": ["清潔ではない", "朝食"]}
    (found,) = gloss_keywords([topic], encoder, space)
    assert found["zh"] == ["not clean", "breakfast"]
    assert found["ja"][0].startswith("not clean") and found["ja"][1] == "breakfast"
