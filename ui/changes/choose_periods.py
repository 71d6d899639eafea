"""The two periods to compare: since a day, the last file, or two ranges of days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import streamlit as st

from pipeline.common.errors import InputError
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.insights.periods import (
    Periods,
    recent_start,
    review_days,
    split_by_days,
    split_by_file,
    split_since,
)
from ui.session.view import View

SINCE, FILES, RANGES = "since", "files", "ranges"
_LABELS = {
    FILES: N_("The last file with those before"),
    SINCE: N_("Since a day"),
    RANGES: N_("Two ranges of days"),
}
# Of the widgets, in the session's state; the address names them.
PERIODS_KEY, SINCE_KEY = "changes-periods", "changes-since"
RANGE_KEYS = BEFORE_KEY, AFTER_KEY = "changes-before", "changes-after"
_RANGE_LABELS = N_("Before"), N_("After")
_FILES_SEEN = "changes-files"  # in the session's state: how many files there were


@dataclass(frozen=True)
class ChosenPeriods:
    """What is compared.

    Attributes:
        periods: both sides.
        key: equal for equal choices.
        since: the first day of the second one; "" where they are not told by days.
        ends: first and last day of the second one; None likewise.
    """

    periods: Periods
    key: tuple[Any, ...]
    since: str = ""
    ends: tuple[date, date | None] | None = None


def days_of(view: View) -> np.ndarray | None:
    """Date of each review, datetime64[D] (n,), NaT where unreadable; None without two dates."""
    return view.figure("review days", lambda: review_days(view.attributes))


def period_kinds(view: View) -> list[str]:
    """The ways in which a view's periods can be told, the usual one first."""
    files = [FILES] if len(view.original.batches) > 1 else []
    return files if days_of(view) is None else [*files, SINCE, RANGES]


def first_and_last_day(days: np.ndarray) -> tuple[date, date]:
    """The ends of days, datetime64[D] (n,), some of them known."""
    known = days[~np.isnat(days)]
    return known.min().item(), known.max().item()


def recent_day(days: np.ndarray) -> date:
    """The day from which on reviews are recent."""
    return date.fromisoformat(str(recent_start(days)))


def usual_ranges(days: np.ndarray) -> tuple[tuple[date, date], tuple[date, date]]:
    """The two ranges that are chosen first: recent reviews, and all before."""
    low, high = first_and_last_day(days)
    split = max(recent_day(days), low + timedelta(days=1))
    return (low, split - timedelta(days=1)), (split, high)


def choose_periods(view: View) -> ChosenPeriods | None:
    """Draw the controls; None where there is nothing to compare, which is said."""
    kinds, days = period_kinds(view), days_of(view)
    if not kinds:
        st.info(
            _(
                "There is nothing to compare yet: this file has no dates that can be read, or only "
                "one day. Add next month's file on the page Topics, and this page shows what grew "
                "and what shrank."
            )
        )
        return None
    files = len(view.original.batches)
    is_new = st.session_state.get(_FILES_SEEN, files) != files  # then it is what is asked about
    st.session_state[_FILES_SEEN] = files
    if is_new or st.session_state.get(PERIODS_KEY) not in kinds:
        st.session_state[PERIODS_KEY] = kinds[0]
    kind = st.selectbox(
        _("Compare"),
        kinds,
        format_func=lambda kind: _(_LABELS[kind]),
        key=PERIODS_KEY,
        width=270,
    )
    if kind == FILES and (by_file := split_by_file(view.analysis)) is not None:
        return ChosenPeriods(by_file, (FILES, files))
    assert days is not None  # noqa: S101  else it is not among the kinds
    return _since(days) if kind == SINCE else _ranges(days)


def recent_periods(view: View) -> ChosenPeriods | None:
    """The last months with those before; None where there are not two periods."""
    days = days_of(view)
    return None if days is None else _split(days, recent_day(days))


def _split(days: np.ndarray, day: date) -> ChosenPeriods | None:
    try:
        periods = split_since(days, np.datetime64(day, "D"))
    except InputError:
        return None
    return ChosenPeriods(periods, (SINCE, day), f"{day:%Y-%m-%d}", (day, None))


def _since(days: np.ndarray) -> ChosenPeriods | None:
    low, high = first_and_last_day(days)
    before = st.session_state.get(SINCE_KEY)
    if not (isinstance(before, date) and low <= before <= high):
        st.session_state[SINCE_KEY] = recent_day(days)
    day = st.date_input(
        _("Since"), min_value=low, max_value=high, key=SINCE_KEY, format="YYYY-MM-DD", width=170
    )
    if not isinstance(day, date):
        return None
    if (found := _split(days, day)) is None:
        st.info(_("There are no reviews before that day: choose a later one."))
    return found


def _ranges(days: np.ndarray) -> ChosenPeriods | None:
    low, high = first_and_last_day(days)
    ranges: list[tuple[date, date]] = []
    for label, key, usual in zip(_RANGE_LABELS, RANGE_KEYS, usual_ranges(days), strict=True):
        before = st.session_state.get(key)
        if not (isinstance(before, tuple) and all(low <= day <= high for day in before)):
            st.session_state[key] = usual
        chosen: Any = st.date_input(
            _(label), min_value=low, max_value=high, key=key, format="YYYY-MM-DD", width=250
        )
        if not isinstance(chosen, tuple) or len(chosen) != 2:
            st.caption(_("Choose the last day as well."))
            return None
        ranges.append(chosen)
    periods = split_by_days(days, ranges[0], ranges[1])
    if not periods.comparable:
        st.info(_("One of the two has no reviews: choose other days."))
        return None
    return ChosenPeriods(periods, (RANGES, *ranges), f"{ranges[1][0]:%Y-%m-%d}", ranges[1])
