"""Which reviews came before and which after: by file, by month, by days. Masks are bool (n,)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.insights.attributes import Facets

_FEWEST = 30  # reviews of the last months


@dataclass(frozen=True)
class Periods:
    """Two sets of reviews that can be compared.

    Attributes:
        before, after: bool (n,).
        names: of both, for a person.
    """

    before: np.ndarray
    after: np.ndarray
    names: tuple[str, str]

    @property
    def comparable(self) -> bool:
        """Whether there is something on both sides."""
        return bool(self.before.any() and self.after.any())


def by_file(analysis: Analysis) -> Periods | None:
    """The last file against those before it; None where there is one file."""
    if len(analysis.batches) < 2:
        return None
    last = len(analysis.batches) - 1
    first = analysis.batches[0].name if last == 1 else f"{last} files before"
    return Periods(
        analysis.batch < last, analysis.batch == last, (first, analysis.batches[-1].name)
    )


def days(facets: Facets) -> np.ndarray | None:
    """The day of each review, datetime64[D] (n,), NaT where unreadable; None without two days."""
    if facets.dates is None:
        return None
    found = np.full(len(facets.dates), "NaT", "datetime64[D]")
    for row, day in enumerate(facets.dates.tolist()):
        if len(day) == 10 and day[4] == day[7] == "-":
            try:
                found[row] = np.datetime64(day, "D")
            except ValueError:  # "2025-99-99", a cell that stands as it was
                continue
    known = found[~np.isnat(found)]
    return found if len(known) and known.min() < known.max() else None


def by_month(of: np.ndarray) -> Periods | None:
    """The last month of days, datetime64[D] (n,), against all before; None within one month.

    A last month with few reviews would say nothing: as many months are taken as hold 30 of them.
    """
    months = of.astype("datetime64[M]")
    known = np.sort(months[~np.isnat(months)])
    first = min(known[-1], known[max(len(known) - _FEWEST, 0)])
    if first == known[0]:
        first = known[-1]
    names = str(first) if first == known[-1] else f"{first} to {known[-1]}"
    found = Periods(months < first, months >= first, ("before", names))
    return found if found.comparable else None


def by_days(of: np.ndarray, before: tuple[date, date], after: tuple[date, date]) -> Periods:
    """The reviews of two ranges of days, both ends included."""

    def within(ends: tuple[date, date]) -> np.ndarray:
        low, high = (np.datetime64(end, "D") for end in ends)
        return (of >= low) & (of <= high)

    names = tuple(f"{low:%Y-%m-%d} to {high:%Y-%m-%d}" for low, high in (before, after))
    return Periods(within(before), within(after), (names[0], names[1]))


def new_languages(analysis: Analysis, periods: Periods) -> list[str]:
    """Languages that are in the second set alone, by code."""
    before = set(analysis.languages[periods.before].tolist())
    return sorted(set(analysis.languages[periods.after].tolist()) - before)
