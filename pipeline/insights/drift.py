"""What grew and what shrank: topics of some reviews against those of others, and by month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.common.intervals import wilson_interval
from pipeline.insights.attributes import Facets, mean_rating

_FEWEST = 5  # reviews of a topic, on either side, for its change to be called clear


@dataclass(frozen=True)
class TopicDrift:
    """How a topic's share of the reviews has changed.

    Attributes:
        topic: its id.
        before, after: shares, 0 to 1.
        reviews_before, reviews_after: counts.
        change: after - before.
        low, high: 95 % interval of the change.
        clear: whether the change is more than chance, all topics considered together.
        rating_before, rating_after: mean of 1 to 5; NaN without ratings.
    """

    topic: int
    before: float
    after: float
    reviews_before: int
    reviews_after: int
    change: float
    low: float
    high: float
    clear: bool
    rating_before: float
    rating_after: float


@dataclass(frozen=True)
class Trend:
    """A topic month by month.

    Attributes:
        months: "2026-03", without gaps.
        reviews: int (t,), of the topic.
        total: int (t,), of all topics.
    """

    months: tuple[str, ...]
    reviews: np.ndarray
    total: np.ndarray

    @property
    def shares(self) -> np.ndarray:
        """float (t,), 0 to 1; NaN in a month without reviews."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(self.total > 0, self.reviews / self.total, np.nan)


def drift(
    analysis: Analysis, before: np.ndarray, after: np.ndarray, facets: Facets | None = None
) -> list[TopicDrift]:
    """Every topic's change between two sets of reviews, the largest change first.

    The interval is Newcombe's for a difference of independent shares (1998, method 10, from
    Wilson's intervals). "Clear" holds the false discovery rate of all topics together under 5 %
    (Benjamini and Hochberg 1995).

    Args:
        analysis: whose topics.
        before, after: bool (n,), reviews.
        facets: of the same analysis, for mean ratings.

    Raises:
        ValueError: one of the sets is empty.
    """
    sizes = int(before.sum()), int(after.sum())
    if not all(sizes):
        raise ValueError("a drift is between two sets of reviews")
    found = []
    for topic in analysis.topics:
        members = analysis.in_topic(topic.id)
        counts = int((members & before).sum()), int((members & after).sum())
        low, high = _difference(counts, sizes)
        shares = counts[0] / sizes[0], counts[1] / sizes[1]
        ratings = [mean_rating(facets, members & side) for side in (before, after)]
        found.append((topic.id, shares, counts, low, high, _p_value(counts, sizes), ratings))
    limit = _false_discovery_limit(np.array([row[5] for row in found]))
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
            clear=p <= limit and max(counts) >= _FEWEST,
            rating_before=ratings[0],
            rating_after=ratings[1],
        )
        for topic_id, shares, counts, low, high, p, ratings in found
    ]
    return sorted(changes, key=lambda change: (-abs(change.change), change.topic))


def in_words(change: TopicDrift) -> str:
    """A change as a person says it: "from 4.1 % to 7.9 %, clearly more"."""
    words = f"from {100 * change.before:.1f} % to {100 * change.after:.1f} %"
    if not change.clear:
        return f"{words}, no clear change"
    return f"{words}, clearly {'more' if change.change > 0 else 'less'}"


def trends(analysis: Analysis, facets: Facets) -> list[Trend]:
    """Every topic's reviews by month; none without readable dates in two months at least."""
    if facets.dates is None:
        return []
    values, codes = np.unique(facets.dates.astype("U7"), return_inverse=True)
    months = [value if len(value) == 7 and value[4] == "-" else "" for value in values.tolist()]
    named = [month for month in months if month]
    if len(named) < 2:
        return []
    first, last = min(named), max(named)
    axis = np.arange(np.datetime64(first, "M"), np.datetime64(last, "M") + 1)[-120:]
    names = tuple(str(month) for month in axis)
    place = {month: i for i, month in enumerate(names)}
    at = np.array([place.get(month, -1) for month in months])[codes]
    known = at >= 0
    total = np.bincount(at[known], minlength=len(names))
    return [
        Trend(
            names,
            np.bincount(at[known & analysis.in_topic(topic.id)], minlength=len(names)),
            total,
        )
        for topic in analysis.topics
    ]


def _difference(counts: tuple[int, int], sizes: tuple[int, int]) -> tuple[float, float]:
    first, second = counts[0] / sizes[0], counts[1] / sizes[1]
    (low1, high1), (low2, high2) = (
        wilson_interval(counts[0], sizes[0]),
        wilson_interval(counts[1], sizes[1]),
    )
    change = second - first
    low = change - np.hypot(second - low2, high1 - first)
    return float(low), float(change + np.hypot(high2 - second, first - low1))


def _p_value(counts: tuple[int, int], sizes: tuple[int, int]) -> float:
    """Of Fisher's exact test that both shares are equal; chi-squared where it would be slow."""
    from scipy.stats import chi2_contingency, fisher_exact

    table = np.array([counts, (sizes[0] - counts[0], sizes[1] - counts[1])])
    if not sum(counts) or sum(counts) == sum(sizes):
        return 1.0
    if min(sum(counts), sum(sizes) - sum(counts)) > 1_000:
        return float(chi2_contingency(table).pvalue)
    return float(fisher_exact(table).pvalue)


def _false_discovery_limit(values: np.ndarray, rate: float = 0.05) -> float:
    """The largest p value that is still a discovery; 0 when none is."""
    ordered = np.sort(values)
    passing = ordered <= rate * np.arange(1, len(ordered) + 1) / len(ordered)
    return float(ordered[passing].max()) if passing.any() else 0.0
