"""Typical reviews: closest to the centroid, and the most different ones of the topic."""

import numpy as np

from pipeline.topics.representative import typical_reviews

ANGLES = np.radians([0, 5, 5, 10, 40, 30, 90, 95, 20])
POINTS = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1).astype(np.float32)
CENTROIDS = np.array([[1, 0], [0, 1]], np.float32)
LONG = "a review that is long enough to be read: "
TEXTS = [f"{LONG}{row}" for row in range(9)]
TEXTS[0] = "Ok."  # the closest, but too short
TEXTS[2] = TEXTS[1].upper()  # the same text
LANGUAGES = np.array(["en"] * 6 + ["de"] * 3)
ASSIGNMENTS = np.array([0, 0, 0, 0, 0, 0, 1, 1, 0])


def test_closest_and_most_different_of_each_language():
    first, second = typical_reviews(POINTS, CENTROIDS, ASSIGNMENTS, LANGUAGES, TEXTS)
    assert list(first) == ["en", "de"]
    assert first["en"] == {
        "closest": [1, 3],
        "different": [4, 5],  # the farthest first
    }
    assert first["de"] == {"closest": [8], "different": []}
    assert second == {"de": {"closest": [6, 7], "different": []}}


def test_reviews_nearer_to_another_centroid_are_not_typical():
    points = POINTS.copy()
    points[4] = [0.1, 1.0]  # assigned to 0, nearer to 1
    first, _second = typical_reviews(points, CENTROIDS, ASSIGNMENTS, LANGUAGES, TEXTS)
    assert 4 not in first["en"]["different"]


def test_closest_are_of_those_that_go_best_with_the_name():
    level = np.array([0, 2, 0, 3, 3, 1, 0, 2, 0])
    first, second = typical_reviews(
        POINTS, CENTROIDS, ASSIGNMENTS, LANGUAGES, TEXTS, preferred=level
    )
    assert first["en"]["closest"] == [3, 4]
    assert first["de"]["closest"] == [8]  # none of this language goes with it
    assert second["de"]["closest"] == [7]
