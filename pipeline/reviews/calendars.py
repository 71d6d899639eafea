"""Calendars of Iran and of Islam: years such as 1403 and 1445 to Gregorian days.

The two are told by the year: in this century Iranian years are below 1420, Islamic ones above it.
Iranian leap years follow the cycle of 33 years, exact from 1178 to 1633. Islamic months are those
of the tabular calendar (Dershowitz and Reingold, "Calendrical Calculations"); months that are begun
by sight of the moon, or by the table of Umm al-Qura, begin up to a day earlier or later.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

IRANIAN, ISLAMIC = range(1380, 1420), range(1420, 1463)  # 2001 to 2041, 1999 to 2040
_YEAR = re.compile(r"(?<!\d)(1[34]\d\d)(?!\d)")
_NEW_YEAR_1403 = date(2024, 3, 20)
_LEAP_OF_33 = {1, 5, 9, 13, 17, 22, 26, 30}
_BEFORE_ISLAMIC = 227_014  # the proleptic Gregorian ordinal of the day before 1 Muharram 1


def find_calendars(cells: Iterable[str]) -> tuple[bool, bool]:
    """Whether folded cells hold years of the Iranian calendar, and of the Islamic one."""
    years = {int(found[1]) for cell in cells if (found := _YEAR.search(cell))}
    return any(y in IRANIAN for y in years), any(y in ISLAMIC for y in years)


def from_other_calendar(year: int, month: int, day: int) -> date | None:
    """The Gregorian day of an Iranian or Islamic one; None if there is no such day."""
    if year in IRANIAN:
        return _from_iranian(year, month, day)
    return _from_islamic(year, month, day) if year in ISLAMIC else None


def _from_iranian(year: int, month: int, day: int) -> date | None:
    length = 31 if month <= 6 else 30 if month <= 11 or _is_leap(year) else 29
    if not 1 <= month <= 12 or not 1 <= day <= length:
        return None
    before = sum(365 + _is_leap(y) for y in range(year, 1403))
    after = sum(365 + _is_leap(y) for y in range(1403, year))
    in_year = 31 * (month - 1) - max(0, month - 7) + day - 1
    return _NEW_YEAR_1403 + timedelta(days=after - before + in_year)


def _is_leap(year: int) -> bool:
    return year % 33 in _LEAP_OF_33


def _from_islamic(year: int, month: int, day: int) -> date | None:
    if not 1 <= month <= 12 or not 1 <= day <= 30:
        return None
    days = 354 * (year - 1) + (3 + 11 * year) // 30 + 29 * (month - 1) + month // 2 + day
    return date.fromordinal(_BEFORE_ISLAMIC + days)
