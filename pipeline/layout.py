"""Neutral vectors -> x, y on the map, by UMAP (McInnes et al. 2018, arXiv 1802.03426).

The nearest neighbours are found exactly here and handed to umap-learn: on 20,000 vectors that is
several times faster than its own approximate search, and the fit is the same every time.
"""

from __future__ import annotations

import threading
import warnings
from typing import Any

import numpy as np

from pipeline.rows import distinct_rows

NEIGHBOURS = 15
# umap's numba code can abort the whole process when two threads run it at once.
_ONE_FIT_AT_A_TIME = threading.Lock()


def lay_out(vectors: np.ndarray, *, seed: int = 0, neighbours: int = NEIGHBOURS) -> np.ndarray:
    """Places on the map: float32 (n, 2), centred, the wider side between -10 and 10.

    Args:
        vectors: float32 (n, d), rows of length 1; near means a high inner product.
        seed: the same vectors and seed give the same places.
        neighbours: how many nearest reviews shape a review's place.
    """
    # Equal rows would be each other's only neighbours and tear the map apart: one place for all.
    first, same = distinct_rows(vectors)
    distinct = vectors[first]
    if len(distinct) < 8:  # too few for a neighbour graph
        places = _principal_plane(distinct)
    else:
        places = _umap(distinct, seed=seed, neighbours=min(neighbours, len(distinct) - 1))
    places = places[same]
    places = places - (places.max(axis=0) + places.min(axis=0)) / 2
    return (places * (10 / max(float(np.abs(places).max()), 1e-9))).astype(np.float32)


def nearest_neighbours(vectors: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Exact nearest rows of each row, itself first: indices and cosine distances, (n, count)."""
    from sklearn.neighbors import NearestNeighbors

    # On unit vectors euclidean order is cosine order, and scikit-learn's euclidean is its fastest.
    finder = NearestNeighbors(n_neighbors=count, algorithm="brute", metric="sqeuclidean")
    distances, indices = finder.fit(vectors).kneighbors(vectors)
    own = np.arange(len(vectors))[:, None]
    first = np.argsort(indices != own, axis=1, kind="stable")  # rounding may put a twin first
    indices = np.take_along_axis(indices, first, axis=1)
    distances = np.take_along_axis(distances, first, axis=1)
    return indices.astype(np.int32), (distances / 2).astype(np.float32)


def _umap(vectors: np.ndarray, *, seed: int, neighbours: int) -> np.ndarray:
    # For good, not with catch_warnings: that is for one thread alone, and this runs in several.
    warnings.filterwarnings("ignore", message="n_jobs value .* overridden", category=UserWarning)
    warnings.filterwarnings("ignore", message="precomputed_knn", category=UserWarning)
    import umap

    options: dict[str, Any] = {
        "n_neighbors": neighbours,
        "min_dist": 0.1,
        "metric": "cosine",
        "random_state": seed,
        "n_epochs": 200,
        "init": "spectral" if len(vectors) > 50 else "pca",
        "n_jobs": 1,
        "precomputed_knn": nearest_neighbours(vectors, neighbours),
        # Else umap drops the neighbours of small files and takes ten times as long.
        "force_approximation_algorithm": True,
    }
    with _ONE_FIT_AT_A_TIME:
        return np.asarray(umap.UMAP(**options).fit_transform(vectors))


def _principal_plane(vectors: np.ndarray) -> np.ndarray:
    centred = vectors - vectors.mean(axis=0)
    _u, _s, axes = np.linalg.svd(centred, full_matrices=False)
    flat = centred @ axes[:2].T
    return np.pad(flat, ((0, 0), (0, 2 - flat.shape[1])))
