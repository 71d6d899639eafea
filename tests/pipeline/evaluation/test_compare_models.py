"""Models side by side, with methods that need no weights."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.common.errors import InputError
from pipeline.embedding.corpus_models import make_corpus_model
from pipeline.evaluation import golden_scores
from pipeline.evaluation.compare_models import compare_models
from pipeline.evaluation.records import result_records
from pipeline.evaluation.tasks import Pairs, Tasks
from pipeline.evaluation.verdict import judge_models
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


@pytest.mark.slow  # computes for seconds
def test_fewer_dimensions_are_measured_both_ways(tasks):
    found = compare_models(tasks, ["tfidf@16"], dimensions=[4, 16, 999])
    kinds = [(result.dimension, result.reduction) for result in found]
    assert kinds == [(16, ""), (4, "prefix"), (4, "pca")]
    assert found[2].megabytes_per_million == 16
    assert found[1].name == "tfidf@16, 4 dimensions (the first)"


@pytest.mark.slow  # computes for seconds
def test_lda_and_lsa_stand_beside_kmeans_in_the_clustering_task(tasks):
    results = compare_models(tasks, ["tfidf@16", "lda", "lsa"])
    for result in results[1:]:
        assert list(result.measures) == ["clustering"] and np.isnan(result.quality)
        agreement = result.measures["clustering"]["v_measure"]
        assert agreement.value > 0.9 and agreement.low <= agreement.value <= agreement.high
        assert result.costs.texts_per_second > 0
    verdict = judge_models([result for result in results if result.is_whole_model])
    model, *methods = result_records(results, verdict)
    assert model["chosen"] and model["quality"] > 0
    for record, name in zip(methods, ("lda", "lsa"), strict=True):
        assert record["model"] == name and record["clustering"]["v_measure"]["value"] > 0.9
        missing = ("quality", "dimension", "mb_per_million_reviews", "query_ms", "reduction")
        assert [record[key] for key in missing] == [None] * 5
        assert not (record["chosen"] or record["undominated"] or record["enough"])
    assert judge_models([]).chosen == -1
    with pytest.raises(InputError, match="'lda' groups texts, which is measured by labels"):
        compare_models(replace(tasks, labels=None), ["lda"])


def test_a_golden_set_is_scored_once(tasks, monkeypatch):
    scored = []
    rank = golden_scores.score_golden_set
    monkeypatch.setattr(
        "pipeline.evaluation.compare_models.score_golden_set",
        lambda *given: scored.append(given) or rank(*given),
    )
    (found,) = compare_models(tasks, ["tfidf@16"])
    assert len(scored) == 1
    (_tasks, queries, documents), languages = scored[0], np.array(["en", "de"] * 30)
    golden = rank(tasks, queries, documents)
    np.testing.assert_array_equal(found.gains, golden.ranking.ndcg)
    by_language = golden.by_language(languages)
    for code, value in by_language.items():  # as if the file had these reviews alone
        rows = np.flatnonzero(languages == code)
        own = replace(
            tasks,
            texts=tuple(tasks.texts[row] for row in rows),
            ids=tuple(tasks.ids[row] for row in rows),
        )
        alone = rank(own, queries, documents[rows])
        assert alone.ranking.ndcg.mean() == pytest.approx(value)
    assert list(by_language) == ["de", "en"]


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
