"""The layout of the map: neighbours, optimisation, samples of large files, new points."""

import numpy as np
import pytest

from pipeline.common.arrays import stratified_sample, unit_rows
from pipeline.projection import neighbours, optimise, umap_layout
from pipeline.projection.neighbours import nearest_neighbours, place_new_points
from pipeline.projection.umap_layout import lay_out
from tests.support.blobs import blobs


def test_similar_points_are_close_and_the_seed_determines_the_layout():
    vectors, truth = blobs(5, 40)
    coordinates = lay_out(vectors, seed=1)
    assert coordinates.shape == (200, 2)
    assert np.abs(coordinates).max() == pytest.approx(10, abs=1e-3)
    nearest = np.argsort(((coordinates[:, None] - coordinates[None]) ** 2).sum(-1), axis=1)[:, 1:6]
    assert (truth[nearest] == truth[:, None]).mean() > 0.9
    assert lay_out(vectors, seed=1).tobytes() == coordinates.tobytes()
    assert lay_out(vectors, seed=2).tobytes() != coordinates.tobytes()


def test_larger_file_is_initialised_from_a_sample(monkeypatch):
    monkeypatch.setattr(umap_layout, "_MAX_SPECTRAL", 5_000)
    vectors, truth = blobs(8, 650)  # above the size where umap computes all distances
    coordinates = lay_out(vectors)
    rows = np.arange(0, len(vectors), 40)
    distances = ((coordinates[rows, None] - coordinates[None]) ** 2).sum(-1)
    nearest = np.argsort(distances, axis=1)[:, 1:6]
    assert (truth[nearest] == truth[rows][:, None]).mean() > 0.9


@pytest.mark.parametrize("n", [1, 2, 3, 7, 8, 9, 16, 40])
def test_few_rows(n):
    coordinates = lay_out(blobs(n, 1)[0])
    assert coordinates.shape == (n, 2) and np.isfinite(coordinates).all()


def test_equal_rows_share_a_point():
    vectors, _ = blobs(4, 10)
    coordinates = lay_out(np.vstack([vectors, vectors[:5], vectors[:5]]))
    np.testing.assert_array_equal(coordinates[40:45], coordinates[:5])
    np.testing.assert_array_equal(coordinates[45:], coordinates[:5])


def test_nearest_neighbours_are_exact_and_start_with_the_row_itself():
    vectors, _ = blobs(4, 25)
    indices, distances = nearest_neighbours(vectors, 6)
    np.testing.assert_array_equal(indices[:, 0], np.arange(100))
    cosine = 1 - vectors @ vectors.T
    np.testing.assert_allclose(distances, np.sort(cosine, axis=1)[:, :6], atol=1e-5)


def test_nearly_all_neighbours_among_many_rows_are_found(monkeypatch):
    generator = np.random.default_rng(0)
    fading = 1 / np.sqrt(np.arange(1, 129))
    vectors = unit_rows(generator.normal(size=(3_000, 128)) * fading).astype(np.float32)
    exact, _ = nearest_neighbours(vectors, 10)
    monkeypatch.setattr(neighbours, "_MAX_EXACT_PAIRS", 0)
    rows, distances = nearest_neighbours(vectors, 10)
    np.testing.assert_array_equal(rows[:, 0], np.arange(3_000))
    assert not distances[:, 0].any() and (np.diff(distances, axis=1) >= 0).all()
    own = (vectors * vectors[rows[:, 5]]).sum(axis=1)
    np.testing.assert_allclose(distances[:, 5], 1 - own, atol=1e-6)
    found = [len(set(a) & set(b)) / 10 for a, b in zip(exact, rows, strict=True)]
    assert 0.85 < np.mean(found) < 1  # not all: the inverted file was used
    again = nearest_neighbours(vectors, 10)
    assert again[0].tobytes() == rows.tobytes() and again[1].tobytes() == distances.tobytes()


def test_result_does_not_depend_on_the_number_of_threads(monkeypatch):
    vectors, _ = blobs(5, 300)
    graph = umap_layout._fuzzy_graph(nearest_neighbours(vectors, 10))
    initial = np.random.default_rng(0).normal(size=(1_500, 2))
    found = []
    for cores, chunk in ((1, 1_500), (2, 1_000), (3, 70)):
        monkeypatch.setattr(optimise, "usable_cores", lambda cores=cores: cores)
        monkeypatch.setattr(optimise, "_CHUNK", chunk)
        found.append(optimise.optimise_layout(graph, initial, 20, momentum=0.9, seed=3).tobytes())
    assert len(set(found)) == 1
    assert optimise.optimise_layout(graph, initial, 20, momentum=0.9, seed=4).tobytes() != found[0]


def test_force_table_is_that_of_umap():
    from umap.umap_ import find_ab_params

    squared = np.array([1e-4, 0.05, 1.0, 9.0, 400.0], np.float32)
    columns = (squared.view(np.int32) >> 16) - optimise._MIN_BITS
    a, b = find_ab_params(1.0, 0.1)
    power = a * squared**b
    attraction = 2 * a * b * squared ** (b - 1) / (1 + power)
    repulsion = 2 * b / ((0.001 + squared) * (1 + power))
    np.testing.assert_allclose(
        optimise._force_table()[:, columns], [attraction, repulsion], rtol=0.02
    )


def test_only_a_sample_of_a_very_large_file_is_laid_out(monkeypatch):
    from sklearn.manifold import trustworthiness

    monkeypatch.setattr(umap_layout, "MAX_LAID_OUT", 400)
    vectors, truth = blobs(6, 200)
    vectors = np.vstack([vectors, vectors[:3]])
    calls = []
    coordinates = lay_out(
        vectors, strata=np.append(truth, truth[:3]), progress=lambda *n: calls.append(n)
    )
    np.testing.assert_array_equal(coordinates[1200:], coordinates[:3])
    distances = ((coordinates[:1200, None] - coordinates[None, :1200]) ** 2).sum(-1)
    nearest = np.argsort(distances, axis=1)[:, 1:6]
    assert (truth[nearest] == truth[:, None]).mean() > 0.9
    assert trustworthiness(vectors[:1200], coordinates[:1200]) > 0.85
    done = [one for one, _ in calls]
    assert done == sorted(done) and done[-1] == 100 and len(set(done)) >= 3
    again = lay_out(vectors, strata=np.append(truth, truth[:3]))
    assert again.tobytes() == coordinates.tobytes()


def test_layout_can_be_stopped():
    def stop(done, total):
        if done > 50:
            raise KeyboardInterrupt

    vectors, _ = blobs(5, 200)
    with pytest.raises(KeyboardInterrupt):
        lay_out(vectors, progress=stop)
    assert np.isfinite(lay_out(vectors)).all()  # and no lock is left held


def test_strata_are_sampled_in_proportion():
    strata = np.repeat(["a", "b", "c"], [700, 250, 50])
    rows = stratified_sample(strata, 100, seed=1)
    assert np.unique(strata[rows], return_counts=True)[1].tolist() == [70, 25, 5]
    assert len(set(rows.tolist())) == 100 and (np.diff(rows) > 0).all()
    assert (stratified_sample(strata, 100, seed=2) != rows).any()
    np.testing.assert_array_equal(stratified_sample(strata, 1000), np.arange(1000))


def test_new_points_are_placed_among_similar_ones():
    vectors, truth = blobs(4, 30)
    coordinates = np.eye(4)[truth][:, :2] + np.array([0, 5])
    placed = place_new_points(
        vectors[::3], np.delete(vectors, np.s_[::3], 0), np.delete(coordinates, np.s_[::3], 0)
    )
    np.testing.assert_allclose(placed, coordinates[::3], atol=0.05)
    alone = place_new_points(vectors, vectors[:1], coordinates[:1])
    np.testing.assert_allclose(alone, np.repeat(coordinates[:1], len(vectors), 0), atol=1e-6)
