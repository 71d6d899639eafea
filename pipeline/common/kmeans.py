"""scikit-learn's KMeans, as every part of the topics uses it."""

from __future__ import annotations

import warnings

import numpy as np


def kmeans(
    points: np.ndarray, count: int, *, seed: int, starts: int
) -> tuple[np.ndarray, np.ndarray]:
    """Labels int64 (n,) and centroids (count, p) of points (n, p), best of the starts."""
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        # Groups so tight that their points are equal can't be split further: not the user's fault.
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = KMeans(count, n_init=starts, random_state=seed).fit(points)
    return fitted.labels_.astype(np.int64), fitted.cluster_centers_


def nearest(points: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    """The nearest centroid of each point: int64 (n,)."""
    return ((centroids**2).sum(axis=1) - 2 * points @ centroids.T).argmin(axis=1)
