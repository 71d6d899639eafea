"""Nearest neighbours, by FAISS: for the map, and for what is put onto one that is there.

Among few rows they are exact. Among many, candidates are sought over the leading principal axes in
the cells nearest by (an inverted file: Sivic and Zisserman 2003; Johnson, Douze and Jegou 2019,
arXiv 1702.08734), and the exact inner product decides between them: 0.97 of the exact neighbours of
20,000 for an eighth of the time.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from pipeline.common.progress import Progress

_Search = Callable[[np.ndarray, int], tuple[np.ndarray, np.ndarray]]

PLACED_BY = 6  # neighbours whose places make a new unit's place
_EXACT = 16_000_000  # pairs, up to which none is passed over
_AXES = 96
_CANDIDATES = 2  # for each neighbour
_CELLS_SOUGHT = 12
_BLOCK = 4_096  # rows whose neighbours are sought at once: between two blocks work can be stopped


def find_neighbours(
    new: np.ndarray, old: np.ndarray, count: int, *, progress: Progress | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The ``count`` rows of ``old`` (n, d) nearest to each of ``new`` (k, d), nearest first.

    Args:
        new, old: float32, rows of length 1.
        count: n at the most.
        progress: told of rows done; an exception it raises stops the search.

    Returns:
        int64 (k, count) rows and float32 (k, count) cosines.
    """
    new, old = (np.ascontiguousarray(part, np.float32) for part in (new, old))
    search = _all_of(old) if len(new) * len(old) <= _EXACT or len(old) < 1_000 else _cells_of(old)
    rows = np.empty((len(new), count), np.int64)
    cosines = np.empty((len(new), count), np.float32)
    for start in range(0, len(new), _BLOCK):
        part = slice(start, start + _BLOCK)
        rows[part], cosines[part] = search(new[part], count)
        if progress:
            progress(min(start + _BLOCK, len(new)), len(new))
    return rows, cosines


def _all_of(old: np.ndarray) -> _Search:
    import faiss

    def search(new: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
        cosines, rows = faiss.knn(new, old, count, metric=faiss.METRIC_INNER_PRODUCT)
        return rows, cosines

    return search


def _cells_of(old: np.ndarray) -> _Search:
    import faiss

    dimensions = old.shape[1]
    _, axes = np.linalg.eigh(old.T @ old)
    axes = np.ascontiguousarray(axes[:, ::-1][:, :_AXES].T)
    shorten = faiss.LinearTransform(dimensions, len(axes), False)
    faiss.copy_array_to_vector(axes.ravel(), shorten.A)
    shorten.is_trained = True
    cells = faiss.IndexIVFFlat(
        faiss.IndexFlatIP(len(axes)), len(axes), 2 * math.isqrt(len(old)),
        faiss.METRIC_INNER_PRODUCT,
    )  # fmt: skip
    # A few rounds over some of the rows: cells need not be the best ones.
    cells.cp.niter, cells.cp.max_points_per_centroid, cells.cp.min_points_per_centroid = 5, 40, 1
    cells.nprobe = _CELLS_SOUGHT
    index = faiss.IndexPreTransform(shorten, cells)
    index.train(old)
    index.add(old)
    exact = faiss.IndexRefineFlat(index, faiss.swig_ptr(old))
    exact.k_factor = _CANDIDATES

    def search(new: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
        cosines, rows = exact.search(new, count)
        return rows, cosines

    return search


def nearest_neighbours(
    vectors: np.ndarray, count: int, *, progress: Progress | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Nearest rows of each row (n, d), itself first: int32 and cosine distances, (n, count)."""
    indices, cosines = find_neighbours(vectors, vectors, count, progress=progress)
    own = np.arange(len(vectors))[:, None]
    first = np.argsort(indices != own, axis=1, kind="stable")  # rounding may put a twin first
    indices = np.take_along_axis(indices, first, axis=1)
    distances = np.maximum(1 - np.take_along_axis(cosines, first, axis=1), 0)
    # Not rounding's 1e-7: umap counts from the first neighbour whose distance is not 0.
    distances[:, 0] = 0
    return indices.astype(np.int32), distances


def place_new_points(
    new: np.ndarray, old: np.ndarray, places: np.ndarray, *, progress: Progress | None = None
) -> np.ndarray:
    """Where new units stand on a map that is there: the mean place of their nearest neighbours.

    A neighbour weighs by how much nearer it is than the farthest of the six.

    Args:
        new: float32 (k, d), rows of length 1.
        old: float32 (n, d), rows of length 1, of the units on the map; n is 1 at the least.
        places: float (n, 2), theirs.
        progress: told of rows done; an exception it raises stops the work.

    Returns:
        float32 (k, 2).
    """
    rows, cosines = find_neighbours(new, old, min(PLACED_BY, len(old)), progress=progress)
    weights = np.maximum(cosines - cosines.min(axis=1, keepdims=True), 0) + 1e-3
    weights /= weights.sum(axis=1, keepdims=True)
    return np.einsum("kc,kcx->kx", weights, places[rows]).astype(np.float32)
