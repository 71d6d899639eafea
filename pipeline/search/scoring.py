"""Score all reviews that pass the filters against queries, calibrated and comparable."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pipeline.search.calibration import Calibration
from pipeline.search.index import SearchIndex

_MAX_BLOCK_BYTES = 200_000_000  # of the scores of one block of queries
_SAMPLE_STRIDE = 61  # every 61st score is sampled to estimate a threshold for the top k
_SAMPLE_FROM = 20_000  # scores; fewer are partitioned directly


class ReviewScores:
    """Scores of one query for the p reviews that pass the filters, each by its best unit.

    A *position* is an index into ``scores``, as opposed to the row of a review in the file.

    Attributes:
        unit_scores: float32, scores of the units that pass.
        scores: float32 (p,), scores of the reviews.
    """

    def __init__(
        self, unit_scores: np.ndarray, review_of: np.ndarray | None, units: np.ndarray | None
    ) -> None:
        """Group scores by review.

        Args:
            unit_scores: float32, scores of the units that pass.
            review_of: int64 (m,), the review of each unit; None where units are reviews.
            units: int64, ascending: those that pass; None for all.
        """
        self.unit_scores, self._units = unit_scores, units
        self.scores, self._reviews = unit_scores, units
        self._starts: np.ndarray | None = None
        if review_of is not None and len(unit_scores):
            reviews = review_of if units is None else review_of[units]
            self._starts = np.flatnonzero(np.r_[True, reviews[1:] != reviews[:-1]])
            self.scores = np.maximum.reduceat(unit_scores, self._starts)
            self._reviews = reviews[self._starts]

    def reviews_at(self, positions: np.ndarray) -> np.ndarray:
        """The reviews at these positions: int64."""
        return positions.astype(np.int64) if self._reviews is None else self._reviews[positions]

    def positions_of(self, reviews: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The positions of those reviews that pass the filters, and a bool mask of these."""
        if self._reviews is None:
            return reviews, np.ones(len(reviews), bool)
        if not len(self._reviews):
            return reviews[:0], np.zeros(len(reviews), bool)
        positions = np.minimum(np.searchsorted(self._reviews, reviews), len(self._reviews) - 1)
        passing = self._reviews[positions] == reviews
        return positions[passing], passing

    def best_units_at(self, positions: np.ndarray) -> np.ndarray:
        """The best unit of the review at each of these positions: int64."""
        if self._starts is None:
            best = positions
        else:
            ends = np.append(self._starts[1:], len(self.unit_scores))
            spans = zip(self._starts[positions].tolist(), ends[positions].tolist(), strict=True)
            best = np.array(
                [start + int(np.argmax(self.unit_scores[start:end])) for start, end in spans],
                np.int64,
            )
        return best.astype(np.int64) if self._units is None else self._units[best]


def score_reviews(
    index: SearchIndex, vectors: np.ndarray, allowed: np.ndarray | None
) -> Iterator[ReviewScores]:
    """Yield the scores of each of (q, d) query vectors; ``allowed`` is bool (m,) or None."""
    units = None if allowed is None else np.flatnonzero(allowed)
    rows: np.ndarray | slice = slice(None) if units is None else units
    candidates = index.vectors[rows]
    means, stds = index.calibration.query_statistics(vectors)
    block = int(max(1, _MAX_BLOCK_BYTES // (4 * max(len(candidates), 1))))
    for start in range(0, len(vectors), block):
        part = slice(start, start + block)
        cosines = vectors[part] @ candidates.T
        for scores in calibrate_cosines(index.calibration, cosines, rows, means[part], stds[part]):
            yield ReviewScores(scores, index.review_of, units)


def calibrate_cosines(
    calibration: Calibration,
    cosines: np.ndarray,
    units: np.ndarray | slice,
    means: np.ndarray,
    stds: np.ndarray,
) -> np.ndarray:
    """Calibrate the cosines of q queries with k units: float32 (q, k), in the same array.

    Args:
        calibration: of all units.
        cosines: float32 (q, k).
        units: int64 (k,), or a slice.
        means, stds: float32 (q, l), see :meth:`Calibration.query_statistics`.
    """
    scores = calibration.z_normalise(cosines, units)
    codes = calibration.codes[units]
    buffer = np.empty(scores.shape[1], np.float32)
    for row, mean, std in zip(scores, means, stds, strict=True):
        scale, shift = t_norm_coefficients(calibration, mean, std)
        row *= np.take(scale, codes, out=buffer, mode="clip")
        row += np.take(shift, codes, out=buffer, mode="clip")
    return scores


def t_norm_coefficients(
    calibration: Calibration, means: np.ndarray, stds: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Scale and shift, float32 (l,), that standardise one query's scores in each language.

    The result is multiplied by the query's pooled standard deviation. It is small for a query about
    something that the file does not mention, whose cosines are all alike.
    """
    pooled = np.sqrt(np.average(stds**2, weights=calibration.counts))
    scale = (pooled / stds).astype(np.float32)
    return scale, (-means * scale).astype(np.float32)


def top_k(scores: np.ndarray, k: int) -> np.ndarray:
    """Positions of the ``k`` largest scores, largest first; ties in file order."""
    if k <= 0:
        return np.zeros(0, np.int64)
    candidates = None
    if len(scores) > _SAMPLE_FROM and k * _SAMPLE_STRIDE < len(scores):
        # Partitioning everything would take longer than the matrix product. A sample gives a
        # threshold that about five times as many scores as needed should reach.
        sample = scores[::_SAMPLE_STRIDE]
        rank = min(len(sample), 5 * k // _SAMPLE_STRIDE + 8)
        candidates = np.flatnonzero(scores >= np.partition(sample, -rank)[-rank])
    if candidates is None or len(candidates) < k:
        candidates = np.flatnonzero(scores >= np.partition(scores, -k)[-k])
    return candidates[np.argsort(-scores[candidates], kind="stable")][:k]
