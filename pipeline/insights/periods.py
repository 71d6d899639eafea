"""Split reviews into two periods to compare: by file, by month or by ranges of days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.common.errors import InputError
from pipeline.common.translation import gettext as _
from pipeline.common.translation import ngettext
from pipeline.insights.attributes import ReviewAttributes

_MIN_REVIEWS = 30  # of the second period, when split by month
_RECENT_MONTHS = 3
_MONTHS_PER_YEAR = 12
SEASONAL_MONTHS = 24  # of reviews: with more, the same months of another year are compared


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
    first = analysis.batches[0].name
    if last > 1:
        first = ngettext("{n} file before", "{n} files before", last)
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
    name = str(first) if first == known[-1] else _range(first, known[-1])
    periods = Periods(months < first, months >= first, (_("before"), name))
    return periods if periods.comparable else None


def recent_start(days: np.ndarray) -> np.datetime64:
    """The day from which on reviews are recent, of days, datetime64[D] (n,): a month's first.

    These are the last three months, or as many as have 30 reviews; at least one month is before.
    """
    months = days[~np.isnat(days)].astype("datetime64[M]")
    known = np.sort(months)
    start = min(
        known[-1] - np.timedelta64(_RECENT_MONTHS - 1, "M"),
        known[max(len(known) - _MIN_REVIEWS, 0)],
    )
    return max(start, min(known[0] + np.timedelta64(1, "M"), known[-1])).astype("datetime64[D]")


def split_since(days: np.ndarray, since: np.datetime64) -> Periods:
    """Compare days, datetime64[D] (n,), from one day on with those before.

    Where reviews span more than two years, a year or less is compared with the same months a year
    before, so that a season is no change.

    Raises:
        InputError: there is no review on one of the sides.
    """
    known = days[~np.isnat(days)]
    first, last = known.min(), known.max()
    if not first < since <= last:
        raise InputError(
            "The reviews are from {first} to {last}: choose a day after the first one, not after "
            "the last",
            first=first,
            last=last,
        )
    after = days >= since
    span = last.astype("datetime64[M]") - first.astype("datetime64[M]")
    year_before = (_year_before(since), _year_before(last))
    season = (days >= year_before[0]) & (days <= year_before[1]) & ~after
    is_seasonal = span.astype(int) >= SEASONAL_MONTHS and year_before[1] < since
    if is_seasonal and season.sum() >= _MIN_REVIEWS:
        return Periods(season, after, (_range(*year_before), _("since {day}", day=since)))
    names = _("before {day}", day=since), _("since {day}", day=since)
    return Periods(days < since, after, names)


def _range(first: object, last: object) -> str:
    return _("{first} to {last}", first=first, last=last)


def _year_before(day: np.datetime64) -> np.datetime64:
    """The same day a year before; of 29 February the 28th."""
    month = day.astype("datetime64[M]")
    start = (month - np.timedelta64(_MONTHS_PER_YEAR, "M")).astype("datetime64[D]")
    in_month = (day - month.astype("datetime64[D]")).astype(int)
    return min(start + in_month, (month - 11).astype("datetime64[D]") - 1)


def split_by_days(days: np.ndarray, before: tuple[date, date], after: tuple[date, date]) -> Periods:
    """Compare two ranges of days, datetime64[D] (n,), both ends included."""

    def within(ends: tuple[date, date]) -> np.ndarray:
        low, high = (np.datetime64(end, "D") for end in ends)
        return (days >= low) & (days <= high)

    names = tuple(_range(*(end.isoformat() for end in ends)) for ends in (before, after))
    return Periods(within(before), within(after), (names[0], names[1]))


def new_languages(analysis: Analysis, periods: Periods) -> list[str]:
    """Codes of languages that occur in the second period only."""
    before = set(analysis.languages[periods.before].tolist())
    return sorted(set(analysis.languages[periods.after].tolist()) - before)
