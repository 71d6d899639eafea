"""Models side by side, with methods that need no weights."""

import numpy as np
import pytest

from pipeline.common.errors import InputError
from pipeline.embedding.corpus_models import make_corpus_model
from pipeline.evaluation.compare_models import compare_models
from pipeline.evaluation.tasks import Pairs, Tasks
from pipeline.search.evaluation import GoldenQuery

WORDS = {
    "noise": "loud music street night noise",
    "food": "breakfast buffet eggs coffee bread",
    "pool": "pool water warm swim lane",
}


@pytest.fixture(scope="module")
def tasks():
    texts, topics = [], []
    for topic, words in WORDS.items():
        for n in range(20):
            texts.append(f"{words} guest{n} {words.split()[n % 5]}")
            topics.append(topic)
    ids = tuple(f"R{n}" for n in range(60))
    golden = (
        GoldenQuery("loud noise at night", frozenset(ids[:20]), frozenset(ids[20:25])),
        GoldenQuery("eggs for breakfast", frozenset(ids[20:40])),
        GoldenQuery("unanswered", frozenset(), frozenset(ids[:2])),
    )
    pairs = Pairs(tuple(texts[:10]), tuple(texts[:10]), None, (("en", "en"),) * 10)
    return Tasks(
        tuple(texts),
        ids,
        np.array(["en"] * 60),
        golden,
        labels=tuple(topics),
        translations=pairs,
    )


def test_each_kind_of_task_is_measured(tasks):
    said = []
    (whole,) = compare_models(tasks, ["tfidf@16"], report=said.append)
    assert whole.space == "raw" and whole.dimension == 16
    assert set(whole.measures) == {
        "retrieval",
        "reranking",
        "clustering",
        "classification",
        "bitext",
    }
    assert whole.measures["retrieval"]["recall@10"].value == 1
    assert whole.measures["clustering"]["v_measure"].value == pytest.approx(1)
    assert whole.measures["bitext"]["accuracy"].value == 1
    assert len(whole.gains) == 2 and whole.by_language == {"en": pytest.approx(1)}
    assert whole.costs.texts_per_second > 0 and whole.costs.query_ms > 0
    assert any("embedding 60 reviews" in line for line in said)


def test_fewer_dimensions_are_measured_both_ways(tasks):
    found = compare_models(tasks, ["tfidf@16"], dimensions=[4, 16, 999])
    kinds = [(result.dimension, result.reduction) for result in found]
    assert kinds == [(16, ""), (4, "prefix"), (4, "pca")]
    assert found[2].megabytes_per_million == 16
    assert found[1].name == "tfidf@16, 4 dimensions (the first)"


def test_a_method_of_the_corpus_has_the_corpus_in_its_fingerprint(tasks):
    first, again = (make_corpus_model("tfidf@8").fit(tasks.texts, ["en"] * 60) for _ in range(2))
    other = make_corpus_model("tfidf@8").fit(tasks.texts[:-1], ["en"] * 59)
    assert first.fingerprint == again.fingerprint != other.fingerprint
    np.testing.assert_array_equal(
        first.encode_queries(["loud night"]), again.encode_queries(["loud night"])
    )
    with pytest.raises(InputError, match="at least 20 different texts; there are 1"):
        make_corpus_model("tfidf").fit(["same"] * 30, ["en"] * 30)
    with pytest.raises(InputError, match="no method 'bm25'"):
        make_corpus_model("bm25")
