"""KMeans clustering with scikit-learn."""

from __future__ import annotations

import math
import warnings

import numpy as np

_BLOCK = 10 * 2**17  # numbers of eight bytes that distances may take, as in scikit-learn


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
        model = KMeans(count, init=first_centroids, n_init=starts, random_state=seed)
        fitted = model.fit(points)
    return fitted.labels_.astype(np.int64), fitted.cluster_centers_


def first_centroids(
    points: np.ndarray, count: int, random_state: np.random.RandomState
) -> np.ndarray:
    """Centroids to begin with, by greedy k-means++ (Arthur and Vassilvitskii 2007).

    They are those of scikit-learn, bit for bit, in a third of its time: there all points are made
    float64, and their norms computed, for each centroid anew.
    """
    weights = np.ones(len(points), points.dtype)
    distances = _SquaredDistances(points)
    trials = 2 + int(np.log(count))
    chosen = np.empty(count, np.int64)
    chosen[0] = random_state.choice(len(points), p=weights / weights.sum())
    nearest = distances.of(chosen[:1])
    potential = nearest @ weights
    for number in range(1, count):
        drawn = random_state.uniform(size=trials) * potential
        tried = np.searchsorted(np.cumsum(weights * nearest), drawn)
        np.clip(tried, None, nearest.size - 1, out=tried)
        left = np.minimum(nearest, distances.of(tried))
        potentials = left @ weights.reshape(-1, 1)
        best = potentials.argmin()
        potential, nearest, chosen[number] = potentials[best], left[best], tried[best]
    return points[chosen]


class _SquaredDistances:
    """Squared distances of points (n, p) to some of them.

    Computed in blocks of as many points as in scikit-learn, since a block's size may change the
    last bit.
    """

    def __init__(self, points: np.ndarray) -> None:
        self._dtype = points.dtype
        self._points = points.astype(np.float64, copy=False)
        self._norms = np.einsum("ij,ij->i", self._points, self._points)

    def of(self, rows: np.ndarray) -> np.ndarray:
        """To the points of k rows: (k, n), in the type of the points."""
        size = self._block_size(len(rows))
        found = np.empty((len(rows), len(self._points)), self._dtype)
        own, own_norms = self._points[rows], self._norms[rows][:, None]
        for start in range(0, len(self._points), size):
            block = slice(start, start + size)
            products = -2 * (own @ self._points[block].T)
            products += own_norms
            products += self._norms[block]
            found[:, block] = products
        return np.maximum(found, 0, out=found)

    def _block_size(self, rows: int) -> int:
        count, width = self._points.shape
        if self._dtype == np.float64:
            return count
        room = max(((rows + count) * width + rows * count) / 10, _BLOCK)
        return max(int((-2 * width + math.sqrt(4 * width**2 + 4 * room)) / 2), 1)


def nearest_centroid(points: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    """The nearest centroid of each point: int64 (n,)."""
    return ((centroids**2).sum(axis=1) - 2 * points @ centroids.T).argmin(axis=1)
