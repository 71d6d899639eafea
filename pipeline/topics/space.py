"""The space that topics are grouped in: principal components, then a diffusion over landmarks.

Components: neutral vectors on their principal axes, variances to the power 0.25. Large directions
(praise against complaint, long against short) are damped, small ones raised.

Diffusion: what a review is near to says more than where it stands. Several hundred landmarks
(centres of many small groups) are laid over the components; each review is tied to the nearest
ones, and a walk of a few steps from review to landmark to review is summed up by its leading
eigenvectors (diffusion maps, Coifman and Lafon 2006; landmarks as in Chen and Cai, "Large scale
spectral clustering with landmark-based representation", AAAI 2011). Landmarks are means over
reviews in several languages, so that steps lead from language to language; nearest neighbours
would lead from a review to its own translation. Several sets of landmarks are averaged, which
takes out the luck of one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.common.arrays import BLOCK, distinct_rows, unit_rows
from pipeline.embedding.components import Components, fit_components

_SETS = 4  # of landmarks
_LANDMARKS = 300  # in each set
_REVIEWS_PER_LANDMARK = 3
_FEWEST_LANDMARKS = 8  # with fewer there is nothing to walk over
_NEAREST = 15  # landmarks a review is tied to
_WIDTH = 0.25  # of the mean squared distance to these
_STEPS = 6
_ROUNDS = 20  # of KMeans for landmarks, which need not be at the very middle of their groups
_DIMENSIONS = 32
_SAMPLE = 6_000  # reviews that one set of landmarks is laid over
_WALKED = 20_000  # reviews that the walk goes over; more change nothing worth minutes


@dataclass(frozen=True)
class TopicSpace:
    """Neutral vectors -> points that KMeans groups.

    Attributes:
        components: the first step.
        landmarks: float32 (s, m, p), s sets of m points among the components; m is 0 for files
            that are too small, where the components are the points.
        widths: float32 (s,), squared distance by which a review's tie to a landmark fades.
        projection: float32 (s * m, q), from ties to points.
    """

    components: Components
    landmarks: np.ndarray
    widths: np.ndarray
    projection: np.ndarray

    def transform(self, vectors: np.ndarray) -> np.ndarray:
        """Neutral vectors (n, d) -> float32 (n, q), rows of length 1."""
        points = self.components.transform(vectors)
        if not self.landmarks.shape[1]:
            return points
        # A review's ties to all landmarks are 5 kB: not for a whole file at once.
        blocks = [
            unit_rows(_ties(points[at : at + BLOCK], self.landmarks, self.widths) @ self.projection)
            for at in range(0, max(len(points), 1), BLOCK)
        ]
        return blocks[0] if len(blocks) == 1 else np.concatenate(blocks)


def fit_topic_space(vectors: np.ndarray, *, seed: int = 0) -> TopicSpace:
    """The topic space of neutral vectors (n, d); the same vectors and seed give the same space."""
    components = fit_components(vectors)
    points = components.transform(vectors)
    landmarks = _lay_landmarks(points[distinct_rows(points)[0]], seed)
    if not landmarks.shape[1]:
        nothing = np.zeros(0, np.float32)
        return TopicSpace(components, landmarks, nothing, nothing[:, None])
    if len(points) > _WALKED:
        rows = np.random.default_rng(seed).choice(len(points), _WALKED, replace=False)
        points = points[np.sort(rows)]
    widths = np.array([_width(points, each) for each in landmarks], np.float32)
    ties = _ties(points, landmarks, widths).astype(np.float64)
    # Symmetric steps: a landmark tied to many reviews passes less to each of them.
    degrees = np.maximum(ties.sum(axis=0), 1e-9)
    steps = (ties.T @ ties) / np.sqrt(np.outer(degrees, degrees)) / len(landmarks)
    # The first eigenvector (value 1) only says how many reviews there are.
    first = np.sqrt(degrees / degrees.sum())
    values, axes = np.linalg.eigh(steps - np.outer(first, first))
    values, axes = values[::-1][:_DIMENSIONS], axes[:, ::-1][:, :_DIMENSIONS]
    kept = values > 1e-3
    # Left singular vectors, each times its share that is left after the walk.
    scale = values[kept] ** (_STEPS - 0.5)
    projection = axes[:, kept] * scale / np.sqrt(degrees)[:, None]
    # A file whose points are all tied alike has no walk; the size is for float32's sake.
    projection *= 1 / max(float(np.abs(projection).max(initial=0)), 1e-30)
    return TopicSpace(components, landmarks, widths, projection.astype(np.float32))


def _lay_landmarks(points: np.ndarray, seed: int) -> np.ndarray:
    """Sets of landmarks over different points (n, p): float32 (s, m, p)."""
    from sklearn.cluster import KMeans

    generator = np.random.default_rng(seed)
    count = min(_LANDMARKS, min(len(points), _SAMPLE) // _REVIEWS_PER_LANDMARK)
    if count < _FEWEST_LANDMARKS:
        return np.zeros((_SETS, 0, points.shape[1]), np.float32)
    found = []
    for _ in range(_SETS):
        rows = np.sort(generator.permutation(len(points))[:_SAMPLE])
        fitted = KMeans(
            count, n_init=1, max_iter=_ROUNDS, random_state=int(generator.integers(2**31))
        ).fit(points[rows])
        found.append(fitted.cluster_centers_.astype(np.float32))
    return np.stack(found)


def _nearest_landmarks(points: np.ndarray, landmarks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The landmarks (n, r) nearest to each point, and squared distances to them."""
    nearest = min(_NEAREST, len(landmarks) - 1)
    distances = (landmarks**2).sum(axis=1) - 2 * points @ landmarks.T
    rows = np.argpartition(distances, nearest, axis=1)[:, :nearest]
    lengths = (points**2).sum(axis=1, keepdims=True)
    return rows, np.maximum(np.take_along_axis(distances, rows, axis=1) + lengths, 0)


def _width(points: np.ndarray, landmarks: np.ndarray) -> float:
    return max(_WIDTH * float(_nearest_landmarks(points, landmarks)[1].mean()), 1e-9)


def _ties(points: np.ndarray, landmarks: np.ndarray, widths: np.ndarray) -> np.ndarray:
    """How each point is tied to each landmark: float32 (n, s * m), 1 for each set in all."""
    ties = np.zeros((len(points), landmarks.shape[0], landmarks.shape[1]), np.float32)
    for number, (each, width) in enumerate(zip(landmarks, widths, strict=True)):
        rows, distances = _nearest_landmarks(points, each)
        near = np.exp((distances.min(axis=1, keepdims=True) - distances) / width)
        np.put_along_axis(ties[:, number], rows, near / near.sum(axis=1, keepdims=True), axis=1)
    return ties.reshape(len(points), -1)
