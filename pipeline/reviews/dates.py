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
from pipeline.reviews.date_decision import (
    NO_DAY,
    Decision,
    choose_month,
    counts_days,
    decide,
    is_relative,
    resolve,
)
from pipeline.reviews.date_forms import (
    MAX_CELL,
    Form,
    PlainNumber,
    Worded,
    Yearless,
    make_date,
    parse_form,
)
from pipeline.reviews.date_notes import date_notes
from pipeline.reviews.date_order import Order, judge_order
from pipeline.reviews.date_words import Ago
from pipeline.tables.read import Table

_ISO = re.compile(r"\s*(\d{4}-\d\d-\d\d)(?:[T ].*)?", re.ASCII | re.DOTALL)
_CLOCK = re.compile(r"\b\d{1,2}:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(\s*[AaPp]\.?[Mm])?\b")
_SAMPLED = 2_000  # rows of another column
_DAYS_1904 = 1462  # between the day numbers of Excel's two systems
_DAYS_OF_UNIT = {"week": 7, "day": 1}


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
    decision = decide(cells, forms, counts, order)
    ordinals = {cell: resolve(form, decision) for cell, form in forms.items()}
    days = np.array([ordinals[cell] for cell in cells], dtype="datetime64[D]")
    if is_1904 and counts_days(decision):
        plain = np.array([isinstance(forms[cell], PlainNumber) for cell in cells], bool)
        days[plain] += _DAYS_1904
    relative = np.array([is_relative(forms[cell]) for cell in cells], bool)
    if reference is not None:
        for row in np.flatnonzero(relative & ~np.isnat(reference)).tolist():
            days[row] = _count_back(forms[cells[row]], reference[row].item(), decision)
    notes = date_notes(name, forms, counts, decision, cells, days, reference_name, is_1904)
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
    decision = decide(cells, forms, Counter(cells))
    good = {
        cell
        for cell, form in forms.items()
        if isinstance(form, Ago)
        or (numbers or not isinstance(form, PlainNumber))
        and not np.isnat(resolve(form, decision))
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


def _count_back(form: Form, today: date, decision: Decision) -> np.datetime64:
    """The day of "3 months ago" or "5 March", seen from the day when the file was collected."""
    if isinstance(form, Ago):
        return np.datetime64(_subtract(today, form), "D") if form.number <= 2000 else NO_DAY
    month, day = (
        (form.month, form.day)
        if isinstance(form, Yearless)
        else (choose_month(form, decision), form.day or 1)
        if isinstance(form, Worded)
        else (0, 0)
    )
    for year in (today.year, today.year - 1):
        found = make_date(year, month, day)
        if found and found <= today:
            return np.datetime64(found, "D")
    return NO_DAY


def _subtract(today: date, ago: Ago) -> date:
    if ago.unit in ("year", "month"):
        months = today.year * 12 + today.month - 1 - ago.number * (12 if ago.unit == "year" else 1)
        year, month = max(months // 12, 1), months % 12 + 1
        return date(year, month, min(today.day, calendar.monthrange(year, month)[1]))
    return today - timedelta(days=ago.number * _DAYS_OF_UNIT.get(ago.unit, 0))
