"""KMeans clustering with scikit-learn."""

from __future__ import annotations

import warnings

import numpy as np


def kmeans(
    points: np.ndarray, count: int, *, seed: int, starts: int
) -> tuple[np.ndarray, np.ndarray]:
    """Cluster points (n, p); of several starts the one with the least inertia counts.

    Returns:
        Labels int64 (n,) and centroids (count, p).
    """
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        # It warns of fewer distinct points than clusters, which is nothing the user can change.
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = KMeans(count, n_init=starts, random_state=seed).fit(points)
    return fitted.labels_.astype(np.int64), fitted.cluster_centers_


def nearest_centroid(points: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    """The nearest centroid of each point: int64 (n,)."""
    return ((centroids**2).sum(axis=1) - 2 * points @ centroids.T).argmin(axis=1)
