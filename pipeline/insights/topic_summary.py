"""What a page says of each topic: size, languages, rating, words; figures alone, nothing drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.insights.attributes import Facets, mean_rating
from pipeline.insights.drift import Trend, trends
from pipeline.topics.topic import Topic

_POOLED = 3  # months
SORTS = ("size", "rating", "trend", "name")


@dataclass(frozen=True)
class Card:
    """One topic.

    Attributes:
        topic: whose card it is.
        units: how many sentences, or reviews where those are grouped.
        share: of the file's reviews, 0 to 1.
        rating: mean of its reviews that have one, NaN where none has.
        mix: (language, share of the topic's reviews, share of the file's), largest there first.
        months: "2025-01" and so on, for the trend; empty without dates.
        shares: share of each month's reviews that say something of the topic, with the months
            beside it (a month alone is a handful of reviews); NaN where there are none.
        late: how many of the months are "lately": the latest quarter.
        before, lately: share of the reviews before, and lately.
    """

    topic: Topic
    units: int
    share: float
    rating: float
    mix: tuple[tuple[str, float, float], ...]
    months: tuple[str, ...] = ()
    shares: tuple[float, ...] = ()
    late: int = 0
    before: float = 0.0
    lately: float = 0.0

    @property
    def change(self) -> float:
        """How the share has changed lately, in points from -1 to 1."""
        return self.lately - self.before


def topic_cards(analysis: Analysis, facets: Facets) -> tuple[Card, ...]:
    """The cards of all topics, in order of their ids."""
    total = max(len(analysis.texts), 1)
    file = analysis.language_counts
    units = np.bincount(analysis.assignments, minlength=len(analysis.topics))
    found = trends(analysis, facets)
    cards = []
    for topic in analysis.topics:
        own = max(topic.reviews, 1)
        mix = tuple(
            (code, topic.languages.get(code, 0) / own, n / total) for code, n in file.items()
        )
        cards.append(
            Card(
                topic=topic,
                units=int(units[topic.id]),
                share=topic.reviews / total,
                rating=mean_rating(facets, analysis.in_topic(topic.id)),
                mix=mix,
                **(_trend(found[topic.id]) if found else {}),
            )
        )
    return tuple(cards)


def _trend(found: Trend) -> dict[str, Any]:
    late = max(len(found.months) // 4, 1)
    early, total = found.reviews[:-late].sum(), found.total[:-late].sum()
    if not total or not found.total[-late:].sum():
        return {}
    window = np.ones(_POOLED if len(found.months) > 2 * _POOLED else 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = np.convolve(found.reviews, window, "same") / np.convolve(
            found.total, window, "same"
        )
    return {
        "months": found.months,
        "shares": tuple(shares.tolist()),
        "late": late,
        "before": float(early / total),
        "lately": float(found.reviews[-late:].sum() / found.total[-late:].sum()),
    }


def sort_cards(cards: tuple[Card, ...], by: str) -> list[Card]:
    """Cards by "size", "rating" (worst first), "trend" (grown most first) or "name".

    What fits nowhere comes last, whatever the order; then by size.
    """
    keys = {
        "size": lambda card: 0,
        "rating": lambda card: card.rating if np.isfinite(card.rating) else np.inf,
        "trend": lambda card: -card.change,
        "name": lambda card: card.topic.name.casefold(),
    }
    key = keys[by]
    return sorted(cards, key=lambda card: (card.topic.is_outlier, key(card), -card.topic.reviews))
