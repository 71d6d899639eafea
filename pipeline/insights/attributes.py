"""Attributes of reviews to show beside their texts: hotel, date, rating, language names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pandas as pd

from pipeline.analysis.analysis import Analysis
from pipeline.common.locale_format import (
    format_number,
    format_percent,
    join_names,
    language_name,
)
from pipeline.common.translation import gettext as _

_Rating = TypeVar("_Rating", float, np.ndarray)


@dataclass(frozen=True)
class ReviewAttributes:
    """Attributes of n reviews; None where the file has no such column.

    Attributes:
        hotels: str (n,), "" where blank.
        dates: str (n,), ISO dates, or the cell itself where it can't be parsed.
        ratings: float64 (n,), 0 to 5, NaN where unreadable.
        highest_rating: the best mark of the scale that ratings are shown on.
        mixes_scales: whether reviews have several scales, so that they are shown on one of 5.
    """

    hotels: np.ndarray | None
    dates: np.ndarray | None
    ratings: np.ndarray | None
    highest_rating: float = 5.0
    mixes_scales: bool = False

    def shown_rating(self, rating: _Rating) -> _Rating:
        """Ratings of 5, or means of such, on the scale that is shown."""
        return rating * self.highest_rating / 5

    @property
    def rating_scale(self) -> str:
        """The scale that ratings are shown on: "of 10"."""
        return _("of {highest}", highest=format_number(self.highest_rating))

    def rating_title(self, title: str) -> str:
        """The title of a column of ratings, with their scale unless that is 5."""
        return title if self.highest_rating == 5 else f"{title} ({self.rating_scale})"


def review_attributes(analysis: Analysis) -> ReviewAttributes:
    """Read the hotels, dates and ratings of an analysis from its columns."""

    def cells(role: str) -> list[str] | None:
        column = analysis.columns.get(role)
        return None if column is None else [str(cell) for cell in analysis.frame[column]]

    hotels, dates = cells("hotel"), cells("date")
    ratings = analysis.ratings if analysis.columns.get("rating") else None
    iso_dates = None
    if dates is not None and analysis.days is not None:
        iso_dates = np.where(
            np.isnat(analysis.days),
            np.array(dates, object),
            analysis.days.astype(str).astype(object),
        )
    return ReviewAttributes(
        hotels=None if hotels is None else np.array([name.strip() for name in hotels], object),
        dates=iso_dates,
        ratings=None if ratings is None else ratings.of_five,
        highest_rating=5.0 if ratings is None else ratings.shown_highest,
        mixes_scales=ratings is not None and ratings.are_mixed,
    )


def count_values(values: Iterable[str]) -> dict[str, int]:
    """Count values, the most frequent first; ties by name."""
    return dict(sorted(Counter(values).items(), key=lambda item: (-item[1], item[0])))


def excerpt(text: str, length: int) -> str:
    """The beginning of a text on one line, with an ellipsis where it was cut."""
    line = " ".join(text[: length * 2 + 50].split())
    if len(line) <= length:
        return line
    cut = line[:length]
    space = cut.rfind(" ")  # text without spaces is cut at any character
    return (cut[:space] if space > length * 0.55 else cut).rstrip(" .,;:·、，。") + "…"


def mean_rating(attributes: ReviewAttributes | None, rows: np.ndarray | None = None) -> float:
    """Mean of the readable ratings, NaN without any.

    Args:
        attributes: attributes of the reviews, or None.
        rows: reviews to include, bool (n,) or row numbers; all when left out.
    """
    if attributes is None or attributes.ratings is None:
        return float("nan")
    ratings = attributes.ratings if rows is None else attributes.ratings[rows]
    ratings = ratings[np.isfinite(ratings)]
    return float(ratings.mean()) if len(ratings) else float("nan")


def topic_table(
    analysis: Analysis, attributes: ReviewAttributes, allowed: np.ndarray | None = None
) -> pd.DataFrame:
    """One row per topic: topic, reviews, share (per cent), languages, mix, rating (as shown).

    ``languages`` is their number, ``mix`` the three largest: "Japanese 30%, ...".

    Args:
        analysis: the analysis.
        attributes: attributes of its reviews.
        allowed: bool (m,), units to count; all when left out.
    """
    counting = np.ones(len(analysis.units), bool) if allowed is None else allowed
    total = max(len(analysis.units.reviews_of(counting)), 1)
    rows = []
    for topic in analysis.topics:
        chosen = analysis.units.reviews_of(counting & (analysis.assignments == topic.id))
        mix = count_values(analysis.languages[chosen].tolist())
        first = [
            f"{language_name(code)} {format_percent(n / len(chosen))}"
            for code, n in list(mix.items())[:3]
        ]
        rows.append(
            {
                "topic": topic.name,
                "reviews": len(chosen),
                "share": 100 * len(chosen) / total,
                "languages": len(mix),
                "mix": join_names(first),
                "rating": attributes.shown_rating(mean_rating(attributes, chosen)),
            }
        )
    return pd.DataFrame(rows)
