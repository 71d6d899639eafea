"""The two periods to compare: since a day, the last file, or two ranges of days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import streamlit as st

from pipeline.common.errors import InputError
from pipeline.insights.periods import (
    Periods,
    recent_start,
    review_days,
    split_by_days,
    split_by_file,
    split_since,
)
from ui.session.view import View

_SINCE = "Since a day"
_FILES = "The last file with those before"
_RANGES = "Two ranges of days"


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


def choose_periods(view: View) -> ChosenPeriods | None:
    """Draw the controls; None where there is nothing to compare, which is said."""
    files, days = split_by_file(view.analysis), review_days(view.attributes)
    choices = [
        name
        for name, there in ((_FILES, files), (_SINCE, days), (_RANGES, days))
        if there is not None
    ]
    if not choices:
        st.info(
            "There is nothing to compare yet: this file has no dates that can be read, or only "
            "one day. Add next month's file on the page Topics, and this page shows what grew and "
            "what shrank."
        )
        return None
    if st.session_state.get("compare") not in choices:
        st.session_state["compare"] = choices[0]
    chosen = st.selectbox("Compare", choices, key="compare", width=270)
    if chosen == _FILES and files is not None:
        return ChosenPeriods(files, (_FILES, len(view.analysis.batches)))
    assert days is not None  # noqa: S101  else it is not among the choices
    return _since(view, days) if chosen == _SINCE else _ranges(view, days)


def recent_periods(view: View) -> ChosenPeriods | None:
    """The last months with those before; None where there are not two periods."""
    days = review_days(view.attributes)
    return None if days is None else _split(days, _recent_day(days))


def _recent_day(days: np.ndarray) -> date:
    return date.fromisoformat(str(recent_start(days)))


def _split(days: np.ndarray, day: date) -> ChosenPeriods | None:
    try:
        periods = split_since(days, np.datetime64(day, "D"))
    except InputError:
        return None
    return ChosenPeriods(periods, (_SINCE, day), f"{day:%Y-%m-%d}", (day, None))


def _since(view: View, days: np.ndarray) -> ChosenPeriods | None:
    known = days[~np.isnat(days)]
    low, high = known.min().item(), known.max().item()
    day = st.date_input(
        "Since",
        _recent_day(days),
        min_value=low,
        max_value=high,
        key=f"since-{view.number}",
        format="YYYY-MM-DD",
        width=170,
    )
    if not isinstance(day, date):
        return None
    if (found := _split(days, day)) is None:
        st.info("There are no reviews before that day: choose a later one.")
    return found


def _ranges(view: View, days: np.ndarray) -> ChosenPeriods | None:
    known = days[~np.isnat(days)]
    low, high = known.min().item(), known.max().item()
    split = max(recent_start(days).item(), low + (high - low) / max((high - low).days, 1))
    day_before = split - (split - low) / max((split - low).days, 1)
    ranges: list[tuple[date, date]] = []
    for label, ends in (("Before", (low, day_before)), ("After", (split, high))):
        chosen: Any = st.date_input(
            label,
            ends,
            min_value=low,
            max_value=high,
            key=f"{label}-{view.number}",
            format="YYYY-MM-DD",
            width=250,
        )
        if not isinstance(chosen, tuple) or len(chosen) != 2:
            st.caption("Choose the last day as well.")
            return None
        ranges.append(chosen)
    periods = split_by_days(days, ranges[0], ranges[1])
    if not periods.comparable:
        st.info("One of the two has no reviews: choose other days.")
        return None
    return ChosenPeriods(periods, (_RANGES, *ranges), f"{ranges[1][0]:%Y-%m-%d}", ranges[1])
