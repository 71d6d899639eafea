"""Query vectors -> a calibrated score of every review that passes the filters."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pipeline.search.calibration import Calibration
from pipeline.search.index import SearchIndex

_BLOCK_BYTES = 200_000_000  # of the scores of one block of queries
_STRIDE = 61  # every so many values are looked at to guess where the best begin
_LARGE = 20_000


class Scores:
    """Scores of one query: of the p reviews that pass the filters, each by its best unit.

    Attributes:
        unit_values: float32, scores of the units that pass.
        values: float32 (p,), scores of the reviews. A place below is a place in this array.
    """

    def __init__(
        self, index: SearchIndex, unit_values: np.ndarray, units: np.ndarray | None
    ) -> None:
        self.unit_values, self._units = unit_values, units
        self.values, self._reviews = unit_values, units
        self._starts: np.ndarray | None = None
        if index.review_of is not None and len(unit_values):
            reviews = index.review_of if units is None else index.review_of[units]
            self._starts = np.flatnonzero(np.r_[True, reviews[1:] != reviews[:-1]])
            self.values = np.maximum.reduceat(unit_values, self._starts)
            self._reviews = reviews[self._starts]

    def reviews(self, places: np.ndarray) -> np.ndarray:
        """Which reviews stand at these places: int64."""
        return places.astype(np.int64) if self._reviews is None else self._reviews[places]

    def places(self, reviews: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where these reviews stand, and a bool mask of those that pass the filters."""
        if self._reviews is None:
            return reviews, np.ones(len(reviews), bool)
        if not len(self._reviews):
            return reviews[:0], np.zeros(len(reviews), bool)
        places = np.minimum(np.searchsorted(self._reviews, reviews), len(self._reviews) - 1)
        passing = self._reviews[places] == reviews
        return places[passing], passing

    def units(self, places: np.ndarray) -> np.ndarray:
        """The best unit of the review at each of these places: int64."""
        if self._starts is None:
            best = places
        else:
            ends = np.append(self._starts[1:], len(self.unit_values))
            spans = zip(self._starts[places].tolist(), ends[places].tolist(), strict=True)
            best = np.array(
                [start + int(np.argmax(self.unit_values[start:end])) for start, end in spans],
                np.int64,
            )
        return best.astype(np.int64) if self._units is None else self._units[best]


def score_units(
    index: SearchIndex, vectors: np.ndarray, allowed: np.ndarray | None
) -> Iterator[Scores]:
    """The scores of each of (q, d) query vectors, in turn; ``allowed`` is bool (m,) or None."""
    units = None if allowed is None else np.flatnonzero(allowed)
    rows: np.ndarray | slice = slice(None) if units is None else units
    candidates = index.vectors[rows]
    calibration = index.calibration
    codes = calibration.codes[rows]
    means, spreads = calibration.of_queries(vectors)
    each = np.empty(len(candidates), np.float32)
    block = int(max(1, _BLOCK_BYTES // (4 * max(len(candidates), 1))))
    for start in range(0, len(vectors), block):
        scores = calibration.of_reviews(vectors[start : start + block] @ candidates.T, rows)
        for i, row in enumerate(scores, start):
            scale, shift = scale_and_shift(calibration, means[i], spreads[i])
            row *= np.take(scale, codes, out=each, mode="clip")
            row += np.take(shift, codes, out=each, mode="clip")
            yield Scores(index, row, units)


def best(values: np.ndarray, count: int) -> np.ndarray:
    """Places of the ``count`` largest values, largest first; equal ones in file order."""
    if count <= 0:
        return np.zeros(0, np.int64)
    near = None
    if len(values) > _LARGE and count * _STRIDE < len(values):
        # A floor that some five times as many values should reach is found in a sample; the
        # partition of everything would take longer than the matrix product.
        sample = values[::_STRIDE]
        guess = min(len(sample), 5 * count // _STRIDE + 8)
        near = np.flatnonzero(values >= np.partition(sample, -guess)[-guess])
    if near is None or len(near) < count:
        near = np.flatnonzero(values >= np.partition(values, -count)[-count])
    return near[np.argsort(-values[near], kind="stable")][:count]


def scale_and_shift(
    calibration: Calibration, means: np.ndarray, spreads: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Scale and shift of each language: standard scores there, times the query's common spread.

    The common spread keeps apart a query that the file speaks of and one that it doesn't: all
    cosines of the latter are alike.
    """
    common = np.sqrt(np.average(spreads**2, weights=calibration.sizes))
    scale = (common / spreads).astype(np.float32)
    return scale, (-means * scale).astype(np.float32)
