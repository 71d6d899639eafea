"""Split reviews into two periods to compare: by file, by month or by ranges of days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.insights.attributes import ReviewAttributes

_MIN_REVIEWS = 30  # of the second period, when split by month


@dataclass(frozen=True)
class Periods:
    """Two sets of reviews to compare.

    Attributes:
        before, after: bool (n,), the reviews of each.
        names: display names of both.
    """

    before: np.ndarray
    after: np.ndarray
    names: tuple[str, str]

    @property
    def comparable(self) -> bool:
        """Whether both sets have reviews."""
        return bool(self.before.any() and self.after.any())


def split_by_file(analysis: Analysis) -> Periods | None:
    """Compare the last file with those before it; None if there is only one file."""
    if len(analysis.batches) < 2:
        return None
    last = len(analysis.batches) - 1
    first = analysis.batches[0].name if last == 1 else f"{last} files before"
    return Periods(
        analysis.batch < last, analysis.batch == last, (first, analysis.batches[-1].name)
    )


def review_days(attributes: ReviewAttributes) -> np.ndarray | None:
    """Date of each review, datetime64[D] (n,), NaT where unreadable; None without two dates."""
    if attributes.dates is None:
        return None
    days = np.full(len(attributes.dates), "NaT", "datetime64[D]")
    for row, text in enumerate(attributes.dates.tolist()):
        if len(text) == 10 and text[4] == text[7] == "-":
            try:
                days[row] = np.datetime64(text, "D")
            except ValueError:  # not a date: "2025-99-99"
                continue
    known = days[~np.isnat(days)]
    return days if len(known) and known.min() < known.max() else None


def split_by_month(days: np.ndarray) -> Periods | None:
    """Compare the last month of days, datetime64[D] (n,), with all before; None within one month.

    If the last month has few reviews, as many months are taken as have 30 of them.
    """
    months = days.astype("datetime64[M]")
    known = np.sort(months[~np.isnat(months)])
    first = min(known[-1], known[max(len(known) - _MIN_REVIEWS, 0)])
    if first == known[0]:
        first = known[-1]
    name = str(first) if first == known[-1] else f"{first} to {known[-1]}"
    periods = Periods(months < first, months >= first, ("before", name))
    return periods if periods.comparable else None


def split_by_days(days: np.ndarray, before: tuple[date, date], after: tuple[date, date]) -> Periods:
    """Compare two ranges of days, datetime64[D] (n,), both ends included."""

    def within(ends: tuple[date, date]) -> np.ndarray:
        low, high = (np.datetime64(end, "D") for end in ends)
        return (days >= low) & (days <= high)

    names = tuple(f"{low:%Y-%m-%d} to {high:%Y-%m-%d}" for low, high in (before, after))
    return Periods(within(before), within(after), (names[0], names[1]))


def new_languages(analysis: Analysis, periods: Periods) -> list[str]:
    """Codes of languages that occur in the second period only."""
    before = set(analysis.languages[periods.before].tolist())
    return sorted(set(analysis.languages[periods.after].tolist()) - before)
