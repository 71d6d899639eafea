"""Sentences on how a column of dates was read."""

from __future__ import annotations

from collections import Counter

import numpy as np

from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.common.translation import ngettext
from pipeline.common.wording import short_name
from pipeline.reviews.calendars import find_calendars
from pipeline.reviews.date_decision import Decision, counts_days, is_relative
from pipeline.reviews.date_forms import Form, PlainNumber
from pipeline.reviews.date_order import Order
from pipeline.reviews.date_words import fold


def date_notes(
    name: str,
    forms: dict[str, Form],
    counts: Counter[str],
    decision: Decision,
    cells: list[str],
    days: np.ndarray,
    reference_name: str,
    is_1904: bool,
) -> list[str]:
    """How the cells of a column were read.

    Args:
        name: of the column.
        forms: cell -> its form.
        counts: of the cells.
        decision: of the column.
        cells: n cells.
        days: datetime64[D] (n,), what they were read as.
        reference_name: of the column that says when the file was collected; "" without one.
        is_1904: whether day numbers are those of a workbook that counts from 1904.
    """
    notes = [
        *_order_notes(name, decision.order),
        *_number_notes(name, forms, decision, is_1904),
        *_calendar_notes(name, cells, days),
        *_relative_notes(name, forms, counts, reference_name),
    ]
    relative = {c for c, f in forms.items() if is_relative(f)}
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
    name: str, forms: dict[str, Form], decision: Decision, is_1904: bool
) -> list[str]:
    if decision.system and any(isinstance(form, PlainNumber) for form in forms.values()):
        said = N_("Numbers in column {column} were read as {system}.")
        if is_1904 and counts_days(decision):
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


def _relative_notes(
    name: str, forms: dict[str, Form], counts: Counter[str], reference_name: str
) -> list[str]:
    relative = [c for c, f in forms.items() if is_relative(f)]
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
