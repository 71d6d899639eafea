"""Neutral vectors -> x, y on the map, by UMAP (McInnes et al. 2018, arXiv 1802.03426).

umap-learn builds the neighbour graph and the spectral initialisation of small maps; FAISS finds the
neighbours (:mod:`pipeline.projection.neighbours`), and the optimisation is our own
(:mod:`pipeline.projection.optimise`). For large files a sample of two thousand units is laid out
first and the others are placed among it by their neighbours: fewer epochs are then enough, and only
the sample needs the slow spectral initialisation. (The initialisation determines the global
structure: Kobak and Linderman 2021, doi 10.1038/s41587-020-00809-z.) Of very large files at most
50,000 units are laid out; the others are only placed among them.
"""

from __future__ import annotations

import contextlib
import threading
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from pipeline.common.arrays import distinct_rows, stratified_sample
from pipeline.common.progress import Progress
from pipeline.projection.neighbours import nearest_neighbours, place_new_points
from pipeline.projection.optimise import optimise_layout

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_NEIGHBOURS = 15
MAX_LAID_OUT = 50_000  # distinct units; others are placed among them
_MAX_SPECTRAL = 4_000  # distinct units; larger layouts are initialised from that of a sample
_SAMPLE = 2_000
_EPOCHS, _SAMPLE_EPOCHS, _REFINEMENT_EPOCHS = 400, 200, 100
_REFINEMENT_MOMENTUM = 0.95  # so that few epochs are enough for points that have far to go
# umap's numba code can abort the process if two threads run it at once.
_umap_lock = threading.Lock()


def lay_out(
    vectors: np.ndarray,
    *,
    seed: int = 0,
    neighbours: int = _NEIGHBOURS,
    strata: np.ndarray | None = None,
    progress: Progress | None = None,
) -> np.ndarray:
    """Lay out a map: float32 (n, 2), centred, the wider side from -10 to 10.

    Args:
        vectors: float32 (n, d), rows of length 1, compared by inner product.
        seed: the same vectors and seed give the same coordinates.
        neighbours: number of nearest neighbours in the graph.
        strata: (n,), groups (by topic and language) that the 50,000 distinct units to be laid out
            are sampled from in proportion; a single group when left out.
        progress: called with the percentage done, and 100; what it raises stops the work.
    """
    # Duplicates would be each other's only neighbours and tear the map apart: they share a point.
    first, copies = distinct_rows(vectors)
    distinct = vectors if len(first) == len(vectors) else vectors[first]
    if len(distinct) <= MAX_LAID_OUT:
        coordinates = _lay_out_distinct(distinct, seed, neighbours, _ProgressPart(progress, 0, 100))
    else:
        groups = np.zeros(len(first)) if strata is None else strata[first]
        chosen = stratified_sample(groups, MAX_LAID_OUT, seed=seed)
        sample = distinct[chosen]
        rest = np.setdiff1d(np.arange(len(distinct)), chosen)
        coordinates = np.empty((len(distinct), 2), np.float32)
        split = round(100 * 2 * len(sample) / (2 * len(sample) + len(rest)))  # by time
        layout_progress = _ProgressPart(progress, 0, split)
        coordinates[chosen] = _lay_out_distinct(sample, seed, neighbours, layout_progress)
        coordinates[rest] = place_new_points(
            distinct[rest],
            sample,
            coordinates[chosen],
            progress=_ProgressPart(progress, split, 100),
        )
    coordinates = coordinates[copies]
    coordinates = coordinates - (coordinates.max(axis=0) + coordinates.min(axis=0)) / 2
    return (coordinates * (10 / max(float(np.abs(coordinates).max()), 1e-9))).astype(np.float32)


def _lay_out_distinct(
    vectors: np.ndarray, seed: int, neighbours: int, progress: _ProgressPart
) -> np.ndarray:
    """Coordinates (n, 2) of distinct vectors (n, d)."""
    if len(vectors) < 8:  # too few for a neighbour graph
        return _principal_plane(vectors)
    neighbours = min(neighbours, len(vectors) - 1)
    if len(vectors) <= _MAX_SPECTRAL:
        graph = _fuzzy_graph(nearest_neighbours(vectors, neighbours))
        initial = _spectral_layout(vectors, graph, seed)
        return optimise_layout(graph, initial, _EPOCHS, seed=seed, progress=progress)
    nearest = nearest_neighbours(vectors, neighbours, progress=progress.part(0, 0.4))
    chosen = np.random.default_rng(seed).permutation(len(vectors))[:_SAMPLE]
    sample = vectors[np.sort(chosen)]
    graph = _fuzzy_graph(nearest_neighbours(sample, neighbours))
    coordinates = optimise_layout(
        graph,
        _spectral_layout(sample, graph, seed),
        _SAMPLE_EPOCHS,
        seed=seed,
        progress=progress.part(0.4, 0.5),
    )
    initial = place_new_points(vectors, sample, coordinates)
    return optimise_layout(
        _fuzzy_graph(nearest),
        initial,
        _REFINEMENT_EPOCHS,
        momentum=_REFINEMENT_MOMENTUM,
        seed=seed,
        progress=progress.part(0.5, 1),
    )


def _fuzzy_graph(nearest: tuple[np.ndarray, np.ndarray]) -> csr_matrix:
    """UMAP's fuzzy simplicial set: symmetric weights (n, n) between neighbours, 0 to 1."""
    rows, distances = nearest
    vectors = np.empty((len(rows), 0))  # umap only counts their rows
    with _umap_lock:
        graph, _, _ = _umap().fuzzy_simplicial_set(
            vectors, rows.shape[1], None, "cosine", knn_indices=rows, knn_dists=distances
        )
    return graph.tocsr()


@cache
def _umap() -> ModuleType:
    """umap-learn's module, with all its compiled functions cached on disk.

    It caches most of them itself; the two others take seven seconds to compile in each process.
    """
    from umap import umap_

    for function in (umap_.smooth_knn_dist, umap_.compute_membership_strengths):
        with contextlib.suppress(RuntimeError):  # no folder can be written
            function.enable_caching()
    return umap_


def _spectral_layout(vectors: np.ndarray, graph: csr_matrix, seed: int) -> np.ndarray:
    """Initial coordinates (n, 2): smoothest eigenvectors, the wider side from -10 to 10."""
    if len(vectors) <= 50:
        coordinates = _principal_plane(vectors)
    else:
        from umap.spectral import spectral_layout

        random = np.random.RandomState(seed)
        coordinates = spectral_layout(vectors, graph, 2, random, metric="cosine")
    coordinates = coordinates * (10 / max(float(np.abs(coordinates).max()), 1e-9))
    # The noise separates equal points.
    noise = np.random.default_rng(seed).normal(scale=1e-4, size=coordinates.shape)
    return (coordinates + noise).astype(np.float32)


def _principal_plane(vectors: np.ndarray) -> np.ndarray:
    """Coordinates (n, 2) along the first two principal axes."""
    centred = vectors - vectors.mean(axis=0)
    _u, _s, axes = np.linalg.svd(centred, full_matrices=False)
    plane = centred @ axes[:2].T
    return np.pad(plane, ((0, 0), (0, 2 - plane.shape[1])))


class _ProgressPart:
    """Progress of a part of the work, passed on as a percentage of the whole."""

    def __init__(self, progress: Progress | None, start: float, end: float) -> None:
        self.progress, self.start, self.end = progress, start, end

    def __call__(self, done: int, total: int) -> None:
        if self.progress:
            self.progress(round(self.start + (self.end - self.start) * done / max(total, 1)), 100)

    def part(self, start: float, end: float) -> _ProgressPart:
        """The part between two shares, 0 to 1, of this one."""
        width = self.end - self.start
        return _ProgressPart(self.progress, self.start + start * width, self.start + end * width)
