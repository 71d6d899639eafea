"""Change points: the month from which on a rate is another one.

Counts of a month are Poisson with the month's exposure: its number of reviews, or the count that is
expected of it in its season. Whether a series turns at all is judged by an exact test of its best
split, corrected for the number of splits; where it turns, by PELT (Killick et al. 2012).
"""

from __future__ import annotations

from typing import Any

import numpy as np

FALSE_ALARMS = 0.05  # of a series whose rate never changes, at most


def turn_p_values(counts: np.ndarray, exposures: np.ndarray) -> np.ndarray:
    """P values of a constant rate, float64 (s,), of s series of t months.

    Given its total, what a series has before a split is binomial with the exposure's share. The
    smallest p value of the splits is multiplied by their number, which holds whatever the counts.

    Args:
        counts: int64 (s, t).
        exposures: float64 (s, t), more than 0 in a month with a count.
    """
    from scipy.special import bdtr, bdtrc

    totals = counts.sum(axis=1, keepdims=True)
    sums = exposures.sum(axis=1, keepdims=True)
    before = np.cumsum(counts, axis=1)[:, :-1]
    parts = np.cumsum(exposures, axis=1)[:, :-1]
    shares = np.divide(parts, sums, out=np.zeros_like(parts), where=sums > 0)
    splits = (exposures[:, 1:] > 0) & (shares > 0) & (shares < 1)
    low = bdtr(before, totals, shares)
    high = np.where(before > 0, bdtrc(np.maximum(before - 1, 0), totals, shares), 1.0)
    p_values = np.where(splits, 2 * np.minimum(low, high), 1.0)
    smallest = p_values.min(axis=1, initial=1.0)
    return np.minimum(smallest * np.maximum(splits.sum(axis=1), 1), 1.0)


def change_points(counts: np.ndarray, exposures: np.ndarray) -> list[int]:
    """The months from which on the rate of one series is another one, ascending.

    Args:
        counts: int64 (t,).
        exposures: float64 (t,), more than 0 in a month with a count.
    """
    import ruptures
    from scipy.stats import chi2

    used = np.flatnonzero(exposures > 0)
    if len(used) < 2:
        return []
    series = np.column_stack([counts[used], exposures[used]]).astype(np.float64)
    # Twice the gain in likelihood of one split is chi squared; there are so many splits.
    penalty = float(chi2.isf(FALSE_ALARMS / (len(used) - 1), 1))
    search = ruptures.Pelt(custom_cost=_poisson_cost(), min_size=1, jump=1)
    ends = search.fit_predict(series, penalty)
    return [int(used[end]) for end in ends[:-1]]


def _poisson_cost() -> Any:  # noqa: ANN401  a class of a library that is imported when needed
    from ruptures.base import BaseCost

    class PoissonCost(BaseCost):
        """Minus twice the log likelihood of a segment's rate, but for what segments share."""

        model = "poisson"
        min_size = 1

        def fit(self, signal: np.ndarray) -> PoissonCost:
            self.signal = signal
            self.sums = np.vstack([np.zeros(2), np.cumsum(signal, axis=0)])
            return self

        def error(self, start: int, end: int) -> float:
            count, exposure = self.sums[end] - self.sums[start]
            return float(-2 * count * np.log(count / exposure)) if count > 0 else 0.0

    return PoissonCost()
