"""Topics: how many, which, the same every time."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from pipeline.common import arrays
from pipeline.common.errors import InputError
from pipeline.topics import outliers, space
from pipeline.topics.clustering import find_topics
from pipeline.topics.stability import topic_stability
from pipeline.topics.topic_count import Candidate, why
from tests.support.blobs import blobs


@pytest.mark.parametrize("groups", [6, 9, 12])
def test_the_number_is_found(groups):
    vectors, truth = blobs(groups, 60)
    topics = find_topics(vectors)
    assert abs(topics.count - groups) <= 1
    assert adjusted_rand_score(truth, topics.assignments) > 0.9
    assert [c.topics for c in topics.candidates] == sorted(c.topics for c in topics.candidates)


def test_the_users_number_wins_and_the_largest_comes_first():
    vectors, _ = blobs(5, 40)
    topics = find_topics(vectors, count=3)
    sizes = np.bincount(topics.assignments)
    assert topics.count == 3 and list(sizes) == sorted(sizes, reverse=True)
    assert topics.candidates == ()


def test_new_rows_fall_into_the_topics_of_their_likes():
    vectors, _ = blobs(6, 50)
    topics = find_topics(vectors[::2], count=6)
    np.testing.assert_array_equal(topics.assign(vectors[::2]), topics.assignments)
    both = np.empty(len(vectors), int)
    both[::2], both[1::2] = topics.assignments, topics.assign(vectors[1::2])
    assert adjusted_rand_score(np.repeat(np.arange(6), 50), both) > 0.95


def test_same_seed_same_bytes():
    vectors, _ = blobs(6, 50)
    first, second = (find_topics(vectors, seed=3) for _ in range(2))
    assert first.assignments.tobytes() == second.assignments.tobytes()
    assert first.centroids.tobytes() == second.centroids.tobytes()


@pytest.mark.parametrize("n", [3, 4, 7, 12, 30])
def test_small_files(n):
    vectors, _ = blobs(3, (n + 2) // 3)
    topics = find_topics(vectors[:n])
    assert len(topics.assignments) == n
    assert set(topics.assignments) == set(range(topics.count)) and topics.count <= n


def test_one_review_many_times_is_refused():
    vectors = np.repeat(blobs(1, 1)[0], 10, axis=0)
    with pytest.raises(InputError, match="1 different review in 10 rows: topics need at least 3"):
        find_topics(vectors)


def test_more_topics_than_reviews_is_refused():
    with pytest.raises(InputError, match="20 topics can't be made of 9 different reviews"):
        find_topics(blobs(3, 3)[0], count=20)


def test_what_is_foreign_falls_into_everything_else_today_and_next_month():
    vectors, _ = blobs(8, 80, d=64, spread=0.8)
    vectors[:, 0] = 0  # every topic is as much about it as the others
    shared = vectors + 0.8 * np.eye(64)[0]  # what the file is about at all
    foreign = np.random.default_rng(1).normal(size=(12, 64))
    foreign[:, 0] = -np.abs(foreign[:, 0])
    arrays = np.vstack([shared, foreign])
    arrays = (arrays / np.linalg.norm(arrays, axis=1, keepdims=True)).astype(np.float32)
    topics = find_topics(arrays, count=8, everything_else=True)
    assert topics.other == topics.count == 8
    assert (topics.assignments[-12:] == 8).mean() > 0.8
    assert (topics.assignments[:-12] == 8).mean() < 0.06
    np.testing.assert_array_equal(topics.assign(arrays), topics.assignments)
    assert find_topics(arrays, count=8).other is None
    every = topics.without_other()
    assert every.other is None and set(every.assignments) == set(range(8))


def test_an_unstable_topic_is_told_from_a_stable_one():
    apart, truth = blobs(4, 60)
    space = find_topics(apart, count=4)
    assert topic_stability(apart, truth, 4).min() > 0.95
    halved = np.where((truth == 0) & (np.arange(len(truth)) % 2 == 0), 4, truth)  # a chance split
    shares = topic_stability(space.space.transform(apart), halved, 5)
    assert shares[[0, 4]].min() < 0.8 and shares[1:4].min() > 0.8


def test_why_names_the_number_its_signs_and_the_rival():
    found = [Candidate(n, 0.3, s, c) for n, s, c in ((8, 0.7, 0.1), (9, 0.81, 1.0), (14, 0.8, 0.9))]
    text = why(found, 9)
    assert text.startswith("9 topics: ") and "0.81" in text and "14 would be nearly as good" in text
    assert "speak for 9" in why(found, 8) and why(found, 3) == ""


def test_the_users_number_with_the_curve_and_languages():
    vectors, truth = blobs(6, 60)
    languages = np.array(["de", "fr"])[np.arange(len(truth)) % 2]
    topics = find_topics(vectors, count=4, compare=True, languages=languages)
    assert topics.count == 4 and topics.candidates
    assert all(0 <= c.balance <= 1 and abs(c.language) < 0.05 for c in topics.candidates)


def test_a_large_file_is_fitted_on_a_part_of_it(monkeypatch):
    vectors, truth = blobs(6, 400)
    whole = find_topics(vectors, count=6, everything_else=True)
    monkeypatch.setattr(space, "_WALKED", 900)
    for module in (space, outliers, arrays):
        monkeypatch.setattr(module, "BLOCK", 1_000)
    part = find_topics(vectors, count=6, everything_else=True)
    assert part.space.projection.tobytes() != whole.space.projection.tobytes()
    assert adjusted_rand_score(truth, part.assignments) > 0.9
    assert adjusted_rand_score(whole.assignments, part.assignments) > 0.9
