"""Summaries of topics: size, rating, languages and trend of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.insights.attributes import ReviewAttributes, mean_rating
from pipeline.insights.theme_summary import ThemeSummary, list_coverage, summarise_themes
from pipeline.insights.themes import Themes
from pipeline.insights.trends import MonthlyTrend, monthly_trends
from pipeline.topics.topic import Topic

_SMOOTHED_MONTHS = 3  # centred moving average: a month alone may have only a handful of reviews
_MIN_SHARE = 0.1  # of a topic's reviews in the reader's language, for a quote to be in it
SORTS = ("size", "rating", "trend", "name")


@dataclass(frozen=True)
class TopicSummary:
    """Figures of one topic.

    Attributes:
        topic: the topic.
        units: number of its units, sentences or reviews.
        share: share of the file's reviews, 0 to 1.
        rating: mean rating of its reviews, NaN without any.
        language_shares: (language, share of the topic, share of the file), largest in the file
            first.
        months: "2025-01" and so on, for the trend; empty without dates.
        shares: the topic's share of each month's reviews, smoothed over three months; NaN where
            there are none.
        recent_months: number of months that count as recent: the last quarter of them.
        earlier_share, recent_share: share of the reviews in earlier and in recent months.
        theme: what is said of it as a theme; None for the topic of outliers.
        coverage: share of its passages that mention an aspect of the fixed list, NaN if unknown.
    """

    topic: Topic
    units: int
    share: float
    rating: float
    language_shares: tuple[tuple[str, float, float], ...]
    months: tuple[str, ...] = ()
    shares: tuple[float, ...] = ()
    recent_months: int = 0
    earlier_share: float = 0.0
    recent_share: float = 0.0
    theme: ThemeSummary | None = None
    coverage: float = float("nan")

    @property
    def change(self) -> float:
        """Recent change of the share, -1 to 1."""
        return self.recent_share - self.earlier_share


def summarise_topics(
    analysis: Analysis,
    attributes: ReviewAttributes,
    topics: Themes | None = None,
    aspects: Themes | None = None,
) -> tuple[TopicSummary, ...]:
    """Summarise all topics, in order of their ids.

    Args:
        analysis: the analysis.
        attributes: of its reviews.
        topics, aspects: the themes of the analysis, for praise, complaints and coverage.
    """
    themes = {} if topics is None else _by_key(analysis, attributes, topics, aspects)
    total = max(len(analysis.texts), 1)
    file = analysis.language_counts
    units = np.bincount(analysis.assignments, minlength=len(analysis.topics))
    by_topic = monthly_trends(analysis, attributes)
    summaries = []
    for topic in analysis.topics:
        size = max(topic.reviews, 1)
        summaries.append(
            TopicSummary(
                topic=topic,
                units=int(units[topic.id]),
                share=topic.reviews / total,
                rating=mean_rating(attributes, analysis.in_topic(topic.id)),
                language_shares=tuple(
                    (code, topic.languages.get(code, 0) / size, n / total)
                    for code, n in file.items()
                ),
                **(_recent_change(by_topic[topic.id]) if by_topic else {}),
                **themes.get(topic.key, {}),
            )
        )
    return tuple(summaries)


def _by_key(
    analysis: Analysis, attributes: ReviewAttributes, topics: Themes, aspects: Themes | None
) -> dict[str, dict[str, Any]]:
    """The fields of summaries that are about themes, by key of the topic."""
    coverage = np.full(len(topics), np.nan) if aspects is None else list_coverage(topics, aspects)
    return {
        theme.key: {"theme": theme, "coverage": share}
        for theme, share in zip(
            summarise_themes(analysis, attributes, topics), coverage.tolist(), strict=True
        )
    }


def typical_unit(topic: Topic, language: str) -> int | None:
    """The unit to quote for a topic: the one closest to its centroid; None without any.

    It is in the reader's language where a tenth of the topic's reviews are, else in the largest.
    """
    enough = topic.languages.get(language, 0) >= _MIN_SHARE * max(topic.reviews, 1)
    for code in (language, *topic.languages) if enough else topic.languages:
        if closest := topic.typical.get(code, {}).get("closest"):
            return closest[0]
    return None


def _recent_change(trend: MonthlyTrend) -> dict[str, Any]:
    """The fields of a summary that are about change; none where there is nothing to compare."""
    recent = max(len(trend.months) // 4, 1)
    earlier_total, recent_total = trend.total[:-recent].sum(), trend.total[-recent:].sum()
    if not earlier_total or not recent_total:
        return {}
    smoothed = len(trend.months) > 2 * _SMOOTHED_MONTHS
    window = np.ones(_SMOOTHED_MONTHS if smoothed else 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = np.convolve(trend.reviews, window, "same") / np.convolve(
            trend.total, window, "same"
        )
    return {
        "months": trend.months,
        "shares": tuple(shares.tolist()),
        "recent_months": recent,
        "earlier_share": float(trend.reviews[:-recent].sum() / earlier_total),
        "recent_share": float(trend.reviews[-recent:].sum() / recent_total),
    }


def sort_summaries(summaries: tuple[TopicSummary, ...], by: str) -> list[TopicSummary]:
    """Sort by "size", "rating" (worst first), "trend" (largest growth first) or "name".

    Ties are sorted by size. The topic of outliers always comes last.
    """
    keys = {
        "size": lambda summary: 0,
        "rating": lambda summary: summary.rating if np.isfinite(summary.rating) else np.inf,
        "trend": lambda summary: -summary.change,
        "name": lambda summary: summary.topic.name.casefold(),
    }
    key = keys[by]
    return sorted(
        summaries,
        key=lambda summary: (summary.topic.is_outlier, key(summary), -summary.topic.reviews),
    )
