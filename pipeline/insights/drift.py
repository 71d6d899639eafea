"""Drift: how topics' shares of the reviews change between two periods, and month by month."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.common.intervals import wilson_interval
from pipeline.insights.attributes import ReviewAttributes, mean_rating

_MIN_REVIEWS = 5  # of a topic in either period, for its change to be called significant
_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])", re.ASCII)
_MAX_MONTHS = 120


@dataclass(frozen=True)
class TopicDrift:
    """Change of a topic's share of the reviews between two periods.

    Attributes:
        topic: id of the topic.
        before, after: shares, 0 to 1.
        reviews_before, reviews_after: number of reviews.
        change: after - before.
        low, high: 95 % interval of the change.
        significant: whether the change is significant, corrected for the number of topics.
        rating_before, rating_after: mean rating, 1 to 5; NaN without ratings.
    """

    topic: int
    before: float
    after: float
    reviews_before: int
    reviews_after: int
    change: float
    low: float
    high: float
    significant: bool
    rating_before: float
    rating_after: float


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


def topic_drift(
    analysis: Analysis,
    before: np.ndarray,
    after: np.ndarray,
    attributes: ReviewAttributes | None = None,
) -> list[TopicDrift]:
    """Measure each topic's change between two sets of reviews, the largest change first.

    The interval is Newcombe's for a difference of independent proportions (1998, method 10, from
    Wilson's intervals). Significance controls the false discovery rate over all topics at 5 %
    (Benjamini & Hochberg 1995).

    Args:
        analysis: the analysis.
        before, after: bool (n,), the two sets.
        attributes: attributes of the reviews, for mean ratings.

    Raises:
        ValueError: one of the sets is empty.
    """
    sizes = int(before.sum()), int(after.sum())
    if not all(sizes):
        raise ValueError("both sets of reviews must have some")
    measured = []
    for topic in analysis.topics:
        members = analysis.in_topic(topic.id)
        counts = int((members & before).sum()), int((members & after).sum())
        low, high = _difference_interval(counts, sizes)
        shares = counts[0] / sizes[0], counts[1] / sizes[1]
        ratings = [mean_rating(attributes, members & side) for side in (before, after)]
        measured.append((topic.id, shares, counts, low, high, _p_value(counts, sizes), ratings))
    max_p_value = _max_discovery(np.array([row[5] for row in measured]))
    changes = [
        TopicDrift(
            topic=topic_id,
            before=shares[0],
            after=shares[1],
            reviews_before=counts[0],
            reviews_after=counts[1],
            change=shares[1] - shares[0],
            low=low,
            high=high,
            significant=p <= max_p_value and max(counts) >= _MIN_REVIEWS,
            rating_before=ratings[0],
            rating_after=ratings[1],
        )
        for topic_id, shares, counts, low, high, p, ratings in measured
    ]
    return sorted(changes, key=lambda change: (-abs(change.change), change.topic))


def describe_drift(change: TopicDrift) -> str:
    """A change in words: "from 4.1 % to 7.9 %, clearly more"."""
    words = f"from {100 * change.before:.1f} % to {100 * change.after:.1f} %"
    if not change.significant:
        return f"{words}, no clear change"
    return f"{words}, clearly {'more' if change.change > 0 else 'less'}"


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


def _difference_interval(counts: tuple[int, int], sizes: tuple[int, int]) -> tuple[float, float]:
    first, second = counts[0] / sizes[0], counts[1] / sizes[1]
    (low1, high1), (low2, high2) = (
        wilson_interval(counts[0], sizes[0]),
        wilson_interval(counts[1], sizes[1]),
    )
    change = second - first
    low = change - np.hypot(second - low2, high1 - first)
    return float(low), float(change + np.hypot(high2 - second, first - low1))


def _p_value(counts: tuple[int, int], sizes: tuple[int, int]) -> float:
    """P value of Fisher's exact test of equal shares, or of chi-squared for large counts."""
    from scipy.stats import chi2_contingency, fisher_exact

    table = np.array([counts, (sizes[0] - counts[0], sizes[1] - counts[1])])
    if not sum(counts) or sum(counts) == sum(sizes):
        return 1.0
    if min(sum(counts), sum(sizes) - sum(counts)) > 1_000:
        return float(chi2_contingency(table).pvalue)
    return float(fisher_exact(table).pvalue)


def _max_discovery(values: np.ndarray, rate: float = 0.05) -> float:
    """The largest p value that is a discovery at this false discovery rate; 0 without any."""
    ordered = np.sort(values)
    passing = ordered <= rate * np.arange(1, len(ordered) + 1) / len(ordered)
    return float(ordered[passing].max()) if passing.any() else 0.0
