"""Days of reviews: a column of dates in any form to calendar days.

A cell alone may leave open what it says: 03/04/2024, 46050, "5. listopada", "3 months ago". The
column of one file decides for all its cells, so that a second file changes nothing in the first.
"""

from __future__ import annotations

import calendar
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import numpy as np

from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.common.translation import ngettext
from pipeline.common.wording import short_name
from pipeline.reviews.calendars import find_calendars
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
from pipeline.reviews.date_order import Order, judge_order
from pipeline.reviews.date_words import Ago, fold
from pipeline.tables.read import Table

_ISO = re.compile(r"\s*(\d{4}-\d\d-\d\d)(?:[T ].*)?", re.ASCII | re.DOTALL)
_CLOCK = re.compile(r"\b\d{1,2}:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(\s*[AaPp]\.?[Mm])?\b")
_MIN_SHARE = 0.8  # of a column's values that numbers must fit to be days or seconds
# What a number counts: name, days in one, day 0, and the range of values that are read so.
_UNIX = date(1970, 1, 1)
_NUMBER_SYSTEMS = (
    (N_("Excel's day numbers"), 1.0, date(1899, 12, 30), 30_000, 60_000),
    (N_("Unix time in seconds"), 86_400.0, _UNIX, 6e8, 2.2e9),
    (N_("Unix time in milliseconds"), 86_400e3, _UNIX, 6e11, 2.2e12),
    (N_("Unix time in microseconds"), 86_400e6, _UNIX, 6e14, 2.2e15),
    (N_("Unix time in nanoseconds"), 86_400e9, _UNIX, 6e17, 2.2e18),
)
_SAMPLED = 2_000  # rows of another column
_DAYS_1904 = 1462  # between the day numbers of Excel's two systems
_DAYS_OF_UNIT = {"week": 7, "day": 1}
_NAT = np.datetime64("NaT", "D")


@dataclass(frozen=True)
class Dates:
    """The days of n reviews.

    Attributes:
        days: datetime64[D] (n,), NaT where there is none.
        notes: how they were read, in sentences.
        order: of day and month.
    """

    days: np.ndarray
    notes: tuple[str, ...] = ()
    order: Order = Order()


@dataclass(frozen=True)
class _Decision:
    """What a column decides about the forms of its cells.

    Attributes:
        order: whether 03/04 is 4 March.
        year_first: whether 24.03.05 is in 2024.
        system: how plain numbers are read; None if they are no dates.
        locales: votes for each locale, by which a word that names several months is read.
    """

    order: Order
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
    order: Order | None = None,
) -> Dates:
    """Read the dates of one file's column and say what was decided.

    Args:
        values: n cells.
        name: of the column, for the notes.
        reference: datetime64[D] (n,), the days that "3 months ago" is counted back from.
        reference_name: of their column.
        is_1904: whether day numbers are those of a workbook that counts from 1904.
        order: of day and month; judged by the cells when None.
    """
    cells = [_shorten(value) for value in values]
    forms = {cell: parse_form(cell) for cell in dict.fromkeys(cells)}
    counts = Counter(cells)
    decision = _decide(cells, forms, counts, order)
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
    return Dates(days, tuple(notes), decision.order)


def read_review_days(table: Table, column: str, scraped: str | None) -> Dates:
    """Read the days of a file's reviews.

    Where nothing in the column shows whether day or month comes first, other columns may.

    Args:
        table: n rows.
        column: of the dates.
        scraped: the column that says when the file was collected, from which "3 months ago" is
            counted back.
    """
    reference = None
    if scraped:
        reference = parse_dates(table.frame[scraped].tolist(), is_1904=table.is_1904)
    read = partial(
        read_dates,
        table.frame[column].tolist(),
        name=column,
        reference=reference,
        reference_name=scraped or "",
        is_1904=table.is_1904,
    )
    dates = read()
    if dates.order.is_known:
        return dates
    order = _order_elsewhere(table, column)
    return read(order=order) if order else dates


def _order_elsewhere(table: Table, column: str) -> Order | None:
    """The order of day and month that another column shows."""
    for name in table.frame.columns:
        cells = [_shorten(cell) for cell in table.frame[name].iloc[:_SAMPLED].tolist()]
        if name == column or not any(map(str.strip, cells)):
            continue
        forms = {cell: parse_form(cell) for cell in dict.fromkeys(cells)}
        order = judge_order([], forms)
        if order.reason and order.is_known:
            reason = _(
                "as in column {column} ({reason})", column=repr(str(name)), reason=order.reason
            )
            return Order(order.month_first, reason)
    return None


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
    decision = _decide(cells, forms, Counter(cells))
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


def _decide(
    cells: Sequence[str], forms: dict[str, Form], counts: Counter[str], order: Order | None = None
) -> _Decision:
    numbers = [form for form in forms.values() if isinstance(form, Numbers)]
    year_first = _is_year_first(numbers)
    if order is None:
        open_ = {
            cell: form
            for cell, form in forms.items()
            if not (year_first and isinstance(form, Numbers) and not form.full_year)
        }
        order = judge_order(cells, open_)
    locales: Counter[str] = Counter()
    for form in forms.values():
        if isinstance(form, Worded):
            locales.update({locale for _text, months in form.months for locale in months})
    return _Decision(order, year_first, _number_system(forms, counts), locales)


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
        _name, per_day, start, low, high = decision.system
        if low <= form.value < high:
            day = start + timedelta(days=int(form.value // per_day))
    return np.datetime64(day, "D") if day else _NAT


def _order(form: Numbers, decision: _Decision) -> date | None:
    if decision.year_first and not form.full_year:
        return make_date(full_year(form.first), form.second, form.third)
    day, month = form.first, form.second
    if decision.order.month_first and not form.dots:
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
        *_order_notes(name, decision.order),
        *_number_notes(name, forms, decision, is_1904),
        *_calendar_notes(name, cells, days),
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
            ngettext(
                "{n} value in column {column}, such as {example}, was not read as a date.",
                "{n} values in column {column}, such as {example}, were not read as a date.",
                len(lost),
                column=repr(short_name(name)),
                example=repr(short_name(lost[0])),
            )
        )
    return notes


def _order_notes(name: str, order: Order) -> list[str]:
    if not order.reason:
        return []
    if order.month_first:
        said = N_("Dates in column {column}: the month is read first, {reason}.")
    else:
        said = N_("Dates in column {column}: the day is read first, {reason}.")
    return [_(said, column=repr(short_name(name)), reason=order.reason)]


def _number_notes(
    name: str, forms: dict[str, Form], decision: _Decision, is_1904: bool
) -> list[str]:
    if decision.system and any(isinstance(form, PlainNumber) for form in forms.values()):
        said = N_("Numbers in column {column} were read as {system}.")
        if is_1904 and _counts_days(decision):
            said = N_("Numbers in column {column} were read as {system} from 1904.")
        return [_(said, column=repr(short_name(name)), system=_(decision.system[0]))]
    return []


def _calendar_notes(name: str, cells: list[str], days: np.ndarray) -> list[str]:
    read = {cell for cell, is_lost in zip(cells, np.isnat(days), strict=True) if not is_lost}
    is_iranian, is_islamic = find_calendars(map(fold, read))
    notes, column = [], repr(short_name(name))
    if is_iranian:
        said = N_("Dates in column {column} are of the Iranian calendar and were converted.")
        notes.append(_(said, column=column))
    if is_islamic:
        said = N_(
            "Dates in column {column} are of the Islamic calendar and were converted, to within a "
            "day."
        )
        notes.append(_(said, column=column))
    return notes


def _counts_days(decision: _Decision) -> bool:
    return decision.system is not None and decision.system == _NUMBER_SYSTEMS[0]


def _relative_notes(
    name: str, forms: dict[str, Form], counts: Counter[str], reference_name: str
) -> list[str]:
    relative = [c for c, f in forms.items() if isinstance(f, (Ago, Yearless)) or _lacks_year(f)]
    if not relative:
        return []
    count = sum(counts[cell] for cell in relative)
    named = {"column": repr(short_name(name)), "example": repr(short_name(relative[0]))}
    if reference_name:
        return [
            ngettext(
                "{n} date in column {column} such as {example}: counted back from column {other}.",
                "{n} dates in column {column} such as {example}: counted back from column {other}.",
                count,
                other=repr(short_name(reference_name)),
                **named,
            )
        ]
    return [
        ngettext(
            "{n} date in column {column} such as {example}: not known, because no column says "
            "when they were collected.",
            "{n} dates in column {column} such as {example}: not known, because no column says "
            "when they were collected.",
            count,
            **named,
        )
    ]
