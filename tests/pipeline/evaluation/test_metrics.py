"""Measures of models: against MTEB's own functions, scikit-learn, and by hand."""

from types import SimpleNamespace

import numpy as np
import pytest

from pipeline.evaluation import metrics


@pytest.fixture(scope="module")
def rankings():
    random = np.random.default_rng(1)
    scores = random.normal(size=(12, 40))
    relevant = random.random((12, 40)) < 0.15
    relevant[np.arange(12), random.integers(0, 40, 12)] = True
    return scores, relevant


@pytest.fixture(scope="module")
def pairs():
    random = np.random.default_rng(2)
    same = random.random(60) < 0.4
    return np.round(random.normal(size=60) + same, 1), same  # rounded: some are equal


def test_a_ranking_by_hand():
    found = metrics.rank_measures(
        np.array([[0.9, 0.8, 0.7, 0.6]]), np.array([[False, True, False, True]])
    )
    assert found.recall[0] == 1 and found.reciprocal_rank[0] == 0.5
    assert found.average_precision[0] == pytest.approx((1 / 2 + 2 / 4) / 2)
    gain, ideal = 1 / np.log2(3) + 1 / np.log2(5), 1 + 1 / np.log2(3)
    assert found.ndcg[0] == pytest.approx(gain / ideal)


@pytest.mark.slow
def test_rankings_agree_with_mteb(rankings):
    from mteb._evaluators.retrieval_metrics import calculate_retrieval_scores, recall_cap

    scores, relevant = rankings
    names = [f"d{n:02}" for n in range(scores.shape[1])]
    results = {f"q{q}": dict(zip(names, row.tolist(), strict=True)) for q, row in enumerate(scores)}
    wanted = {f"q{q}": {names[n]: 1 for n in np.flatnonzero(row)} for q, row in enumerate(relevant)}
    expected = calculate_retrieval_scores(results, wanted, [10, 100])
    found = metrics.rank_measures(scores, relevant)
    # What it returns is rounded to five digits; the scores of each query are not.
    each = [expected.all_scores[f"q{q}"] for q in range(len(scores))]
    np.testing.assert_allclose(found.ndcg, [row["ndcg_cut_10"] for row in each], atol=1e-6)
    np.testing.assert_allclose(
        found.average_precision, [row["map_cut_100"] for row in each], atol=1e-6
    )
    assert expected.mrr["MRR@100"] == pytest.approx(found.reciprocal_rank.mean(), abs=1e-6)
    capped = recall_cap(wanted, results, [10])["R_cap_at_10"]
    np.testing.assert_allclose(found.recall, capped, atol=1e-6)


@pytest.mark.slow
def test_pairs_agree_with_mteb(pairs):
    from mteb.abstasks.pair_classification import AbsTaskPairClassification as Task

    cosines, same = pairs
    task = SimpleNamespace(
        _find_best_acc_and_threshold=lambda *given: Task._find_best_acc_and_threshold(None, *given),
        _find_best_f1_and_threshold=lambda *given: Task._find_best_f1_and_threshold(None, *given),
    )
    expected = Task._compute_metrics_values(task, cosines.tolist(), same.astype(int), True)
    found = metrics.pair_measures(cosines, same)
    for name in ("ap", "accuracy", "f1"):
        assert found[name].value == pytest.approx(expected[name], abs=1e-6)


@pytest.mark.slow
def test_likeness_and_translations_agree_with_mteb(pairs):
    from mteb.abstasks.clustering_legacy import AbsTaskClusteringLegacy
    from mteb.abstasks.sts import AbsTaskSTS
    from mteb.abstasks.text.bitext_mining import AbsTaskBitextMining

    cosines, same = pairs
    scores = cosines + np.random.default_rng(3).normal(size=60)
    given = dict.fromkeys(
        ("cosine_scores", "manhattan_distances", "euclidean_distances", "similarity_scores"),
        cosines.tolist(),
    )
    expected = AbsTaskSTS._calculate_scores(None, given, scores.tolist())
    found = metrics.similarity_measures(cosines, scores)
    for name in ("spearman", "pearson"):
        assert found[name].value == pytest.approx(expected[f"cosine_{name}"], abs=1e-6)

    random = np.random.default_rng(4)
    first = random.normal(size=(30, 8))
    second = first + 0.8 * random.normal(size=(30, 8))
    nearest = [{"corpus_id": int(n)} for n in (first @ second.T).argmax(axis=1)]
    gold = [(n, n) for n in range(30)]
    mined = AbsTaskBitextMining._compute_metrics(None, nearest, gold)
    ours = metrics.bitext_measures(first, second, [("en", "de")] * 30)
    assert 0.2 < ours["f1"].value < 0.95
    for name in ("f1", "accuracy"):
        assert ours[name].value == pytest.approx(mined[name], abs=1e-6)

    labels = (same.astype(int) + (cosines > 1)).tolist()
    clusters = AbsTaskClusteringLegacy._compute_metrics(None, labels, same.astype(int).tolist())
    from sklearn.metrics import v_measure_score

    assert clusters["v_measure"] == pytest.approx(v_measure_score(labels, same), abs=1e-6)


def test_clusters_that_are_the_labels_are_found_whole():
    random = np.random.default_rng(5)
    vectors = np.repeat(np.eye(3, 6), 20, axis=0) + 0.01 * random.normal(size=(60, 6))
    labels = np.repeat(["room", "food", "staff"], 20).tolist()
    found = metrics.clustering_measure(vectors.astype(np.float32), labels)
    assert (found.value, found.low, found.high) == pytest.approx((1, 1, 1))
    classified = metrics.classification_measures(vectors, labels)
    assert classified["accuracy"].value == classified["f1"].value == 1


def test_translations_are_looked_for_in_their_own_language():
    vectors = np.eye(4)
    both = np.vstack([vectors, vectors]), np.vstack([vectors, vectors])
    apart = metrics.bitext_measures(*both, [("en", "ja")] * 4 + [("en", "zh")] * 4)
    assert apart["f1"].value == apart["accuracy"].value == 1
    mixed = metrics.bitext_measures(*both, [("", "")] * 8)
    assert mixed["accuracy"].value == 0.5


def test_an_interval_of_clusters_holds_the_measure():
    random = np.random.default_rng(8)
    vectors, labels = random.normal(size=(200, 4)), random.integers(0, 8, 200).astype(str).tolist()
    found = metrics.clustering_measure(vectors, labels)  # about nothing but chance
    assert found.low < found.value < found.high


def test_rare_labels_are_not_classified():
    vectors = np.random.default_rng(6).normal(size=(30, 4))
    assert metrics.classification_measures(vectors, ["a"] * 22 + ["b"] * 8) == {}


def test_an_interval_holds_the_mean_as_often_as_it_says():
    random = np.random.default_rng(7)
    held = 0
    for _ in range(200):
        found = metrics.mean_estimate(random.normal(0.5, 0.2, 40))
        held += found.low <= 0.5 <= found.high
    assert 0.90 <= held / 200 <= 0.99
    same = metrics.bootstrap(lambda rows: float(np.mean(rows)), 30)
    assert same.low < same.value < same.high
