"""The space in which topics are clustered: principal components, then diffusion over landmarks.

Components: neutral vectors on their principal axes, with variances to the power 0.25. Dominant
directions (praise against complaint, long against short) are damped, weak ones raised.

Diffusion: the neighbourhood of a review says more than its position. Several hundred landmarks
(centres of many small clusters) are fitted to the components; each review gets affinities to the
nearest ones, and a random walk of a few steps from review to landmark to review is represented by
its leading eigenvectors (diffusion maps: Coifman and Lafon 2006; landmarks as in Chen and Cai,
"Large scale spectral clustering with landmark-based representation", AAAI 2011). Landmarks are
means over reviews in several languages, so the walk leads from language to language; over nearest
neighbours it would lead from a review to its own translation. Several sets of landmarks are
averaged, so that the result does not depend on a single one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.common.arrays import distinct_rows, unit_rows
from pipeline.common.kmeans import first_centroids
from pipeline.embedding.components import Components, fit_components

_SETS = 4  # of landmarks
_LANDMARKS = 300  # per set
_REVIEWS_PER_LANDMARK = 3
_MIN_LANDMARKS = 8  # for a walk
_NEAREST = 15  # landmarks that a review has an affinity to
_BANDWIDTH = 0.25  # of the kernel, relative to the mean squared distance to these
_STEPS = 6
_KMEANS_ITERATIONS = 20  # landmarks need not be the exact centres of their clusters
_DIMENSIONS = 32
_AT_ONCE = 4_000  # points that are transformed
_LANDMARK_SAMPLE = 6_000  # reviews that a set of landmarks is fitted to
_WALK_SAMPLE = 20_000  # reviews that the walk is fitted to; more cost minutes and change little


@dataclass(frozen=True)
class TopicSpace:
    """Neutral vectors -> points for KMeans.

    Attributes:
        components: the first step.
        landmarks: float32 (s, m, p), s sets of m landmarks in the space of the components; m is 0
            for files that are too small, where the components are the points.
        bandwidths: float32 (s,), of the Gaussian kernel, in squared distance.
        projection: float32 (s * m, q), from affinities to points.
    """

    components: Components
    landmarks: np.ndarray
    bandwidths: np.ndarray
    projection: np.ndarray

    @property
    def dimension(self) -> int:
        """Length of the points."""
        fitted = self.projection if self.landmarks.shape[1] else self.components.axes
        return int(fitted.shape[1])

    def transform(self, vectors: np.ndarray) -> np.ndarray:
        """Neutral vectors (n, d) -> float32 (n, q), rows of length 1."""
        points = self.components.transform(vectors)
        if not self.landmarks.shape[1]:
            return points
        # Affinities take 10 kB per review with what they come from: too much for a whole file.
        blocks = [
            unit_rows(
                _affinities(points[start : start + _AT_ONCE], self.landmarks, self.bandwidths)
                @ self.projection
            )
            for start in range(0, max(len(points), 1), _AT_ONCE)
        ]
        return blocks[0] if len(blocks) == 1 else np.concatenate(blocks)


def fit_topic_space(vectors: np.ndarray, *, seed: int = 0) -> TopicSpace:
    """Fit the space to neutral vectors (n, d); the same vectors and seed give the same space."""
    components = fit_components(vectors)
    points = components.transform(vectors)
    landmarks = _fit_landmarks(points[distinct_rows(points)[0]], seed)
    if not landmarks.shape[1]:
        empty = np.zeros(0, np.float32)
        return TopicSpace(components, landmarks, empty, empty[:, None])
    if len(points) > _WALK_SAMPLE:
        rows = np.random.default_rng(seed).choice(len(points), _WALK_SAMPLE, replace=False)
        points = points[np.sort(rows)]
    bandwidths = np.array([_bandwidth(points, each) for each in landmarks], np.float32)
    affinities = _affinities(points, landmarks, bandwidths).astype(np.float64)
    # Symmetric normalisation: landmarks with many reviews pass less to each of them.
    degrees = np.maximum(affinities.sum(axis=0), 1e-9)
    transitions = (affinities.T @ affinities) / np.sqrt(np.outer(degrees, degrees)) / len(landmarks)
    # The first eigenvector (of eigenvalue 1) is trivial: it has the degrees only.
    trivial = np.sqrt(degrees / degrees.sum())
    values, axes = np.linalg.eigh(transitions - np.outer(trivial, trivial))
    values, axes = values[::-1][:_DIMENSIONS], axes[:, ::-1][:, :_DIMENSIONS]
    positive = values > 1e-3
    # Left singular vectors, each scaled by its eigenvalue after the walk.
    scale = values[positive] ** (_STEPS - 0.5)
    projection = axes[:, positive] * scale / np.sqrt(degrees)[:, None]
    # Scaled to fit float32; where all points have the same affinities, there is nothing to scale.
    projection *= 1 / max(float(np.abs(projection).max(initial=0)), 1e-30)
    return TopicSpace(components, landmarks, bandwidths, projection.astype(np.float32))


def _fit_landmarks(points: np.ndarray, seed: int) -> np.ndarray:
    """Sets of landmarks of distinct points (n, p): float32 (s, m, p)."""
    from sklearn.cluster import KMeans

    generator = np.random.default_rng(seed)
    count = min(_LANDMARKS, min(len(points), _LANDMARK_SAMPLE) // _REVIEWS_PER_LANDMARK)
    if count < _MIN_LANDMARKS:
        return np.zeros((_SETS, 0, points.shape[1]), np.float32)
    sets = []
    for _ in range(_SETS):
        rows = np.sort(generator.permutation(len(points))[:_LANDMARK_SAMPLE])
        model = KMeans(
            count,
            init=first_centroids,
            n_init=1,
            max_iter=_KMEANS_ITERATIONS,
            random_state=int(generator.integers(2**31)),
        ).fit(points[rows])
        sets.append(model.cluster_centers_.astype(np.float32))
    return np.stack(sets)


def _nearest_landmarks(points: np.ndarray, landmarks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Indices (n, r) of the landmarks nearest to each point, and squared distances (n, r)."""
    nearest = min(_NEAREST, len(landmarks) - 1)
    distances = (landmarks**2).sum(axis=1) - 2 * points @ landmarks.T
    indices = np.argpartition(distances, nearest, axis=1)[:, :nearest]
    lengths = (points**2).sum(axis=1, keepdims=True)
    return indices, np.maximum(np.take_along_axis(distances, indices, axis=1) + lengths, 0)


def _bandwidth(points: np.ndarray, landmarks: np.ndarray) -> float:
    return max(_BANDWIDTH * float(_nearest_landmarks(points, landmarks)[1].mean()), 1e-9)


def _affinities(points: np.ndarray, landmarks: np.ndarray, bandwidths: np.ndarray) -> np.ndarray:
    """Affinities of points to landmarks, float32 (n, s * m); they sum to 1 for each set."""
    affinities = np.zeros((len(points), landmarks.shape[0], landmarks.shape[1]), np.float32)
    for index, (each, bandwidth) in enumerate(zip(landmarks, bandwidths, strict=True)):
        nearest, distances = _nearest_landmarks(points, each)
        near = np.exp((distances.min(axis=1, keepdims=True) - distances) / bandwidth)
        near = near / near.sum(axis=1, keepdims=True)
        np.put_along_axis(affinities[:, index], nearest, near, axis=1)
    return affinities.reshape(len(points), -1)
