"""Typical passages of a theme, to be quoted in the original."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.insights.themes import Themes
from pipeline.text.language_id import UNKNOWN

_MIN_LENGTH, _MAX_LENGTH = 24, 240  # characters of a passage that can be quoted
_MIN_DENSE_LENGTH = 9  # in scripts that say as much in fewer characters
_DENSE = ("ja", "ko", "zh")
_MAX_CANDIDATES = 2_000
_MIDDLE_MARK = 3.0  # of 5


@dataclass(frozen=True)
class Quote:
    """A passage of a review.

    Attributes:
        review: number of the review.
        text: of the passage.
    """

    review: int
    text: str


def typical_quotes(
    analysis: Analysis,
    themes: Themes,
    theme: int,
    chosen: np.ndarray,
    *,
    sentiment: int | None = None,
    language: str = "en",
    most: int = 2,
) -> tuple[Quote, ...]:
    """The passages nearest to what all those of a theme say, of different languages and hotels.

    One in ``language`` comes first, where there is one.

    Args:
        analysis: the analysis.
        themes: of its reviews.
        theme: number of the theme.
        chosen: bool (n,), reviews to quote from.
        sentiment: of the passages, see :mod:`pipeline.topics.sentiment`; any when left out.
        language: of the reader.
        most: number of quotes.
    """
    passages = analysis.searched_passages
    mask = (themes.passage_themes == theme) & chosen[passages.review]
    if sentiment is not None and themes.passage_sentiment is not None:
        mask &= themes.passage_sentiment == sentiment
        mask &= ~_is_contradicted(analysis, themes.passage_sentiment, sentiment)
    languages = analysis.languages[passages.review]
    lengths = passages.ends - passages.starts
    least = np.where(np.isin(languages, _DENSE), _MIN_DENSE_LENGTH, _MIN_LENGTH)
    fitting = mask & (lengths >= least) & (lengths <= _MAX_LENGTH) & (languages != UNKNOWN)
    rows = np.flatnonzero(fitting if fitting.any() else mask)
    if not len(rows):
        return ()
    if len(rows) > _MAX_CANDIDATES:
        rows = rows[np.linspace(0, len(rows) - 1, _MAX_CANDIDATES).astype(int)]
    vectors = analysis.space.transform(passages.raw[rows].astype(np.float32))
    order = np.argsort(-(vectors @ vectors.mean(axis=0)), kind="stable")
    return tuple(
        Quote(int(passages.review[row]), _text(analysis, row))
        for row in _varied(analysis, rows[order], language, most)
    )


def _is_contradicted(analysis: Analysis, sentiments: np.ndarray, sentiment: int) -> np.ndarray:
    """Passages whose statement also says the opposite, or whose review is marked so: bool (p,)."""
    passages = analysis.searched_passages
    units = np.zeros(len(analysis.units), bool)
    units[passages.unit[sentiments == -sentiment]] = True
    contradicted = units[passages.unit]
    if analysis.ratings is not None:
        marks = analysis.ratings.of_five[passages.review] - _MIDDLE_MARK
        contradicted |= np.nan_to_num(marks) * sentiment < 0
    return contradicted


def _varied(analysis: Analysis, rows: np.ndarray, language: str, most: int) -> list[int]:
    """The first rows of different reviews, preferring languages and hotels that are new."""
    reviews = analysis.searched_passages.review
    column = analysis.columns.get("hotel")
    hotels = None if column is None else analysis.frame[column].astype(str).to_numpy(object)
    own = [row for row in rows.tolist() if analysis.languages[reviews[row]] == language]
    found: list[int] = own[:1]
    seen = {(_facts(analysis, hotels, int(reviews[row]))) for row in found}
    for level in (2, 1, 0):
        for row in rows.tolist():
            if len(found) >= most:
                return found
            facts = _facts(analysis, hotels, int(reviews[row]))
            new = sum(all(fact != other[i] for other in seen) for i, fact in enumerate(facts))
            if new >= level and all(reviews[row] != reviews[other] for other in found):
                found.append(row)
                seen.add(facts)
    return found


def _facts(analysis: Analysis, hotels: np.ndarray | None, review: int) -> tuple[str, str]:
    hotel = str(review) if hotels is None else str(hotels[review])
    return str(analysis.languages[review]), hotel


def _text(analysis: Analysis, row: int) -> str:
    """The statement that a passage stands in, or the passage itself where that is long."""
    passages = analysis.searched_passages
    text = analysis.units.texts[int(passages.unit[row])]
    if len(text) > _MAX_LENGTH:
        whole = analysis.texts[int(passages.review[row])]
        text = whole[int(passages.starts[row]) : int(passages.ends[row])]
    return " ".join(text.split()).lstrip("+-*•·– ")
