"""From a cell of a comparison to its reviews on the page "Explore"."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import numpy as np
import streamlit as st

from pipeline.filters.expressions import And, Filter, Range
from pipeline.filters.parser import parse_filter
from pipeline.insights.comparison import Comparison
from pipeline.insights.findings import group_label
from pipeline.insights.groups import PERIODS, Groups
from pipeline.insights.themes import Themes
from pipeline.topics.polarity import COMPLAINT
from ui.filters.filter_bar import filters_as_text, set_filters
from ui.filters.show_on_explore import describe_reviews, group_filter, show_on_explore
from ui.session.page_paths import COMPARE
from ui.session.session import Session
from ui.session.view import View

_REQUEST, _FILTERS = "compare-open", "compare-filters"  # in the session's state
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class _Request:
    """Reviews to open: those of a group that are allowed, on a theme, perhaps complaints alone."""

    themes: Themes
    theme: int
    groups: Groups
    group: int
    complaints: bool


def request_reviews(
    comparison: Comparison, group: int, theme: int, complaints: bool = False
) -> None:
    """Ask for the reviews of a cell; the next run of the page opens them.

    For a button's callback: filters can be set only before the page has drawn them.

    Args:
        comparison: with the cell.
        group, theme: the cell.
        complaints: whether to show only complaints about the theme.
    """
    st.session_state[_REQUEST] = _Request(
        comparison.themes, theme, comparison.groups, group, complaints
    )


def open_requested(session: Session, view: View) -> None:
    """Open the reviews that a button has asked for, if one has.

    Back from there, the filters of the page are as they were: those of a cell would leave nothing
    to compare.
    """
    number, before = st.session_state.pop(_FILTERS, (None, ""))
    if number == view.number:
        set_filters(view, before)
    wanted: _Request | None = st.session_state.pop(_REQUEST, None)
    if wanted is None or len(wanted.groups.codes) != len(view.original.texts):
        return
    present = filters_as_text(view, skip_unreadable=True)
    st.session_state[_FILTERS] = view.number, present
    reviews = (wanted.groups.codes == wanted.group) & says(
        wanted.themes, wanted.theme, complaints=wanted.complaints
    )
    tree = parse_filter(present)
    filters: list[Filter] = list(tree.parts) if isinstance(tree, And) else [tree]
    if (own := cell_filter(view, wanted.groups, wanted.group)) is not None:
        filters.append(own)
    show_on_explore(
        session,
        view,
        reviews,
        filters,
        themes=wanted.themes,
        theme=wanted.theme,
        complaints=wanted.complaints,
        said=describe_reviews(
            wanted.themes.names[wanted.theme],
            group_label(view.original, wanted.groups.column, wanted.groups.names[wanted.group]),
            sentiment=COMPLAINT if wanted.complaints else 0,
        ),
        page=COMPARE,
    )


def says(themes: Themes, theme: int, *, complaints: bool = False) -> np.ndarray:
    """Reviews that mention a theme, or complain about it: bool (n,)."""
    table = themes.complaints if complaints else themes.mentions
    said = np.zeros(themes.mentions.shape[0], bool)
    if table is not None:
        said[table[:, [theme]].nonzero()[0]] = True
    return said


def cell_filter(view: View, groups: Groups, group: int) -> Filter | None:
    """The filter by which pages show a group; None where it is not of a column."""
    wanted = groups.column.strip().casefold()
    kinds = {name.casefold(): column.kind for name, column in view.columns.items()}
    if kinds.get(wanted, "date") != "date":
        return group_filter(view, groups, group)
    if "date" in view.columns and (wanted in PERIODS or wanted in kinds):
        return Range("date", *period_ends(wanted, groups.names[group]))
    return None


def period_ends(period: str, name: str) -> tuple[datetime.date, datetime.date]:
    """First and last day of a period: "2026-03", "2026-Q1" or "2026"."""
    year, _, part = name.partition("-")
    number = int(part[1:]) if part.startswith("Q") else int(part or 1)
    length = _MONTHS.get(period, 1)
    first = np.datetime64(f"{year}-01", "M") + (number - 1) * length
    last = (first + length).astype("datetime64[D]") - 1
    return first.astype("datetime64[D]").item(), last.item()
