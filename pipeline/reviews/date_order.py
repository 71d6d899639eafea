"""Order of day and month in a column of dates such as 03/04/2024."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.common.translation import gettext as _
from pipeline.common.translation import ngettext
from pipeline.reviews.date_forms import Form, Numbers, full_year, make_date

_MIN_STEPS = 8  # between different days, before their order in the file says anything
_SORTED = 0.95  # share of steps in one direction in a file that is sorted by time
_UNSORTED = 0.8


@dataclass(frozen=True)
class Order:
    """Whether day or month comes first.

    Attributes:
        month_first: whether 03/04 is 4 March.
        reason: why, as the end of a sentence; "" where no date leaves it open.
        is_known: whether something shows it; otherwise the day is taken to come first.
    """

    month_first: bool = False
    reason: str = ""
    is_known: bool = True


def judge_order(cells: Sequence[str], forms: Mapping[str, Form]) -> Order:
    """Judge the order of one file's column.

    By numbers over 12, else by am and pm, which Americans write, else by the order of the rows if
    they are sorted by time in one reading only.

    Args:
        cells: of the n rows.
        forms: cell -> form; an order of dates with dots, and of years with two digits that come
            first, is not asked for.
    """
    asked = {c: f for c, f in forms.items() if isinstance(f, Numbers) and not f.dots}
    if not asked:
        return Order()
    firsts = [cell for cell, form in asked.items() if form.first > 12]
    seconds = [cell for cell, form in asked.items() if form.second > 12]
    if firsts or seconds:
        shown, odd = sorted((firsts, seconds), key=len, reverse=True)
        reason = _("as in {example}", example=repr(shown[0]))
        if odd:
            reason = ngettext(
                "as in {example}, though {n} can only be the other way",
                "as in {example}, though {n} can only be the other way",
                len(odd),
                example=repr(shown[0]),
            )
        return Order(len(seconds) > len(firsts), reason)
    if 2 * sum(form.is_american for form in asked.values()) > len(asked):
        return Order(month_first=True, reason=_("because most times have am or pm"))
    if (sorted_month_first := _by_sequence(cells, asked)) is not None:
        return Order(sorted_month_first, _("because the rows are then in the order of time"))
    example = repr(next(iter(asked)))
    reason = _("but no value shows it: {example} could be read either way", example=example)
    return Order(False, reason, False)


def _by_sequence(cells: Sequence[str], asked: Mapping[str, Numbers]) -> bool | None:
    """Whether the rows are sorted by time with the month first, or the day; None if unclear."""
    shares = []
    for month_first in (False, True):
        ordinals = {cell: _ordinal(form, month_first) for cell, form in asked.items()}
        steps = np.diff([ordinals[cell] for cell in cells if cell in ordinals])
        steps = steps[steps != 0]
        if len(steps) < _MIN_STEPS:
            return None
        ascending = float((steps > 0).mean())
        shares.append(max(ascending, 1 - ascending))
    day_share, month_share = shares
    if max(shares) < _SORTED or min(shares) > _UNSORTED:
        return None
    return month_share > day_share


def _ordinal(form: Numbers, month_first: bool) -> int:
    day, month = (form.second, form.first) if month_first else (form.first, form.second)
    found = make_date(full_year(form.third), month, day)
    return found.toordinal() if found else 0
