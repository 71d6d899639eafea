"""Places on the map."""

import numpy as np
import pytest
from test_topics import blobs

from pipeline.layout import lay_out, nearest_neighbours


def test_likes_lie_together_and_the_seed_decides():
    vectors, truth = blobs(5, 40)
    places = lay_out(vectors, seed=1)
    assert places.shape == (200, 2) and np.abs(places).max() == pytest.approx(10, abs=1e-3)
    nearest = np.argsort(((places[:, None] - places[None]) ** 2).sum(-1), axis=1)[:, 1:6]
    assert (truth[nearest] == truth[:, None]).mean() > 0.9
    assert lay_out(vectors, seed=1).tobytes() == places.tobytes()
    assert lay_out(vectors, seed=2).tobytes() != places.tobytes()


def test_precomputed_neighbours_on_a_larger_file():
    vectors, truth = blobs(8, 650)  # above the size where umap computes all distances
    places = lay_out(vectors)
    rows = np.arange(0, len(vectors), 40)
    distances = ((places[rows, None] - places[None]) ** 2).sum(-1)
    nearest = np.argsort(distances, axis=1)[:, 1:6]
    assert (truth[nearest] == truth[rows][:, None]).mean() > 0.9


@pytest.mark.parametrize("n", [1, 2, 3, 7, 8, 9, 16, 40])
def test_few_rows(n):
    places = lay_out(blobs(n, 1)[0])
    assert places.shape == (n, 2) and np.isfinite(places).all()


def test_equal_rows_share_one_place():
    vectors, _ = blobs(4, 10)
    places = lay_out(np.vstack([vectors, vectors[:5], vectors[:5]]))
    np.testing.assert_array_equal(places[40:45], places[:5])
    np.testing.assert_array_equal(places[45:], places[:5])


def test_nearest_neighbours_are_exact_and_begin_with_oneself():
    vectors, _ = blobs(4, 25)
    indices, distances = nearest_neighbours(vectors, 6)
    np.testing.assert_array_equal(indices[:, 0], np.arange(100))
    cosine = 1 - vectors @ vectors.T
    np.testing.assert_allclose(distances, np.sort(cosine, axis=1)[:, :6], atol=1e-5)
