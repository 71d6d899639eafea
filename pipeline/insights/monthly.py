"""Reviews by month: of a theme, of complaints about it, and mean marks, in all or in a group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csc_array, csr_array

from pipeline.insights.groups import Groups
from pipeline.insights.periods import SEASONAL_MONTHS
from pipeline.insights.themes import Themes
from pipeline.insights.trends import MonthlyTrend

_MAX_MONTHS = 120
_MONTHS_PER_YEAR = 12
_PRIOR = 100.0  # reviews that draw a season's rate towards that of the year


@dataclass(frozen=True)
class Monthly:
    """Months of n reviews, to count any theme in any group by.

    Attributes:
        months: t consecutive ones, "2026-03" and so on, including months without reviews.
        position: int64 (n,), the month of each review, -1 for none.
        groups: of the reviews; None where there are none.
        mentions, complaints: by column, bool (n, k); complaints are None where the sentiment is
            unknown.
    """

    months: tuple[str, ...]
    position: np.ndarray
    groups: Groups | None
    mentions: csc_array
    complaints: csc_array | None

    @property
    def has_seasons(self) -> bool:
        """Whether there are more than two years, so that seasons can be told from changes."""
        return len(self.months) > SEASONAL_MONTHS

    def series(self, of: str, theme: int, group: int) -> MonthlyTrend:
        """The series of one cell.

        Args:
            of: "mentions" or "complaints".
            theme: its number.
            group: its number, -1 for all reviews.
        """
        matrix: csc_array = getattr(self, of)
        rows = matrix.indices[matrix.indptr[theme] : matrix.indptr[theme + 1]]
        return MonthlyTrend(
            self.months, self._count(rows, group), self._count(np.arange(len(self.position)), group)
        )

    def exposures(self, of: str, theme: int, group: int) -> np.ndarray:
        """What a cell's counts are measured by, float64 (t,): the reviews, or with seasons the
        count that is expected of so many in the month of the year, from all reviews."""
        sizes = self.series(of, theme, group).total.astype(np.float64)
        if not self.has_seasons:
            return sizes
        whole = self.series(of, theme, -1)
        season = np.array([int(month[5:7]) - 1 for month in self.months])
        counts = np.bincount(season, whole.reviews, _MONTHS_PER_YEAR)
        reviews = np.bincount(season, whole.total, _MONTHS_PER_YEAR)
        rate = max(whole.reviews.sum(), 1) / max(whole.total.sum(), 1)
        expected = (counts + _PRIOR * rate) / (reviews * rate + _PRIOR * rate)
        return sizes * expected[season]

    def rows(self, group: int) -> np.ndarray:
        """The dated reviews of a group, or of all for -1: int64 (k,)."""
        inside = self.position >= 0
        if group >= 0 and self.groups is not None:
            inside &= self.groups.codes == group
        return np.flatnonzero(inside)

    def _count(self, rows: np.ndarray, group: int) -> np.ndarray:
        if group >= 0 and self.groups is not None:
            rows = rows[self.groups.codes[rows] == group]
        positions = self.position[rows]
        return np.bincount(positions[positions >= 0], minlength=len(self.months))


def by_month(
    days: np.ndarray | None,
    themes: Themes,
    groups: Groups | None,
    allowed: np.ndarray | None = None,
) -> Monthly | None:
    """Reviews by month, of the last ten years at most; None without dates in two months.

    Args:
        days: datetime64[D] (n,), NaT where unknown; None without dates.
        themes, groups: of the reviews.
        allowed: bool (n,), reviews to count; all when left out.
    """
    if days is None:
        return None
    months = days.astype("datetime64[M]")
    known = ~np.isnat(months) if allowed is None else ~np.isnat(months) & allowed
    if not known.any() or months[known].min() == months[known].max():
        return None
    axis = np.arange(months[known].min(), months[known].max() + 1)[-_MAX_MONTHS:]
    position = np.where(known, (months - axis[0]).astype(np.int64), -1)
    return Monthly(
        months=tuple(str(month) for month in axis),
        position=np.maximum(position, -1),  # of what is older than ten years
        groups=groups,
        mentions=_by_column(themes.mentions),
        complaints=None if themes.complaints is None else _by_column(themes.complaints),
    )


def _by_column(matrix: csr_array) -> csc_array:
    columns = csc_array(matrix)
    columns.eliminate_zeros()
    return columns
