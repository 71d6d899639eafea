"""Places on the map."""

import numpy as np
import pytest
from sklearn.manifold import trustworthiness
from umap.umap_ import find_ab_params

from pipeline.common.arrays import stratified, unit_rows
from pipeline.projection import neighbours, optimise, umap_layout
from pipeline.projection.neighbours import nearest_neighbours, place_new_points
from pipeline.projection.umap_layout import lay_out
from tests.support.blobs import blobs


def test_likes_lie_together_and_the_seed_decides():
    vectors, truth = blobs(5, 40)
    places = lay_out(vectors, seed=1)
    assert places.shape == (200, 2) and np.abs(places).max() == pytest.approx(10, abs=1e-3)
    nearest = np.argsort(((places[:, None] - places[None]) ** 2).sum(-1), axis=1)[:, 1:6]
    assert (truth[nearest] == truth[:, None]).mean() > 0.9
    assert lay_out(vectors, seed=1).tobytes() == places.tobytes()
    assert lay_out(vectors, seed=2).tobytes() != places.tobytes()


def test_a_larger_file_begins_with_some_of_it(monkeypatch):
    monkeypatch.setattr(umap_layout, "_COARSE_ABOVE", 5_000)
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


def test_among_many_rows_nearly_all_neighbours_are_found(monkeypatch):
    generator = np.random.default_rng(0)
    fading = 1 / np.sqrt(np.arange(1, 129))
    vectors = unit_rows(generator.normal(size=(3_000, 128)) * fading).astype(np.float32)
    exact, _ = nearest_neighbours(vectors, 10)
    monkeypatch.setattr(neighbours, "_EXACT", 0)
    rows, distances = nearest_neighbours(vectors, 10)
    np.testing.assert_array_equal(rows[:, 0], np.arange(3_000))
    assert not distances[:, 0].any() and (np.diff(distances, axis=1) >= 0).all()
    own = (vectors * vectors[rows[:, 5]]).sum(axis=1)
    np.testing.assert_allclose(distances[:, 5], 1 - own, atol=1e-6)
    found = [len(set(a) & set(b)) / 10 for a, b in zip(exact, rows, strict=True)]
    assert 0.85 < np.mean(found) < 1  # and another way was gone
    again = nearest_neighbours(vectors, 10)
    assert again[0].tobytes() == rows.tobytes() and again[1].tobytes() == distances.tobytes()


def test_the_number_of_threads_changes_nothing(monkeypatch):
    vectors, _ = blobs(5, 300)
    graph = umap_layout._graph(nearest_neighbours(vectors, 10))
    begun = np.random.default_rng(0).normal(size=(1_500, 2))
    found = []
    for cores, part in ((1, 1_500), (2, 1_000), (3, 70)):
        monkeypatch.setattr(optimise, "usable_cores", lambda cores=cores: cores)
        monkeypatch.setattr(optimise, "_PART", part)
        found.append(optimise.settle(graph, begun, 20, momentum=0.9, seed=3).tobytes())
    assert len(set(found)) == 1
    assert optimise.settle(graph, begun, 20, momentum=0.9, seed=4).tobytes() != found[0]


def test_the_tables_of_forces_are_umaps():
    apart = np.array([1e-4, 0.05, 1.0, 9.0, 400.0], np.float32)
    cells = (apart.view(np.int32) >> 16) - optimise._LEAST
    a, b = find_ab_params(1.0, 0.1)
    bent = a * apart**b
    pull = 2 * a * b * apart ** (b - 1) / (1 + bent)
    push = 2 * b / ((0.001 + apart) * (1 + bent))
    np.testing.assert_allclose(optimise._curves()[:, cells], [pull, push], rtol=0.02)


def test_a_very_large_file_is_laid_out_in_part(monkeypatch):
    monkeypatch.setattr(umap_layout, "MOST_LAID_OUT", 400)
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
    placed = place_new_points(
        vectors[::3], np.delete(vectors, np.s_[::3], 0), np.delete(places, np.s_[::3], 0)
    )
    np.testing.assert_allclose(placed, places[::3], atol=0.05)
    alone = place_new_points(vectors, vectors[:1], places[:1])
    np.testing.assert_allclose(alone, np.repeat(places[:1], len(vectors), 0), atol=1e-6)
