"""Figures of themes among chosen reviews: how often they are mentioned, marks, complaints."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from pipeline.insights.attributes import ReviewAttributes
from pipeline.insights.groups import Groups
from pipeline.insights.themes import Themes
from pipeline.topics.judged import column_sums


@dataclass(frozen=True)
class ThemeFigures:
    """Figures of t themes among chosen reviews.

    Attributes:
        total: number of the reviews.
        reviews: int64 (t,), of which mention each theme.
        ratings: float64 (t,), mean rating of those, 0 to 5, NaN without any.
        praise, complaints: int64 (t,), of which praise the theme, or complain about it; None where
            the sentiment is unknown.
        told: int64 (t,), of which mention each theme in a language in which sentiment is told.
    """

    total: int
    reviews: np.ndarray
    ratings: np.ndarray
    praise: np.ndarray | None
    complaints: np.ndarray | None
    told: np.ndarray

    @property
    def praise_shares(self) -> np.ndarray | None:
        """Share of praise, of the reviews in ``told``: float64 (t,), NaN of none."""
        return self._judged_shares(self.praise)

    @property
    def complaint_shares(self) -> np.ndarray | None:
        """Share of complaints, as :attr:`praise_shares`."""
        return self._judged_shares(self.complaints)

    def _judged_shares(self, counts: np.ndarray | None) -> np.ndarray | None:
        if counts is None:
            return None
        shares: np.ndarray = counts / np.where(self.told, self.told, np.nan)
        return shares

    @property
    def shares(self) -> np.ndarray:
        """Share of the reviews that mention each theme: float64 (t,)."""
        return self.reviews / max(self.total, 1)


def theme_figures(themes: Themes, attributes: ReviewAttributes, chosen: np.ndarray) -> ThemeFigures:
    """Figures of themes among the reviews ``chosen``, bool (n,)."""
    rows = np.flatnonzero(chosen)
    mentions = themes.mentions[rows]
    ratings = np.full(len(themes), np.nan)
    if attributes.ratings is not None:
        marks = attributes.ratings[rows]
        known = np.isfinite(marks).astype(np.float64)
        sums = mentions.T @ np.nan_to_num(marks)
        with np.errstate(invalid="ignore", divide="ignore"):
            ratings = sums / (mentions.T @ known)
    return ThemeFigures(
        total=len(rows),
        reviews=column_sums(mentions),
        ratings=ratings,
        praise=None if themes.praise is None else column_sums(themes.praise[rows]),
        complaints=None if themes.complaints is None else column_sums(themes.complaints[rows]),
        told=column_sums(mentions if themes.told is None else mentions[themes.told[rows]]),
    )


def count_by_group(cells: csr_array, groups: Groups) -> np.ndarray:
    """Number of reviews by group and theme: int64 (g, t).

    Args:
        cells: bool (n, t), such as ``Themes.mentions``.
        groups: of the n reviews.
    """
    return (groups.membership.T.astype(np.int64) @ cells.astype(np.int64)).toarray()
