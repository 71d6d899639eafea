"""Changes between two periods: of themes, of complaints about them, and of mean marks, by group.

Every cell (a theme in all reviews, or in a group's) has an exact test; false discoveries are
controlled over all cells together, so that a list of a thousand cells raises no more false alarms
than a list of one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array

from pipeline.analysis.analysis import Analysis
from pipeline.insights.change_points import FALSE_ALARMS, change_points, turn_p_values
from pipeline.insights.drivers import Driver, main_driver
from pipeline.insights.groups import Groups
from pipeline.insights.monthly import Monthly, by_month
from pipeline.insights.periods import Periods
from pipeline.insights.themes import Themes
from pipeline.insights.two_proportions import exact_p_values, ratio_intervals

MENTIONS, COMPLAINTS, MARK = "mentions", "complaints", "mark"
EVERYWHERE = -1  # the group of all reviews
FALSE_DISCOVERIES = 0.05
MIN_SIZE = 20  # reviews of a group in each period
_MIN_COUNT = 8  # reviews of a cell in both periods together: fewer can't be told from chance
_NEW_SHARE = 0.1  # before, of the share after, at most, of what is new


@dataclass(frozen=True)
class Change:
    """Change of one figure between two periods.

    Attributes:
        of: ``MENTIONS`` or ``COMPLAINTS`` of a theme, or ``MARK``, the mean mark.
        theme: number of the theme, -1 for the mean mark.
        group: number of the group, ``EVERYWHERE`` for all reviews.
        before, after: shares of the reviews, 0 to 1, or mean marks.
        reviews_before, reviews_after: reviews that mention the theme or complain about it, or
            that have a mark.
        size_before, size_after: reviews of the group.
        ratio: after / before, infinite where there was none before; NaN for marks.
        low, high: 95 % interval of the ratio, or of the difference of marks.
        q: false discovery rate at which it is a change, over all cells; NaN where there are too few
            reviews to judge.
        month: "2026-02", from which on it has been so; "" where no month stands out.
        driver: the group that most of the change comes from; None without one.
    """

    of: str
    theme: int
    group: int
    before: float
    after: float
    reviews_before: int
    reviews_after: int
    size_before: int
    size_after: int
    ratio: float
    low: float
    high: float
    q: float = float("nan")
    month: str = ""
    driver: Driver | None = None

    @property
    def is_clear(self) -> bool:
        """Whether it is a change, corrected for the number of cells."""
        return self.q <= FALSE_DISCOVERIES

    @property
    def is_new(self) -> bool:
        """Whether what it is of hardly existed before."""
        return self.of != MARK and self.is_clear and self.before <= _NEW_SHARE * self.after

    @property
    def grew(self) -> bool:
        """Whether it is more than before."""
        return self.after > self.before


@dataclass(frozen=True)
class Changes:
    """All changes between two periods.

    Attributes:
        cells: the clear changes first, by the reviews that they concern, then the others.
        periods: what was compared.
        themes, groups: what the cells' numbers are of; groups is None without a column of them.
        monthly: what the months of change were judged by; None without dates.
    """

    cells: tuple[Change, ...]
    periods: Periods
    themes: Themes
    groups: Groups | None
    monthly: Monthly | None

    @property
    def clear(self) -> tuple[Change, ...]:
        """The alerts: changes that are more than chance."""
        return tuple(cell for cell in self.cells if cell.is_clear)

    @property
    def alerts(self) -> tuple[Change, ...]:
        """The clear changes without complaints about a theme whose mentions changed alike."""
        return tuple(each for each in self.clear if self._mentions_like(each) is None)

    def complaints_with(self, change: Change) -> Change | None:
        """The clear change of complaints that goes with one of mentions; None without."""
        for each in self.clear:
            if self._mentions_like(each) is change:
                return each
        return None

    def _mentions_like(self, change: Change) -> Change | None:
        if change.of != COMPLAINTS:
            return None
        alike = (MENTIONS, change.theme, change.group, change.grew)
        for each in self.clear:
            if (each.of, each.theme, each.group, each.grew) == alike:
                return each
        return None

    def group_name(self, group: int) -> str:
        """The name of a cell's group; "" for all reviews."""
        return "" if group == EVERYWHERE or self.groups is None else self.groups.names[group]


def find_changes(
    analysis: Analysis,
    themes: Themes,
    periods: Periods,
    groups: Groups | None = None,
    allowed: np.ndarray | None = None,
) -> Changes:
    """Find what changed between two periods, in all reviews and in each group.

    Args:
        analysis: the analysis.
        themes: of its reviews.
        periods: to compare.
        groups: by which to look, for instance hotels.
        allowed: bool (n,), reviews to include; all when left out.
    """
    sides = periods.before, periods.after
    if allowed is not None:
        sides = sides[0] & allowed, sides[1] & allowed
    counts = [_Counts(themes, groups, side) for side in sides]
    cells = [*_theme_cells(themes, *counts), *_mark_cells(analysis, groups, sides)]
    tested = _with_q(cells)
    monthly = by_month(analysis.days, themes, groups, allowed)
    if monthly is not None:
        tested = _with_months(tested, monthly)
    tested = [_with_driver(cell, counts, themes) for cell in tested]
    return Changes(tuple(sorted(tested, key=_order)), periods, themes, groups, monthly)


def _order(cell: Change) -> tuple[bool, float, str, int, int]:
    concerned = abs(cell.after - cell.before) * cell.size_after
    return not cell.is_clear, -concerned, cell.of, cell.theme, cell.group


class _Counts:
    """Reviews of one period: sizes, int64 (1 + g,), and for each kind counts, int64 (1 + g, t).

    Row 0 is of all reviews, the others of the groups.
    """

    def __init__(self, themes: Themes, groups: Groups | None, side: np.ndarray) -> None:
        codes = np.full(len(side), -1) if groups is None else groups.codes
        count = 0 if groups is None else len(groups)
        rows = np.flatnonzero(side)
        member = rows[codes[rows] >= 0]
        cells = (
            np.concatenate([np.zeros(len(rows), np.int64), 1 + codes[member]]),
            np.concatenate([rows, member]),
        )
        membership = csr_array((np.ones(len(cells[0])), cells), shape=(1 + count, len(side)))
        self.sizes = membership.sum(axis=1).astype(np.int64)
        self.counts = {
            of: (membership @ csr_array(matrix, dtype=np.float64)).toarray().astype(np.int64)
            for of, matrix in ((MENTIONS, themes.mentions), (COMPLAINTS, themes.complaints))
            if matrix is not None
        }


def _theme_cells(themes: Themes, before: _Counts, after: _Counts) -> Iterator[tuple[Change, float]]:
    """Cells of themes with their p values, NaN where there are too few reviews to judge."""
    for of, counts in before.counts.items():
        first, second = counts.ravel(), after.counts[of].ravel()
        sizes = [np.repeat(each.sizes, len(themes)) for each in (before, after)]
        # Both conditions are on the margins alone, so that the test holds where they are met.
        judged = (np.minimum(*sizes) >= MIN_SIZE) & (first + second >= _MIN_COUNT)
        p_values = np.full(len(first), np.nan)
        p_values[judged] = exact_p_values(
            first[judged], sizes[0][judged], second[judged], sizes[1][judged]
        )
        low, high = ratio_intervals(first, sizes[0], second, sizes[1])
        for cell in np.flatnonzero((first + second > 0) & (np.minimum(*sizes) > 0)).tolist():
            shares = float(first[cell] / sizes[0][cell]), float(second[cell] / sizes[1][cell])
            yield (
                Change(
                    of=of,
                    theme=cell % len(themes),
                    group=cell // len(themes) - 1,
                    before=shares[0],
                    after=shares[1],
                    reviews_before=int(first[cell]),
                    reviews_after=int(second[cell]),
                    size_before=int(sizes[0][cell]),
                    size_after=int(sizes[1][cell]),
                    ratio=shares[1] / shares[0] if shares[0] else float("inf"),
                    low=float(low[cell]),
                    high=float(high[cell]),
                ),
                float(p_values[cell]),
            )


def _mark_cells(
    analysis: Analysis, groups: Groups | None, sides: tuple[np.ndarray, np.ndarray]
) -> Iterator[tuple[Change, float]]:
    """Cells of mean marks with their p values, by Welch's t test."""
    from scipy.stats import ttest_ind

    if analysis.ratings is None:
        return
    marks = analysis.ratings.shown
    for group in range(EVERYWHERE, 0 if groups is None else len(groups)):
        inside = [
            side if group == EVERYWHERE or groups is None else side & (groups.codes == group)
            for side in sides
        ]
        first, second = (marks[rows & np.isfinite(marks)] for rows in inside)
        if min(len(first), len(second)) < 2:
            continue
        p_value, low, high = float("nan"), float("nan"), float("nan")
        if min(len(first), len(second)) >= MIN_SIZE and np.ptp(first) + np.ptp(second) > 0:
            test = ttest_ind(second, first, equal_var=False)
            interval = test.confidence_interval(0.95)
            p_value, low, high = float(test.pvalue), float(interval.low), float(interval.high)
        yield (
            Change(
                of=MARK,
                theme=-1,
                group=group,
                before=float(first.mean()),
                after=float(second.mean()),
                reviews_before=len(first),
                reviews_after=len(second),
                size_before=int(inside[0].sum()),
                size_after=int(inside[1].sum()),
                ratio=float("nan"),
                low=low,
                high=high,
            ),
            p_value,
        )


def _with_q(cells: list[tuple[Change, float]]) -> list[Change]:
    """The cells with their false discovery rate (Benjamini & Hochberg 1995)."""
    from scipy.stats import false_discovery_control

    judged = [i for i, (_, p_value) in enumerate(cells) if np.isfinite(p_value)]
    found = [cell for cell, _ in cells]
    if judged:
        rates = false_discovery_control([cells[i][1] for i in judged])
        for i, rate in zip(judged, rates.tolist(), strict=True):
            found[i] = replace(found[i], q=rate)
    return found


def _with_months(cells: list[Change], monthly: Monthly) -> list[Change]:
    """The clear changes with the month from which on they have been, where one stands out."""
    from scipy.stats import false_discovery_control

    clear = [i for i, cell in enumerate(cells) if cell.is_clear and cell.of != MARK]
    if not clear:
        return cells
    found = list(cells)
    series = [monthly.series(cells[i].of, cells[i].theme, cells[i].group) for i in clear]
    exposures = [monthly.exposures(cells[i].of, cells[i].theme, cells[i].group) for i in clear]
    p_values = turn_p_values(np.array([each.reviews for each in series]), np.array(exposures))
    rates = false_discovery_control(p_values)
    for i, own, exposure, rate in zip(clear, series, exposures, rates.tolist(), strict=True):
        turns = change_points(own.reviews, exposure) if rate <= FALSE_ALARMS else []
        same_way = [
            turn for turn in turns if _grew_at(own.reviews, exposure, turns, turn) == cells[i].grew
        ]
        if same_way:
            found[i] = replace(found[i], month=monthly.months[same_way[-1]])
    return found


def _grew_at(counts: np.ndarray, exposures: np.ndarray, turns: list[int], turn: int) -> bool:
    """Whether the rate is higher after a change point than before it."""
    ends = [0, *turns, len(counts)]
    at = ends.index(turn)
    before, after = slice(ends[at - 1], turn), slice(turn, ends[at + 1])
    rates = [counts[part].sum() / exposures[part].sum() for part in (before, after)]
    return bool(rates[1] > rates[0])


def _with_driver(cell: Change, counts: list[_Counts], themes: Themes) -> Change:
    """A clear change in all reviews with the group that most of it comes from."""
    if cell.group != EVERYWHERE or not cell.is_clear or cell.of == MARK:
        return cell
    found = [each.counts[cell.of][:, cell.theme] for each in counts]
    driver = main_driver(found, [each.sizes for each in counts])
    return replace(cell, driver=driver)
