"""Figures of themes: how many reviews mention each, and how many praise or complain about it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.common.intervals import wilson_interval
from pipeline.insights.attributes import ReviewAttributes, mean_rating
from pipeline.insights.themes import Themes
from pipeline.topics.judged import Tally, tally_reviews


@dataclass(frozen=True)
class Proportion:
    """A share of reviews.

    Attributes:
        count, size: number of reviews, and of all that they are a share of.
    """

    count: int
    size: int

    @property
    def share(self) -> float:
        """From 0 to 1; 0 of none."""
        return self.count / self.size if self.size else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Its 95 % interval (Wilson 1927)."""
        return wilson_interval(self.count, self.size)


@dataclass(frozen=True)
class ThemeSummary:
    """Figures of one theme.

    Attributes:
        key, name: of the theme.
        parent: key of the broader theme that it is part of, "" for none.
        mentions: the reviews that mention it, of all.
        praise, complaints: those that praise it, or complain, of those that mention it in a
            language in which sentiment is told; None where it is unknown.
        rating: mean rating, of 5, of the reviews that mention it; NaN without any.
    """

    key: str
    name: str
    parent: str
    mentions: Proportion
    praise: Proportion | None
    complaints: Proportion | None
    rating: float


def summarise_themes(
    analysis: Analysis, attributes: ReviewAttributes, themes: Themes
) -> tuple[ThemeSummary, ...]:
    """Summarise all themes, in their order."""
    told = analysis.has_sentiment
    columns = themes.mentions.tocsc()
    tally = None
    if themes.praise is not None and themes.complaints is not None:
        tally = tally_reviews(themes.mentions, themes.praise, themes.complaints, told)
    summaries = []
    for number, (key, name, parent) in enumerate(
        zip(themes.keys, themes.names, themes.parents, strict=True)
    ):
        reviews = columns.indices[columns.indptr[number] : columns.indptr[number + 1]]
        summaries.append(
            ThemeSummary(
                key=key,
                name=name,
                parent="" if parent < 0 else themes.keys[parent],
                mentions=Proportion(len(reviews), len(analysis.texts)),
                praise=None if tally is None else _proportion(tally, tally.praise, number),
                complaints=None if tally is None else _proportion(tally, tally.complaints, number),
                rating=mean_rating(attributes, reviews),
            )
        )
    return tuple(summaries)


def _proportion(tally: Tally, counts: np.ndarray, number: int) -> Proportion:
    return Proportion(int(counts[number]), int(tally.told[number]))


def list_coverage(topics: Themes, aspects: Themes) -> np.ndarray:
    """Share of the passages of each topic that mention an aspect of the fixed list: float (t,).

    What it leaves is what the list misses and the topics have found. NaN for a topic without
    passages.

    Args:
        topics, aspects: both views of one analysis.
    """
    about = topics.passage_themes >= 0
    rows = topics.passage_themes[about]
    sizes = np.bincount(rows, minlength=len(topics))
    listed = np.bincount(rows, weights=aspects.passage_themes[about] >= 0, minlength=len(topics))
    with np.errstate(invalid="ignore"):
        return listed / np.where(sizes, sizes, np.nan)
