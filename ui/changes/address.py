"""What the address names of the page Changes: periods, groups, topics or aspects, the chart."""

from __future__ import annotations

import re
from datetime import date
from functools import partial

import streamlit as st

from pipeline.common.translation import gettext_noop as N_
from pipeline.insights.changes import COMPLAINTS, MENTIONS
from pipeline.insights.themes import TOPICS
from pipeline.topics.aspects import aspect_keys
from ui.changes.choose_periods import (
    PERIODS_KEY,
    RANGE_KEYS,
    SINCE_KEY,
    days_of,
    first_and_last_day,
    period_kinds,
    recent_day,
    usual_ranges,
)
from ui.changes.months import SERIES_KEY, Series
from ui.components.group_choice import first_group_column, group_columns
from ui.components.theme_choice import theme_part
from ui.session.address import AddressPart, Values, choice_part
from ui.session.view import View

BY_KEY, THEMES_KEY = "changes-by", "changes-themes"
_ALL = "*"  # no groups
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_BETWEEN = ".."  # the days of a range


def _read_since(view: View) -> Values:
    day, days = st.session_state.get(SINCE_KEY), days_of(view)
    if not isinstance(day, date) or days is None or day == recent_day(days):
        return ()
    return (day.isoformat(),)


def _apply_since(view: View, values: Values) -> None:
    st.session_state.pop(SINCE_KEY, None)
    if values:
        (st.session_state[SINCE_KEY],) = (_day(view, value) for value in values)


def _read_range(place: int, view: View) -> Values:
    chosen, days = st.session_state.get(RANGE_KEYS[place]), days_of(view)
    if days is None or not isinstance(chosen, tuple) or len(chosen) != len(RANGE_KEYS):
        return ()
    if chosen == usual_ranges(days)[place]:
        return ()
    return (_BETWEEN.join(day.isoformat() for day in chosen),)


def _apply_range(place: int, view: View, values: Values) -> None:
    st.session_state.pop(RANGE_KEYS[place], None)
    if values:
        (value,) = values
        first, last = (_day(view, text) for text in value.split(_BETWEEN))
        if first > last:
            raise ValueError("days in reverse")
        st.session_state[RANGE_KEYS[place]] = first, last


def _day(view: View, text: str) -> date:
    """A day of the reviews.

    Raises:
        ValueError: it is none, or before the first review or after the last one.
    """
    days = days_of(view)
    if days is None or not _DAY.fullmatch(text):
        raise ValueError("no day")
    day, (low, high) = date.fromisoformat(text), first_and_last_day(days)
    if not low <= day <= high:
        raise ValueError("no reviews of this day")
    return day


def _read_series(view: View) -> Values:
    series: Series | None = st.session_state.get(SERIES_KEY)
    if series is None:
        return ()
    return (series.of, series.theme, *([series.group] if series.group is not None else []))


def _apply_series(view: View, values: Values) -> None:
    st.session_state.pop(SERIES_KEY, None)
    if not values:
        return
    of, theme, *group = values
    known = {topic.key for topic in view.original.topics} | set(aspect_keys())
    if of not in (MENTIONS, COMPLAINTS) or theme not in known or len(group) > 1:
        raise ValueError("no such months")
    st.session_state[SERIES_KEY] = Series(of, theme, group[0] if group else None)


ADDRESS = (
    choice_part(
        "periods",
        N_("the periods"),
        PERIODS_KEY,
        lambda view: {kind: kind for kind in period_kinds(view)},
        default=lambda view: next(iter(period_kinds(view)), None),
    ),
    AddressPart("since", N_("the day"), _read_since, _apply_since, lambda view: (SINCE_KEY,)),
    *(
        AddressPart(
            name,
            N_("the days"),
            partial(_read_range, place),
            partial(_apply_range, place),
            lambda view: RANGE_KEYS,
        )
        for place, name in enumerate(("before", "after"))
    ),
    choice_part(
        "changes-by",
        N_("the groups"),
        BY_KEY,
        lambda view: {_ALL: "", **{name: name for name in group_columns(view)}},
        default=first_group_column,
    ),
    theme_part("changes-count", THEMES_KEY, TOPICS),
    AddressPart(
        "months", N_("the months"), _read_series, _apply_series, lambda view: (SERIES_KEY,)
    ),
)
