"""Clustering: number of topics, assignments, outliers, stability, determinism."""

import numpy as np
import pytest

from pipeline.common import arrays
from pipeline.common.errors import InputError
from pipeline.topics import outliers, space
from pipeline.topics.assigner import make_assigner
from pipeline.topics.clustering import find_topics
from pipeline.topics.outliers import fit_outlier_detector
from pipeline.topics.stability import topic_stability
from pipeline.topics.topic_count import Candidate, explain_topic_count
from tests.support.blobs import blobs


@pytest.mark.parametrize("groups", [6, 9, 12])
@pytest.mark.slow  # computes for seconds
def test_topic_count_is_found(groups):
    vectors, truth = blobs(groups, 60)
    topics = find_topics(vectors)
    assert abs(topics.topic_count - groups) <= 1
    assert adjusted_rand_score(truth, topics.assignments) > 0.9
    assert [c.topic_count for c in topics.candidates] == sorted(
        c.topic_count for c in topics.candidates
    )


def adjusted_rand_score(one, other):
    from sklearn import metrics

    return metrics.adjusted_rand_score(one, other)


def test_chosen_topic_count_wins_and_largest_topic_comes_first():
    vectors, _ = blobs(5, 40)
    topics = find_topics(vectors, topic_count=3)
    sizes = np.bincount(topics.assignments)
    assert topics.topic_count == 3 and list(sizes) == sorted(sizes, reverse=True)
    assert topics.candidates == ()


def test_new_rows_join_the_topics_of_similar_rows():
    vectors, _ = blobs(6, 50)
    topics = find_topics(vectors[::2], topic_count=6)
    assigner = make_assigner(topics)
    np.testing.assert_array_equal(assigner.assign(vectors[::2]), topics.assignments)
    both = np.empty(len(vectors), int)
    both[::2], both[1::2] = topics.assignments, assigner.assign(vectors[1::2])
    assert adjusted_rand_score(np.repeat(np.arange(6), 50), both) > 0.95


def test_same_seed_gives_same_bytes():
    vectors, _ = blobs(6, 50)
    first, second = (find_topics(vectors, seed=3) for _ in range(2))
    assert first.assignments.tobytes() == second.assignments.tobytes()
    assert first.centroids.tobytes() == second.centroids.tobytes()


@pytest.mark.parametrize("n", [3, 4, 7, 12, 30])
def test_small_files(n):
    vectors, _ = blobs(3, (n + 2) // 3)
    topics = find_topics(vectors[:n])
    assert len(topics.assignments) == n
    assert set(topics.assignments) == set(range(topics.topic_count)) and topics.topic_count <= n


def test_copies_of_one_review_are_refused():
    vectors = np.repeat(blobs(1, 1)[0], 10, axis=0)
    with pytest.raises(InputError, match="1 different review in 10 rows: topics need at least 3"):
        find_topics(vectors)


def test_more_topics_than_reviews_is_refused():
    with pytest.raises(InputError, match="20 topics can't be made of 9 different reviews"):
        find_topics(blobs(3, 3)[0], topic_count=20)


def test_foreign_texts_are_outliers_in_this_file_and_the_next():
    vectors, _ = blobs(8, 80, d=64, spread=0.8)
    vectors[:, 0] = 0  # so that all topics share this dimension alike
    shared = vectors + 0.8 * np.eye(64)[0]  # what the whole file is about
    foreign = np.random.default_rng(1).normal(size=(12, 64))
    foreign[:, 0] = -np.abs(foreign[:, 0])
    arrays = np.vstack([shared, foreign])
    arrays = (arrays / np.linalg.norm(arrays, axis=1, keepdims=True)).astype(np.float32)
    topics = find_topics(arrays, topic_count=8, separate_outliers=True)
    assert topics.outlier_topic == topics.topic_count == 8
    assert (topics.assignments[-12:] == 8).mean() > 0.8
    assert (topics.assignments[:-12] == 8).mean() < 0.06
    assigner = make_assigner(topics)
    detector = assigner.outlier_detector
    assert detector is not None
    assigned = np.where(detector.is_inlier(arrays), assigner.assign(arrays), 8)
    np.testing.assert_array_equal(assigned, topics.assignments)
    new = assigner.is_new_inlier(arrays[::-1], arrays)[::-1]
    assert new[:-12].mean() > 0.94 and new[-12:].mean() < 0.2
    assert find_topics(arrays, topic_count=8).outlier_topic is None
    reassigned = topics.reassign_outliers()
    assert reassigned.outlier_topic is None and set(reassigned.assignments) == set(range(8))


def test_new_texts_of_a_small_file_are_no_outliers():
    """With hardly more texts than dimensions, each is nearer to a covariance that it is part of."""
    random = np.random.default_rng(2)
    scales = np.geomspace(1, 0.05, 96)
    drawn = (random.normal(size=(420, 96)) * scales).astype(np.float32)
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    first, later = drawn[:120], drawn[120:]
    detector = fit_outlier_detector(first)
    assert detector is not None
    assert detector.is_inlier(later).mean() < 0.5  # judged as if it had been fitted to them
    assert detector.for_new_texts(first).is_inlier(later).mean() > 0.85
    # Each text's distance without itself is what a detector without it finds.
    without = fit_outlier_detector(np.delete(first, 5, axis=0))
    expected = np.linalg.norm((first[5] - without.mean) @ without.whitener)
    found = np.linalg.norm((first[5] - detector.mean) @ detector.whitener)
    assert found / np.sqrt(1 - found**2 / 120) == pytest.approx(expected, rel=0.03)
    assert expected > 1.1 * found


def test_stability_separates_stable_from_unstable_topics():
    apart, truth = blobs(4, 60)
    topics = find_topics(apart, topic_count=4)
    assert topic_stability(apart, truth, 4).min() > 0.95
    halved = np.where((truth == 0) & (np.arange(len(truth)) % 2 == 0), 4, truth)  # a chance split
    shares = topic_stability(topics.space.transform(apart), halved, 5)
    assert shares[[0, 4]].min() < 0.8 and shares[1:4].min() > 0.8


def test_explanation_has_number_stability_and_rival():
    candidates = [
        Candidate(n, 0.3, s, c) for n, s, c in ((8, 0.7, 0.1), (9, 0.81, 1.0), (14, 0.8, 0.9))
    ]
    text = explain_topic_count(candidates, 9)
    assert text.startswith("9 topics: ") and "0.81" in text and "14 would be nearly as good" in text
    assert (
        "9 would fit better" in explain_topic_count(candidates, 8)
        and explain_topic_count(candidates, 3) == ""
    )


def test_chosen_topic_count_with_comparison_and_languages():
    vectors, truth = blobs(6, 60)
    languages = np.array(["de", "fr"])[np.arange(len(truth)) % 2]
    topics = find_topics(vectors, topic_count=4, compare=True, languages=languages)
    assert topics.topic_count == 4 and topics.candidates
    assert all(0 <= c.balance <= 1 and abs(c.language) < 0.05 for c in topics.candidates)


@pytest.mark.slow  # computes for seconds
def test_large_file_is_fitted_on_a_sample(monkeypatch):
    vectors, truth = blobs(6, 400)
    whole = find_topics(vectors, topic_count=6, separate_outliers=True)
    monkeypatch.setattr(space, "_WALK_SAMPLE", 900)
    monkeypatch.setattr(space, "_AT_ONCE", 1_000)
    for module in (outliers, arrays):
        monkeypatch.setattr(module, "BLOCK", 1_000)
    part = find_topics(vectors, topic_count=6, separate_outliers=True)
    assert part.space.projection.tobytes() != whole.space.projection.tobytes()
    assert adjusted_rand_score(truth, part.assignments) > 0.9
    assert adjusted_rand_score(whole.assignments, part.assignments) > 0.9
