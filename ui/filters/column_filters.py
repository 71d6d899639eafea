"""Filters over any column of the file: the box "More filters"."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import streamlit as st

from pipeline.common.errors import InputError
from pipeline.common.locale_format import format_number
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.common.translation import ngettext
from pipeline.filters.binding import bind
from pipeline.filters.column_values import value_counts, value_range
from pipeline.filters.columns import Column
from pipeline.filters.expressions import And, Filter, In, IsMissing, Or, Range, mask
from pipeline.filters.parser import filter_to_text, parse_filter
from pipeline.insights.attributes import excerpt
from ui.components.widgets import escape_markdown, note_mixed_scales
from ui.session.current import current_search, redraw_if_wanted
from ui.session.search_state import SearchState
from ui.session.view import View

_ENDS = ("from", "to")  # of a range, in the keys of its boxes
_MOST_VALUES = 500  # of a column that can be chosen from
_FEW_NUMBERS = 12  # distinct numbers that are chosen one by one
# The columns with a box of their own in "More filters": its title, and the name on a chip.
_TITLES = {"rating": N_("Rating"), "date": N_("Date")}
_NAMES = {"rating": N_("rating"), "date": N_("date")}
_BOXED = ("language", "topic", "topic_id", "hotel")  # have a box of their own on the page


@st.fragment
def column_filters(view: View) -> None:
    """The button and, while it is open, its popover."""
    redraw_if_wanted()
    state = current_search()
    box = st.popover(
        _("More filters"),  # with another label it would be another box, and closed
        icon=":material/filter_list:",
        key="more-filters",
        width="stretch",
        on_change="rerun",
    )
    if not box.open:
        return
    with box:
        names = _choices(view)
        for role in _TITLES:
            if role in view.columns:
                _editor(view, state, role, _label(view, role))
        note_mixed_scales(view)
        column = st.selectbox(
            _("Any other column"),
            [name for name in names if name not in _TITLES],
            index=None,
            format_func=lambda name: excerpt(name, 60),
            placeholder=_("Choose a column"),
            key="filter-column",
        )
        if column is not None:
            _editor(view, state, column, "")
        key = f"filter-text-{state.version}"
        st.text_input(
            _("Or a filter in words"),
            value=state.expression,
            placeholder='rating <= 2 and hotel in ("A", "B")',
            key=key,
            max_chars=2_000,
            on_change=_type,
            args=(view, key),
        )
        if state.problem:
            st.warning(escape_markdown(state.problem), icon=":material/info:")
            state.problem = ""


def _label(view: View, role: str) -> str:
    title = _(_TITLES[role])
    return view.attributes.rating_title(title) if role == "rating" else title


def condition_units(view: View) -> np.ndarray:
    """Units that match the conditions over columns: bool (m,)."""
    state = current_search()
    size = len(view.analysis.units)
    if not state.conditions and not state.expression:
        return np.ones(size, bool)
    try:
        parts = [*state.conditions.values(), parse_filter(state.expression)]
        return mask(bind(And(tuple(parts)), _kinds(view)), view.columns, size)
    except InputError as error:  # of a file that had another column
        state.conditions, state.expression, state.problem = {}, "", str(error)
        return np.ones(size, bool)


def condition_words(view: View) -> list[tuple[str | None, str]]:
    """Column and description of each active filter; the column is None for the typed one."""
    state = current_search()
    words: list[tuple[str | None, str]] = [
        (name, _said(name, own)) for name, own in state.conditions.items()
    ]
    return words + ([(None, state.expression)] if state.expression else [])


def _editor(view: View, state: SearchState, name: str, label: str) -> None:
    """The values of a column to choose from."""
    column = view.columns[name]
    first = view.analysis.units.first
    active = state.conditions.get(name)
    key = f"filter-{state.version}-{view.number}-{name}"
    label = label or escape_markdown(excerpt(name, 60))
    counts, distinct = value_counts(column, first, limit=_MOST_VALUES)
    if not distinct:
        st.caption(_("{column}: no review has a value here.", column=label))
    elif column.kind == "text" or (column.kind == "number" and distinct <= _FEW_NUMBERS):
        _values(state, name, label, key, counts, active, distinct)
    else:
        _range(state, name, label, key, column, first, active)


def _values(
    state: SearchState,
    name: str,
    label: str,
    key: str,
    counts: list[tuple[Any, int]],
    active: Filter | None,
    distinct: int,
) -> None:
    numbers = dict(counts)
    if name == "rating":
        numbers = dict(sorted(counts, reverse=True))
    chosen = list(active.values) if isinstance(active, In) else []
    st.multiselect(
        label,
        [*numbers, *(value for value in chosen if value not in numbers)],
        default=chosen,
        format_func=lambda value: f"{_shown(value)} ({format_number(numbers.get(value, 0))})",
        placeholder=_("Any"),
        key=key,
        on_change=_keep,
        args=(state, name, key),
    )
    if distinct > len(counts):
        st.caption(
            _(
                "The {shown} most frequent of {all} values.",
                shown=format_number(len(counts)),
                all=format_number(distinct),
            )
        )


def _range(
    state: SearchState,
    name: str,
    label: str,
    key: str,
    column: Column,
    rows: np.ndarray,
    active: Filter | None,
) -> None:
    ends = value_range(column, rows)
    assert ends is not None  # noqa: S101  there are values
    low, high = (active.low, active.high) if isinstance(active, Range) else (None, None)
    missing = int(column.is_missing()[rows].sum())
    places = st.columns(2)
    titles = _("{column} from", column=label), _("{column} to", column=label)
    if column.kind == "date":
        least, most = (_day(end) for end in ends)
        for place, word, title, value in zip(places, _ENDS, titles, (low, high), strict=True):
            place.date_input(
                title,
                value=_day(value) if value is not None else None,
                min_value=least,
                max_value=most,
                format="YYYY-MM-DD",
                key=f"{key}-{word}",
                on_change=_keep_range,
                args=(state, name, key),
            )
        shown = str(least), str(most)
    else:
        for place, word, title, value in zip(places, _ENDS, titles, (low, high), strict=True):
            place.number_input(
                title,
                value=float(str(value)) if value is not None else None,
                placeholder=f"{ends[word == 'to']:g}",
                key=f"{key}-{word}",
                on_change=_keep_range,
                args=(state, name, key),
            )
        shown = _shown(float(ends[0])), _shown(float(ends[1]))
    if missing:
        said = ngettext(
            "The file has {low} to {high}; {n} review has none and is left out by a range.",
            "The file has {low} to {high}; {n} reviews have none and are left out by a range.",
            missing,
            low=shown[0],
            high=shown[1],
        )
    else:
        said = _("The file has {low} to {high}.", low=shown[0], high=shown[1])
    st.caption(said)


def _choices(view: View) -> list[str]:
    """Columns without a filter box of their own."""
    roles = {role: name for role, name in view.original.columns.items() if name is not None}
    own = {name for role, name in roles.items() if role in ("hotel", "rating", "date")}
    if view.attributes.highest_rating == 5:
        own.add("rating_of_5")  # says what "rating" does
    if view.original.unit_sentiment is not None:
        own.add("sentiment")
    return [name for name in view.columns if name not in _BOXED and name not in own]


def _keep(state: SearchState, name: str, key: str) -> None:
    chosen = tuple(st.session_state.get(key) or ())
    _set(state, name, In(name, chosen) if chosen else None)


def _keep_range(state: SearchState, name: str, key: str) -> None:
    low, high = (st.session_state.get(f"{key}-{word}") for word in _ENDS)
    some = low is not None or high is not None
    _set(state, name, Range(name, low, high) if some else None)


def _set(state: SearchState, name: str, condition: Filter | None) -> None:
    kept = {other: own for other, own in state.conditions.items() if other != name}
    state.conditions = kept if condition is None else {**kept, name: condition}
    state.redraw = True


def _type(view: View, key: str) -> None:
    """Apply a typed filter; one that can't be parsed leaves the old one in place."""
    state = current_search()
    typed = " ".join(str(st.session_state.get(key) or "").split())
    try:
        bind(parse_filter(typed), _kinds(view))
    except InputError as error:
        state.problem = str(error)
        return
    state.expression, state.redraw = typed, True


def _kinds(view: View) -> dict[str, Any]:
    return {name: column.kind for name, column in view.columns.items()}


def _said(name: str, condition: Filter) -> str:
    column = _(_NAMES[name]) if name in _NAMES else name
    if isinstance(condition, In):
        return f"{column}: {', '.join(_shown(value) for value in condition.values)}"
    if isinstance(condition, Range):
        low, high = (None if v is None else _shown(v) for v in (condition.low, condition.high))
        if low is None:
            return _("{column}: up to {high}", column=column, high=high)
        if high is None:
            return _("{column}: from {low}", column=column, low=low)
        return _("{column}: from {low} to {high}", column=column, low=low, high=high)
    if isinstance(condition, IsMissing):
        return _("{column}: missing", column=column)
    return filter_to_text(condition) if not isinstance(condition, And | Or) else name


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else excerpt(str(value), 60)


def _day(value: Any) -> datetime.date:  # noqa: ANN401  whatever numpy takes for a day
    return datetime.date.fromisoformat(str(np.datetime64(value, "D")))
