"""Places on the map."""

import numpy as np
import pytest
from sklearn.manifold import trustworthiness
from test_topics import blobs

from pipeline import layout
from pipeline.layout import lay_out
from pipeline.neighbours import nearest_neighbours, place_among
from pipeline.rows import stratified


def test_likes_lie_together_and_the_seed_decides():
    vectors, truth = blobs(5, 40)
    places = lay_out(vectors, seed=1)
    assert places.shape == (200, 2) and np.abs(places).max() == pytest.approx(10, abs=1e-3)
    nearest = np.argsort(((places[:, None] - places[None]) ** 2).sum(-1), axis=1)[:, 1:6]
    assert (truth[nearest] == truth[:, None]).mean() > 0.9
    assert lay_out(vectors, seed=1).tobytes() == places.tobytes()
    assert lay_out(vectors, seed=2).tobytes() != places.tobytes()


def test_a_larger_file_begins_with_some_of_it(monkeypatch):
    monkeypatch.setattr(layout, "_COARSE_ABOVE", 5_000)
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


def test_a_very_large_file_is_laid_out_in_part(monkeypatch):
    monkeypatch.setattr(layout, "MOST_LAID_OUT", 400)
    vectors, truth = blobs(6, 200)
    vectors = np.vstack([vectors, vectors[:3]])
    heard = []
    places = lay_out(
        vectors, strata=np.append(truth, truth[:3]), progress=lambda *n: heard.append(n)
    )
    np.testing.assert_array_equal(places[1200:], places[:3])
    distances = ((places[:1200, None] - places[None, :1200]) ** 2).sum(-1)
    nearest = np.argsort(distances, axis=1)[:, 1:6]
    assert (truth[nearest] == truth[:, None]).mean() > 0.9
    assert trustworthiness(vectors[:1200], places[:1200]) > 0.85
    done = [one for one, _ in heard]
    # A fit that takes less than a tick of its progress bar tells its beginning and its end alone.
    assert done == sorted(done) and done[-1] == 100 and len(set(done)) >= 3
    again = lay_out(vectors, strata=np.append(truth, truth[:3]))
    assert again.tobytes() == places.tobytes()


def test_the_layout_can_be_stopped_while_it_runs():
    def stop(done, total):
        if done > 50:
            raise KeyboardInterrupt

    vectors, _ = blobs(5, 200)
    with pytest.raises(KeyboardInterrupt):
        lay_out(vectors, progress=stop)
    assert np.isfinite(lay_out(vectors)).all()  # and nothing is left locked


def test_every_stratum_has_its_share():
    strata = np.repeat(["a", "b", "c"], [700, 250, 50])
    rows = stratified(strata, 100, seed=1)
    assert np.unique(strata[rows], return_counts=True)[1].tolist() == [70, 25, 5]
    assert len(set(rows.tolist())) == 100 and (np.diff(rows) > 0).all()
    assert (stratified(strata, 100, seed=2) != rows).any()
    np.testing.assert_array_equal(stratified(strata, 1000), np.arange(1000))


def test_new_units_are_placed_among_their_like():
    vectors, truth = blobs(4, 30)
    places = np.eye(4)[truth][:, :2] + np.array([0, 5])
    placed = place_among(
        vectors[::3], np.delete(vectors, np.s_[::3], 0), np.delete(places, np.s_[::3], 0)
    )
    np.testing.assert_allclose(placed, places[::3], atol=0.05)
    alone = place_among(vectors, vectors[:1], places[:1])
    np.testing.assert_allclose(alone, np.repeat(places[:1], len(vectors), 0), atol=1e-6)
