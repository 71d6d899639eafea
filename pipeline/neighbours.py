"""Exact nearest neighbours, by FAISS: for the map, and for what is put onto one that is there."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Progress = Callable[[int, int], None]

PLACED_BY = 6  # neighbours whose places make a new unit's place
_BLOCK = 4_096  # rows whose neighbours are sought at once: between two blocks work can be stopped


def nearest_among(
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
    import faiss

    new, old = (np.ascontiguousarray(part, np.float32) for part in (new, old))
    rows = np.empty((len(new), count), np.int64)
    cosines = np.empty((len(new), count), np.float32)
    for start in range(0, len(new), _BLOCK):
        part = slice(start, start + _BLOCK)
        cosines[part], rows[part] = faiss.knn(
            new[part], old, count, metric=faiss.METRIC_INNER_PRODUCT
        )
        if progress:
            progress(min(start + _BLOCK, len(new)), len(new))
    return rows, cosines


def nearest_neighbours(
    vectors: np.ndarray, count: int, *, progress: Progress | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Nearest rows of each row (n, d), itself first: int32 and cosine distances, (n, count)."""
    indices, cosines = nearest_among(vectors, vectors, count, progress=progress)
    own = np.arange(len(vectors))[:, None]
    first = np.argsort(indices != own, axis=1, kind="stable")  # rounding may put a twin first
    indices = np.take_along_axis(indices, first, axis=1)
    distances = np.maximum(1 - np.take_along_axis(cosines, first, axis=1), 0)
    return indices.astype(np.int32), distances


def place_among(
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
    rows, cosines = nearest_among(new, old, min(PLACED_BY, len(old)), progress=progress)
    weights = np.maximum(cosines - cosines.min(axis=1, keepdims=True), 0) + 1e-3
    weights /= weights.sum(axis=1, keepdims=True)
    return np.einsum("kc,kcx->kx", weights, places[rows]).astype(np.float32)
