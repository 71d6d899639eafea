"""Outlier detection: texts that are far from what the file is about.

The similarity to a topic's centroid does not show them: a foreign text may be as near to some topic
as a genuine review that lies between two. Two measures together do: the similarity to the mean of
all texts (is it about what the file is about?) and the Mahalanobis distance with a ridge (how
unusual is it, given how the others vary?). Both are standardised robustly (median and median
absolute deviation), so that outliers can't shift the reference they are judged by.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pipeline.common.arrays import BLOCK, covariance

_THRESHOLD = -2.0  # robust standard deviations from the median text
_RIDGE = 1.0  # times the mean variance
_MAX_LEVERAGE = 0.999  # of a text on its own distance
_MIN_REVIEWS = 100  # for the reference to be reliable


@dataclass(frozen=True)
class OutlierDetector:
    """The distribution of a file's texts and the score below which a text is an outlier.

    Attributes:
        mean: float32 (d,) of the neutral vectors.
        whitener: float32 (d, d), from centred vectors to coordinates of equal variance.
        scales: float64 (3, 2), median and robust standard deviation of the similarity to the mean,
            of the negative Mahalanobis distance, and of the sum of the two when standardised.
        threshold: lowest score of an inlier.
    """

    mean: np.ndarray
    whitener: np.ndarray
    scales: np.ndarray
    threshold: float = _THRESHOLD

    def score(self, vectors: np.ndarray) -> np.ndarray:
        """How typical neutral vectors (n, d) are: float64 (n,), 0 for the median text."""
        similarity, closeness = _measures(vectors, self.mean, self.whitener)
        (a, b), (c, d), (e, f) = self.scales
        return ((similarity - a) / b + (closeness - c) / d - e) / f

    def is_inlier(self, vectors: np.ndarray) -> np.ndarray:
        """Which of the neutral vectors (n, d) are no outliers: bool (n,)."""
        return self.score(vectors) >= self.threshold

    def for_new_texts(self, fitted: np.ndarray) -> OutlierDetector:
        """The detector for texts that it was not fitted to.

        A text that is part of the covariance is nearer to it than one that isn't: by far, where
        texts are hardly more than dimensions. What each text's distance would be without itself
        follows from its own (Sherman & Morrison 1950), and new texts are judged by these.

        Args:
            fitted: float32 (n, d), the neutral vectors that it was fitted to.
        """
        similarity, closeness = _measures(fitted, self.mean, self.whitener)
        leverage = np.minimum(closeness**2 / max(len(fitted), 1), _MAX_LEVERAGE)
        return replace(self, scales=_scales(similarity, closeness / np.sqrt(1 - leverage)))


def fit_outlier_detector(vectors: np.ndarray) -> OutlierDetector | None:
    """Fit a detector to neutral vectors (n, d); None if they are too few."""
    if len(vectors) < _MIN_REVIEWS:
        return None
    mean = vectors.mean(axis=0)
    variances, axes = np.linalg.eigh(covariance(vectors, mean))
    variances = np.maximum(variances, 0)
    whitener = axes / np.sqrt(variances + _RIDGE * variances.mean() + 1e-12)
    mean, whitener = mean.astype(np.float32), whitener.astype(np.float32)
    return OutlierDetector(mean, whitener, _scales(*_measures(vectors, mean, whitener)))


def _scales(*measures: np.ndarray) -> np.ndarray:
    """The scales of a detector by the two measures of the texts: float64 (3, 2)."""
    scales = [_median_and_deviation(measure) for measure in measures]
    combined = sum((measure - a) / b for measure, (a, b) in zip(measures, scales, strict=True))
    scales.append(_median_and_deviation(np.asarray(combined)))
    return np.array(scales)


def _measures(
    vectors: np.ndarray, mean: np.ndarray, whitener: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Similarity to the mean and negative Mahalanobis distance of each vector: float64 (n,)."""
    distances = np.empty(len(vectors), np.float32)
    for start in range(0, len(vectors), BLOCK):
        part = slice(start, start + BLOCK)
        distances[part] = np.linalg.norm((vectors[part] - mean) @ whitener, axis=1)
    return (vectors @ mean).astype(np.float64), -distances.astype(np.float64)


def _median_and_deviation(values: np.ndarray) -> tuple[float, float]:
    """Median, and median absolute deviation on the scale of a standard deviation."""
    median = float(np.median(values))
    return median, max(1.4826 * float(np.median(np.abs(values - median))), 1e-9)
