"""Trends: the reviews of topics month by month."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.insights.attributes import ReviewAttributes

_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])", re.ASCII)
_MAX_MONTHS = 120


@dataclass(frozen=True)
class MonthlyTrend:
    """A topic's reviews in each of t consecutive months.

    Attributes:
        months: "2026-03" and so on, including months without reviews.
        reviews: int (t,), reviews of the topic.
        total: int (t,), all reviews.
    """

    months: tuple[str, ...]
    reviews: np.ndarray
    total: np.ndarray

    @property
    def shares(self) -> np.ndarray:
        """The topic's share of each month's reviews: float (t,), NaN in a month without any."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(self.total > 0, self.reviews / self.total, np.nan)


def monthly_trends(analysis: Analysis, attributes: ReviewAttributes) -> list[MonthlyTrend]:
    """Each topic's reviews by month; empty without readable dates in at least two months."""
    if attributes.dates is None:
        return []
    values, codes = np.unique(attributes.dates.astype("U7"), return_inverse=True)
    months = [value if _MONTH.fullmatch(value) else "" for value in values.tolist()]
    readable = [month for month in months if month]
    if len(readable) < 2:
        return []
    first, last = min(readable), max(readable)
    axis = np.arange(np.datetime64(first, "M"), np.datetime64(last, "M") + 1)[-_MAX_MONTHS:]
    names = tuple(str(month) for month in axis)
    position = {month: i for i, month in enumerate(names)}
    positions = np.array([position.get(month, -1) for month in months])[codes]
    known = positions >= 0
    total = np.bincount(positions[known], minlength=len(names))
    return [
        MonthlyTrend(
            names,
            np.bincount(positions[known & analysis.in_topic(topic.id)], minlength=len(names)),
            total,
        )
        for topic in analysis.topics
    ]
