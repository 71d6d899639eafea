"""Which reviews fit nowhere: texts that are far from what the file is about.

Likeness to a topic's centre can't tell: among topics something foreign may be as near to one of
them as an honest review between two. Two signs together can: how near a text is to the mean of all
(what the file talks about at all), and how unusual it is given how the others vary (Mahalanobis
distance with a ridge). Both are counted in robust standard deviations (median and median absolute
deviation), so that the foreign texts can't move the reference they are judged by.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.common.arrays import BLOCK, covariance

FLOOR = -2.0  # robust standard deviations below the median text
_RIDGE = 1.0  # times the mean variance
_FEWEST = 100  # reviews, to know what is usual


@dataclass(frozen=True)
class Fit:
    """What is usual in a file.

    Attributes:
        mean: float32 (d,) of the neutral vectors.
        whitener: float32 (d, d), from centred vectors to coordinates of equal spread.
        scales: float64 (3, 2), median and spread of nearness, of usualness and of their sum.
        floor: fit below which a text belongs to no topic.
    """

    mean: np.ndarray
    whitener: np.ndarray
    scales: np.ndarray
    floor: float = FLOOR

    def score(self, vectors: np.ndarray) -> np.ndarray:
        """How well neutral vectors (n, d) fit the file: float64 (n,); 0 is usual."""
        near, usual = _signs(vectors, self.mean, self.whitener)
        (a, b), (c, d), (e, f) = self.scales
        return ((near - a) / b + (usual - c) / d - e) / f

    def fits(self, vectors: np.ndarray) -> np.ndarray:
        """Which of the neutral vectors (n, d) belong to a topic: bool (n,)."""
        return self.score(vectors) >= self.floor


def learn_fit(vectors: np.ndarray) -> Fit | None:
    """What is usual among neutral vectors (n, d); None for too few to say."""
    if len(vectors) < _FEWEST:
        return None
    mean = vectors.mean(axis=0)
    variances, axes = np.linalg.eigh(covariance(vectors, mean))
    variances = np.maximum(variances, 0)
    whitener = axes / np.sqrt(variances + _RIDGE * variances.mean() + 1e-12)
    mean, whitener = mean.astype(np.float32), whitener.astype(np.float32)
    near, usual = _signs(vectors, mean, whitener)
    scales = [_scale(near), _scale(usual)]
    both = sum((sign - a) / b for sign, (a, b) in zip((near, usual), scales, strict=True))
    return Fit(mean, whitener, np.array([*scales, _scale(np.asarray(both))]))


def _signs(
    vectors: np.ndarray, mean: np.ndarray, whitener: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    distances = np.empty(len(vectors), np.float32)
    for at in range(0, len(vectors), BLOCK):
        part = slice(at, at + BLOCK)
        distances[part] = np.linalg.norm((vectors[part] - mean) @ whitener, axis=1)
    return (vectors @ mean).astype(np.float64), -distances.astype(np.float64)


def _scale(values: np.ndarray) -> tuple[float, float]:
    median = float(np.median(values))
    return median, max(1.4826 * float(np.median(np.abs(values - median))), 1e-9)
