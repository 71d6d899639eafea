"""Figures by month with their intervals: shares of reviews, and mean marks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.common.intervals import wilson_interval
from pipeline.insights.trends import MonthlyTrend


@dataclass(frozen=True)
class MonthlyFigures:
    """A figure of t consecutive months, NaN in months without one.

    Attributes:
        months: "2026-03" and so on.
        values, low, high: float64 (t,), with a 95 % interval, NaN where there is none.
        numbers: t strings, what each is of: "12 of 140 reviews".
    """

    months: tuple[str, ...]
    values: np.ndarray
    low: np.ndarray
    high: np.ndarray
    numbers: tuple[str, ...]


def monthly_shares(trend: MonthlyTrend) -> MonthlyFigures:
    """Shares of the reviews, in per cent, with Wilson's intervals."""
    ends = np.array(
        [
            wilson_interval(*pair)
            for pair in zip(trend.reviews.tolist(), trend.total.tolist(), strict=True)
        ]
    )
    ends[trend.total == 0] = np.nan
    numbers = tuple(
        f"{count:,} of {size:,} reviews"
        for count, size in zip(trend.reviews.tolist(), trend.total.tolist(), strict=True)
    )
    low, high = 100 * ends.T
    return MonthlyFigures(trend.months, 100 * trend.shares, low, high, numbers)


def monthly_marks(
    months: np.ndarray, marks: np.ndarray, *, scale: tuple[float, float] = (-np.inf, np.inf)
) -> MonthlyFigures | None:
    """Mean marks with Student's intervals; None without marks in two months.

    Args:
        months: datetime64[M] (n,), of the reviews, NaT where unknown.
        marks: float64 (n,), NaN where there is none.
        scale: the lowest and the highest mark there is, where intervals end.
    """
    from scipy.stats import t

    known = np.isfinite(marks) & ~np.isnat(months)
    if not known.any() or months[known].min() == months[known].max():
        return None
    first = months[known].min()
    axis = np.arange(first, months[known].max() + 1)
    position = (months[known] - first).astype(np.int64)
    counts = np.bincount(position, minlength=len(axis)).astype(np.float64)
    sums = np.bincount(position, marks[known], len(axis))
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.where(counts > 0, sums / counts, np.nan)
        squares = np.bincount(position, (marks[known] - means[position]) ** 2, len(axis))
        half = t.ppf(0.975, counts - 1) * np.sqrt(squares / (counts - 1) / counts)
    half[counts < 2] = np.nan
    numbers = tuple(f"{count:,.0f} reviews" for count in counts)
    low, high = np.clip(means - half, *scale), np.clip(means + half, *scale)
    return MonthlyFigures(tuple(map(str, axis)), means, low, high, numbers)
