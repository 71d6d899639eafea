"""Comparison of groups of reviews: which say what more often than the rest, and is it chance?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from pipeline.analysis.analysis import Analysis
from pipeline.common.errors import InputError
from pipeline.insights.groups import Groups, column_noun, group_reviews
from pipeline.insights.share_tests import ShareTests, share_tests
from pipeline.insights.theme_figures import count_by_group
from pipeline.insights.themes import Themes

MIN_GROUP = 20  # reviews of a group; of a smaller one nothing is called significant
MIN_REVIEWS = 5  # counted or expected, likewise
MAX_Q = 0.02  # false discovery rate of what is called significant: a page shows several columns
_MIN_STRATUM = 30  # reviews; rarer languages are taken together


@dataclass(frozen=True)
class MeanMarks:
    """Mean marks of the reviews of g groups on t themes; NaN without any.

    Attributes:
        counts: int64 (g, t), reviews on the theme with a mark.
        means: float64 (g, t), up to 5.
        low, high: float64 (g, t), the 95 % interval by Student's t; NaN below two marks.
    """

    counts: np.ndarray
    means: np.ndarray
    low: np.ndarray
    high: np.ndarray


@dataclass(frozen=True)
class Comparison:
    """g groups of reviews compared in t themes, each group with all others together.

    Attributes:
        themes: the themes.
        groups: the groups.
        adjusted_for: the column within whose values groups were compared; None for no such.
        mentions: how many reviews mention a theme.
        mention_q: float64 (g, t), the false discovery rate at which the cell is significant, over
            the cells of both tables; 1 where numbers are too small to tell.
        complaints: how many reviews complain about a theme; None where sentiment is unknown.
        complaint_q: float64 (g, t), likewise.
        praised: int64 (g, t), reviews that praise the theme; None likewise.
        marks: the mean marks of the reviews on a theme; None without ratings.
    """

    themes: Themes
    groups: Groups
    adjusted_for: str | None
    mentions: ShareTests
    mention_q: np.ndarray
    complaints: ShareTests | None = None
    complaint_q: np.ndarray | None = None
    praised: np.ndarray | None = None
    marks: MeanMarks | None = None

    @property
    def mentions_differ(self) -> np.ndarray:
        """Whether the share of mentions is significantly more or less: bool (g, t)."""
        return significant(self.mentions, self.mention_q)

    @property
    def complaints_differ(self) -> np.ndarray:
        """Whether the share of complaints is significantly more or less: bool (g, t)."""
        if self.complaints is None or self.complaint_q is None:
            return np.zeros(self.mention_q.shape, bool)
        return significant(self.complaints, self.complaint_q)

    @property
    def differs(self) -> np.ndarray:
        """Whether mentions or complaints are significantly more or less: bool (g, t)."""
        return self.mentions_differ | self.complaints_differ

    @property
    def least_q(self) -> np.ndarray:
        """The smaller q of mentions and complaints that differ: float64 (g, t), 1 for none."""
        rates = np.where(self.mentions_differ, self.mention_q, 1.0)
        if self.complaint_q is not None:
            rates = np.minimum(rates, np.where(self.complaints_differ, self.complaint_q, 1.0))
        return rates

    @property
    def small(self) -> np.ndarray:
        """Cells whose numbers are too small to be relied on: bool (g, t)."""
        few = self.mentions.counts < MIN_REVIEWS
        return few & ~self.mentions_differ | (self.groups.sizes < MIN_GROUP)[:, None]


def compare_groups(
    themes: Themes,
    groups: Groups,
    *,
    ratings: np.ndarray | None = None,
    strata: np.ndarray | None = None,
    adjusted_for: str | None = None,
) -> Comparison:
    """Compare each group of n reviews with all others.

    Args:
        themes: what the reviews say.
        groups: the groups; reviews in none are left out.
        ratings: float64 (n,), up to 5, NaN where unknown.
        strata: int64 (n,), within which groups are compared; see :func:`find_strata`.
        adjusted_for: the column that the strata are of.

    Raises:
        InputError: there are not two groups.
    """
    if len(groups) < 2:
        names = "".join(f": {name}" for name in groups.names)
        raise InputError(
            "All reviews are in one group by {column}{names}; choose another column, or "
            "remove a filter",
            column=column_noun(groups.column),
            names=names,
        )
    tables = [share_tests(themes.mentions, groups.codes, len(groups), strata)]
    if themes.complaints is not None:
        tables.append(share_tests(themes.complaints, groups.codes, len(groups), strata))
    rates = _discovery_rates(tables)
    return Comparison(
        themes=themes,
        groups=groups,
        adjusted_for=adjusted_for,
        mentions=tables[0],
        mention_q=rates[0],
        complaints=tables[1] if len(tables) > 1 else None,
        complaint_q=rates[1] if len(tables) > 1 else None,
        praised=None if themes.praise is None else count_by_group(themes.praise, groups),
        marks=None if ratings is None else _mean_marks(themes.mentions, groups, ratings),
    )


def compare_analysis(
    analysis: Analysis,
    themes: Themes,
    groups: Groups,
    *,
    adjust: str | None = "auto",
) -> Comparison:
    """Compare groups of the reviews of an analysis.

    Args:
        analysis: the analysis.
        themes: of its reviews.
        groups: of its reviews.
        adjust: the column within whose values groups are compared; "auto" for language, or hotel
            where languages are compared; None for no such.

    Raises:
        InputError: there are not two groups, or no such column.
    """
    column, strata = find_strata(analysis, groups, adjust)
    ratings = analysis.ratings.of_five if analysis.ratings is not None else None
    return compare_groups(themes, groups, ratings=ratings, strata=strata, adjusted_for=column)


def find_strata(
    analysis: Analysis, groups: Groups, adjust: str | None
) -> tuple[str | None, np.ndarray | None]:
    """The column that groups are compared within, and its value of each review: int64 (n,).

    Without this a hotel with many guests of one language would be told what those guests write
    about everywhere. Values that few reviews have are taken together.

    Args:
        analysis: the analysis.
        groups: what is compared.
        adjust: as in :func:`compare_analysis`.

    Raises:
        InputError: there is no such column.
    """
    if adjust == "auto":
        adjust = "language"
        if groups.column.strip().casefold() == "language":
            adjust = "hotel" if analysis.columns.get("hotel") else None
    if adjust is None:
        return None, None
    values = group_reviews(analysis, adjust)
    inside = values.codes[groups.codes >= 0]
    counts = np.bincount(inside[inside >= 0], minlength=len(values))
    frequent = np.append(counts >= _MIN_STRATUM, False)  # the last one is for no value
    number = np.where(frequent, np.cumsum(frequent), 0)
    strata = number[values.codes]
    if len(np.unique(strata[groups.codes >= 0])) < 2:
        return None, None
    return adjust, strata


def significant(table: ShareTests, rates: np.ndarray) -> np.ndarray:
    """Cells that differ by more than chance, with numbers large enough to say so: bool (g, t)."""
    enough = np.maximum(table.counts, table.expected) >= MIN_REVIEWS
    return (rates <= MAX_Q) & enough


def _discovery_rates(tables: list[ShareTests]) -> list[np.ndarray]:
    """Adjusted p values over the cells of all tables (Benjamini & Hochberg 1995).

    Which cells are tested depends on the numbers of reviews of the group and on the theme alone,
    which tell nothing of their association.
    """
    from scipy.stats import false_discovery_control

    tested = [
        (table.sizes >= MIN_GROUP)[:, None] & (table.totals >= MIN_REVIEWS) for table in tables
    ]
    rates = [np.ones(table.counts.shape) for table in tables]
    values = np.concatenate(
        [table.p_values[cells] for table, cells in zip(tables, tested, strict=True)]
    )
    if len(values):
        adjusted = false_discovery_control(values, method="bh")
        parts = np.split(adjusted, np.cumsum([cells.sum() for cells in tested])[:-1])
        for rate, cells, part in zip(rates, tested, parts, strict=True):
            rate[cells] = part
    return rates


def _sums(says: csr_array, groups: Groups, weights: np.ndarray) -> np.ndarray:
    """Sum of the weights, float64 (n,), of each group's reviews that say it: float64 (g, t)."""
    member = groups.membership.astype(np.float64).multiply(weights[:, None]).tocsr()
    return np.asarray((member.T @ says.astype(np.float64)).toarray())


def _mean_marks(mentions: csr_array, groups: Groups, ratings: np.ndarray) -> MeanMarks:
    from scipy.special import stdtrit

    known = np.isfinite(ratings)
    marks = np.where(known, ratings, 0.0)
    counts = _sums(mentions, groups, known.astype(np.float64))
    with np.errstate(divide="ignore", invalid="ignore"):
        means = _sums(mentions, groups, marks) / counts
        squares = _sums(mentions, groups, marks**2) - counts * means**2
        error = np.sqrt(np.maximum(squares, 0) / (counts - 1) / counts)
        half = np.where(counts > 1, stdtrit(np.maximum(counts - 1, 1), 0.975) * error, np.nan)
    return MeanMarks(counts.astype(np.int64), means, means - half, means + half)
