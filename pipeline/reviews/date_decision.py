"""What a column of dates decides for all its cells, and the day of a cell by that decision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from pipeline.common.translation import gettext_noop as N_
from pipeline.reviews.date_forms import (
    Form,
    Numbers,
    PlainNumber,
    Worded,
    Yearless,
    full_year,
    make_date,
)
from pipeline.reviews.date_order import Order, judge_order
from pipeline.reviews.date_words import Ago

NO_DAY = np.datetime64("NaT", "D")
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


@dataclass(frozen=True)
class Decision:
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


def decide(
    cells: Sequence[str], forms: dict[str, Form], counts: Counter[str], order: Order | None = None
) -> Decision:
    """What a column decides.

    Args:
        cells: of the column, in its order.
        forms: cell -> its form.
        counts: of the cells.
        order: of day and month; judged by the cells when None.
    """
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
    return Decision(order, year_first, _number_system(forms, counts), locales)


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


def resolve(form: Form, decision: Decision) -> np.datetime64:
    """The day of a form; NaT if there is none, or if it is relative."""
    day: date | None = None
    if isinstance(form, date):
        day = form
    elif isinstance(form, Numbers):
        day = _order(form, decision)
    elif isinstance(form, Worded) and form.year is not None:
        month = choose_month(form, decision)
        day = make_date(form.year, month, form.day or 1)
    elif isinstance(form, PlainNumber) and decision.system:
        _name, per_day, start, low, high = decision.system
        if low <= form.value < high:
            day = start + timedelta(days=int(form.value // per_day))
    return np.datetime64(day, "D") if day else NO_DAY


def _order(form: Numbers, decision: Decision) -> date | None:
    if decision.year_first and not form.full_year:
        return make_date(full_year(form.first), form.second, form.third)
    day, month = form.first, form.second
    if decision.order.month_first and not form.dots:
        day, month = month, day
    if month > 12:
        day, month = month, day
    return make_date(full_year(form.third), month, day)


def choose_month(form: Worded, decision: Decision) -> int:
    """The month of a worded date: the last word that names one, read in the column's language."""
    months = form.months[-1][1]
    return months[max(months, key=lambda locale: decision.locales[locale])]


def is_relative(form: Form) -> bool:
    """Whether a form names no year: its day depends on when the file was collected."""
    return isinstance(form, (Ago, Yearless)) or (isinstance(form, Worded) and form.year is None)


def counts_days(decision: Decision) -> bool:
    """Whether plain numbers are Excel's, of which workbooks have two systems."""
    return decision.system is not None and decision.system == _NUMBER_SYSTEMS[0]
