"""Days of reviews: a column of dates in any form to calendar days.

A cell alone may leave open what it says: 03/04/2024, 46050, "5. listopada", "3 months ago". The
column of one file decides for all its cells, so that a second file changes nothing in the first.
"""

from __future__ import annotations

import calendar
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from pipeline.common.wording import count_noun, was_or_were
from pipeline.reviews.date_forms import (
    MAX_CELL,
    Form,
    Numbers,
    PlainNumber,
    Worded,
    Yearless,
    full_year,
    make_date,
    parse_form,
)
from pipeline.reviews.date_words import Ago
from pipeline.tables.read import Table

_ISO = re.compile(r"\s*(\d{4}-\d\d-\d\d)(?:[T ].*)?", re.ASCII | re.DOTALL)
_CLOCK = re.compile(r"\b\d{1,2}:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(\s*[AaPp]\.?[Mm])?\b")
_MIN_SHARE = 0.8  # of a column's values that numbers must fit to be days or seconds
# What a number counts: name, days in one, day 0, and the range of values that are read so.
_UNIX = date(1970, 1, 1)
_NUMBER_SYSTEMS = (
    ("Excel's day numbers", 1.0, date(1899, 12, 30), 30_000, 60_000),
    ("Unix time in seconds", 86_400.0, _UNIX, 6e8, 2.2e9),
    ("Unix time in milliseconds", 86_400e3, _UNIX, 6e11, 2.2e12),
    ("Unix time in microseconds", 86_400e6, _UNIX, 6e14, 2.2e15),
    ("Unix time in nanoseconds", 86_400e9, _UNIX, 6e17, 2.2e18),
)
_DAYS_1904 = 1462  # between the day numbers of Excel's two systems
_DAYS_OF_UNIT = {"week": 7, "day": 1}
_NAT = np.datetime64("NaT", "D")


@dataclass(frozen=True)
class Dates:
    """The days of n reviews.

    Attributes:
        days: datetime64[D] (n,), NaT where there is none.
        notes: how they were read, in sentences.
    """

    days: np.ndarray
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Decision:
    """What a column decides about the forms of its cells.

    Attributes:
        month_first: whether 03/04 is 4 March.
        year_first: whether 24.03.05 is in 2024.
        system: how plain numbers are read; None if they are no dates.
        locales: votes for each locale, by which a word that names several months is read.
    """

    month_first: bool
    year_first: bool
    system: tuple[str, float, date, float, float] | None
    locales: Counter[str]


def parse_dates(
    values: Sequence[str], *, reference: np.ndarray | None = None, is_1904: bool = False
) -> np.ndarray:
    """Parse the dates of one file's column: datetime64[D] (n,), NaT if unreadable.

    Args:
        values: n cells.
        reference: datetime64[D] (n,), the days that "3 months ago" is counted back from.
        is_1904: whether day numbers are those of a workbook that counts from 1904.
    """
    return read_dates(values, reference=reference, is_1904=is_1904).days


def read_dates(
    values: Sequence[str],
    *,
    name: str = "",
    reference: np.ndarray | None = None,
    reference_name: str = "",
    is_1904: bool = False,
) -> Dates:
    """Read the dates of one file's column and say what was decided.

    Args:
        values: n cells.
        name: of the column, for the notes.
        reference: datetime64[D] (n,), the days that "3 months ago" is counted back from.
        reference_name: of their column.
        is_1904: whether day numbers are those of a workbook that counts from 1904.
    """
    cells = [_shorten(value) for value in values]
    forms = {cell: parse_form(cell) for cell in dict.fromkeys(cells)}
    counts = Counter(cells)
    decision = _decide(forms, counts)
    ordinals = {cell: _resolve(form, decision) for cell, form in forms.items()}
    days = np.array([ordinals[cell] for cell in cells], dtype="datetime64[D]")
    if is_1904 and _counts_days(decision):
        plain = np.array([isinstance(forms[cell], PlainNumber) for cell in cells], bool)
        days[plain] += _DAYS_1904
    relative = np.array(
        [isinstance(forms[cell], (Ago, Yearless)) or _lacks_year(forms[cell]) for cell in cells],
        bool,
    )
    if reference is not None:
        for row in np.flatnonzero(relative & ~np.isnat(reference)).tolist():
            days[row] = _count_back(forms[cells[row]], reference[row].item(), decision)
    notes = _notes(name, forms, counts, decision, cells, days, reference_name, is_1904)
    return Dates(days, tuple(notes))


def read_review_days(table: Table, column: str, scraped: str | None) -> Dates:
    """Read the days of a file's reviews.

    Args:
        table: n rows.
        column: of the dates.
        scraped: the column that says when the file was collected, from which "3 months ago" is
            counted back.
    """
    reference = None
    if scraped:
        reference = parse_dates(table.frame[scraped].tolist(), is_1904=table.is_1904)
    return read_dates(
        table.frame[column].tolist(),
        name=column,
        reference=reference,
        reference_name=scraped or "",
        is_1904=table.is_1904,
    )


def iso_days(days: np.ndarray | None, count: int) -> list[str]:
    """Format days as ISO dates, "" where unknown; `count` blanks without any days."""
    if days is None:
        return [""] * count
    return ["" if day == "NaT" else day for day in days.astype(str).tolist()]


def date_share(values: Sequence[str], *, numbers: bool = True) -> float:
    """The share of cells that hold a date in any form, "3 months ago" included.

    Args:
        values: cells that are not blank.
        numbers: whether plain numbers may count days (Excel) or seconds (Unix).
    """
    if not len(values):
        return 0.0
    cells = [_shorten(value) for value in values]
    forms = {cell: parse_form(cell) for cell in dict.fromkeys(cells)}
    decision = _decide(forms, Counter(cells))
    good = {
        cell
        for cell, form in forms.items()
        if isinstance(form, Ago)
        or (numbers or not isinstance(form, PlainNumber))
        and not np.isnat(_resolve(form, decision))
    }
    return sum(cell in good for cell in cells) / len(cells)


def _shorten(value: object) -> str:
    """A cell without the time of day, which hardly ever repeats; "" for texts."""
    text = str(value)
    if found := _ISO.match(text[:40]):
        return found[1]
    text = text.strip()
    if len(text) > MAX_CELL:
        return ""
    if ":" in text:
        text = _CLOCK.sub(lambda clock: f"0:00{clock[1]}" if clock[1] else " ", text).strip()
    return text


def _decide(forms: dict[str, Form], counts: Counter[str]) -> _Decision:
    numbers = [form for form in forms.values() if isinstance(form, Numbers)]
    locales: Counter[str] = Counter()
    for form in forms.values():
        if isinstance(form, Worded):
            locales.update({locale for _, months in form.months for locale in months})
    return _Decision(
        _is_month_first(numbers), _is_year_first(numbers), _number_system(forms, counts), locales
    )


def _is_month_first(numbers: Iterable[Numbers]) -> bool:
    """Whether the month comes first: by a number over 12, else by am and pm."""
    first, second, american, open_ = _count_order(numbers)
    return second > first or (second == first and american * 2 > open_)


def _count_order(numbers: Iterable[Numbers]) -> tuple[int, int, int, int]:
    """Number of dates whose first, or second, number is a day; with am or pm; and in all."""
    asked = [form for form in numbers if not form.dots]  # with dots the day comes first
    first = sum(form.first > 12 for form in asked)
    second = sum(form.second > 12 for form in asked)
    return first, second, sum(form.is_american for form in asked), len(asked)


def _is_year_first(numbers: list[Numbers]) -> bool:
    """Whether the first of three short numbers is the year: it hardly varies, the last does."""
    short = [form for form in numbers if not form.full_year]
    if len(short) < 3 or any(not 5 <= form.first <= 40 for form in short):
        return False
    firsts, thirds = {form.first for form in short}, {form.third for form in short}
    return (
        all(1 <= form.second <= 12 and 1 <= form.third <= 31 for form in short)
        and len(firsts) < len(thirds)
        and max(firsts) - min(firsts) <= 12 < max(thirds) - min(thirds)
    )


def _number_system(
    forms: dict[str, Form], counts: Counter[str]
) -> tuple[str, float, date, float, float] | None:
    """How plain numbers are read: by the system that nearly all cells fit, with other dates."""
    filled = sum(count for cell, count in counts.items() if cell)
    plain = {cell: form.value for cell, form in forms.items() if isinstance(form, PlainNumber)}
    others = sum(
        counts[cell] for cell, form in forms.items() if form and not isinstance(form, PlainNumber)
    )
    for system in _NUMBER_SYSTEMS:
        low, high = system[3:]
        fitting = sum(counts[cell] for cell, value in plain.items() if low <= value < high)
        if fitting and fitting + others >= _MIN_SHARE * filled:
            return system
    return None


def _resolve(form: Form, decision: _Decision) -> np.datetime64:
    """The day of a form; NaT if there is none, or if it is relative."""
    day: date | None = None
    if isinstance(form, date):
        day = form
    elif isinstance(form, Numbers):
        day = _order(form, decision)
    elif isinstance(form, Worded) and form.year is not None:
        month = _choose_month(form, decision)
        day = make_date(form.year, month, form.day or 1)
    elif isinstance(form, PlainNumber) and decision.system:
        _, per_day, start, low, high = decision.system
        if low <= form.value < high:
            day = start + timedelta(days=int(form.value // per_day))
    return np.datetime64(day, "D") if day else _NAT


def _order(form: Numbers, decision: _Decision) -> date | None:
    if decision.year_first and not form.full_year:
        return make_date(full_year(form.first), form.second, form.third)
    day, month = form.first, form.second
    if decision.month_first and not form.dots:
        day, month = month, day
    if month > 12:
        day, month = month, day
    return make_date(full_year(form.third), month, day)


def _choose_month(form: Worded, decision: _Decision) -> int:
    """The month of a worded date: the last word that names one, read in the column's language."""
    months = form.months[-1][1]
    return months[max(months, key=lambda locale: decision.locales[locale])]


def _lacks_year(form: Form) -> bool:
    return isinstance(form, Worded) and form.year is None


def _count_back(form: Form, today: date, decision: _Decision) -> np.datetime64:
    """The day of "3 months ago" or "5 March", seen from the day when the file was collected."""
    if isinstance(form, Ago):
        return np.datetime64(_subtract(today, form), "D") if form.number <= 2000 else _NAT
    month, day = (
        (form.month, form.day)
        if isinstance(form, Yearless)
        else (_choose_month(form, decision), form.day or 1)
        if isinstance(form, Worded)
        else (0, 0)
    )
    for year in (today.year, today.year - 1):
        found = make_date(year, month, day)
        if found and found <= today:
            return np.datetime64(found, "D")
    return _NAT


def _subtract(today: date, ago: Ago) -> date:
    if ago.unit in ("year", "month"):
        months = today.year * 12 + today.month - 1 - ago.number * (12 if ago.unit == "year" else 1)
        year, month = max(months // 12, 1), months % 12 + 1
        return date(year, month, min(today.day, calendar.monthrange(year, month)[1]))
    return today - timedelta(days=ago.number * _DAYS_OF_UNIT.get(ago.unit, 0))


def _notes(
    name: str,
    forms: dict[str, Form],
    counts: Counter[str],
    decision: _Decision,
    cells: list[str],
    days: np.ndarray,
    reference_name: str,
    is_1904: bool,
) -> list[str]:
    notes = [
        *_order_notes(name, forms, decision),
        *_number_notes(name, forms, decision, is_1904),
        *_relative_notes(name, forms, counts, reference_name),
    ]
    relative = {c for c, f in forms.items() if isinstance(f, (Ago, Yearless)) or _lacks_year(f)}
    lost = [
        cell
        for cell, is_lost in zip(cells, np.isnat(days).tolist(), strict=True)
        if is_lost and cell and cell not in relative
    ]
    if lost and len(lost) < len(cells):
        notes.append(
            f"{count_noun(len(lost), 'value')} in column {name!r}, such as {lost[0][:40]!r}, "
            f"{was_or_were(len(lost))} not read as a date."
        )
    return notes


def _order_notes(name: str, forms: dict[str, Form], decision: _Decision) -> list[str]:
    asked = {c: f for c, f in forms.items() if isinstance(f, Numbers) and not f.dots}
    if decision.year_first:
        asked = {cell: form for cell, form in asked.items() if form.full_year}
    if not asked:
        return []
    first, second, american, _ = _count_order(asked.values())
    order = "the month is read first" if decision.month_first else "the day is read first"
    deciding = next(
        (c for c, f in asked.items() if (f.second if decision.month_first else f.first) > 12), None
    )
    if deciding is None:
        why = (
            "because most times have am or pm"
            if decision.month_first and american
            else f"but no value shows it: {next(iter(asked))!r} could be read either way"
        )
        return [f"Dates in column {name!r}: {order}, {why}."]
    note = f"Dates in column {name!r}: {order}, as in {deciding!r}."
    if odd := min(first, second):
        note = f"{note[:-1]}, except in {count_noun(odd, 'value')} that can only be the other way."
    return [note]


def _number_notes(
    name: str, forms: dict[str, Form], decision: _Decision, is_1904: bool
) -> list[str]:
    if decision.system and any(isinstance(form, PlainNumber) for form in forms.values()):
        start = " from 1904" if is_1904 and _counts_days(decision) else ""
        return [f"Numbers in column {name!r} were read as {decision.system[0]}{start}."]
    return []


def _counts_days(decision: _Decision) -> bool:
    return decision.system is not None and decision.system == _NUMBER_SYSTEMS[0]


def _relative_notes(
    name: str, forms: dict[str, Form], counts: Counter[str], reference_name: str
) -> list[str]:
    relative = [c for c, f in forms.items() if isinstance(f, (Ago, Yearless)) or _lacks_year(f)]
    if not relative:
        return []
    count = count_noun(sum(counts[cell] for cell in relative), "date")
    such = f"{count} in column {name!r} such as {relative[0][:40]!r}"
    if reference_name:
        return [f"{such}: counted back from column {reference_name!r}."]
    return [f"{such}: not known, because no column says when they were collected."]
