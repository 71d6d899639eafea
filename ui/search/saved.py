"""Saved searches: stored with the analysis, counted, and run again."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pipeline.access.policy import Action
from pipeline.common.errors import InputError
from pipeline.common.locale_format import format_number
from pipeline.common.translation import gettext as _
from pipeline.common.translation import ngettext
from pipeline.filters.binding import bind
from pipeline.filters.expressions import mask
from pipeline.filters.parser import parse_filter
from pipeline.insights.attributes import excerpt
from pipeline.search.query import parse_query
from pipeline.search.saved import (
    GroupCount,
    SavedSearch,
    count_by_month,
    parse_saved_search,
)
from ui.components.widgets import escape, escape_markdown
from ui.filters.filter_bar import filters_as_text, set_filters
from ui.session import search_service
from ui.session.current import current_search, current_session, redraw_if_wanted, search_for
from ui.session.search_state import Ask, SearchState
from ui.session.view import View
from ui.topics.card_html import sparkline

_COUNTED = 30  # searches whose hits are counted when the list is opened


@st.fragment
def saved_searches(view: View, wanted: Ask | None) -> None:
    """The button and, while it is open, the list of saved searches."""
    redraw_if_wanted()
    state = current_search()
    box = st.popover(
        _("Saved"),  # with another label it would be another box, and closed
        icon=":material/bookmark:",
        key="saved",
        type="tertiary",
        on_change="rerun",
    )
    if not box.open:
        return
    with box:
        if state.problem:
            st.warning(escape_markdown(state.problem), icon=":material/info:")
            state.problem = ""
        may_edit = current_session().may(Action.EDIT)
        if wanted is not None and wanted.typed and may_edit:
            st.button(
                _(
                    "Save “{query}” and its filters",
                    query=escape_markdown(excerpt(wanted.typed, 40)),
                ),
                icon=":material/bookmark_add:",
                key="saved-add",
                width="stretch",
                on_click=_save,
                args=(view, wanted.typed),
            )
        elif not state.searches and may_edit:
            st.caption(_("Search for something first; then it can be saved here with its filters."))
        for number, search in enumerate(state.searches):
            _entry(view, state, number, search)
        if state.deleted is not None:
            st.button(
                _(
                    "Undo: deleted “{name}”",
                    name=escape_markdown(excerpt(state.deleted[1].name, 30)),
                ),
                icon=":material/undo:",
                type="tertiary",
                key="saved-undo",
                on_click=_restore,
            )


def _entry(view: View, state: SearchState, number: int, search: SavedSearch) -> None:
    """A saved search with its hits and their months."""
    said = line = ""
    if number < _COUNTED:
        try:
            hits, of, months = _count(view, state, search)
            said = ngettext(
                "{hits} of {n} review", "{hits} of {n} reviews", of, hits=format_number(hits)
            )
            shares = [m.hits / m.reviews if m.reviews else float("nan") for m in months]
            label = ngettext(
                "Share of each month's reviews, {n} month",
                "Share of each month's reviews, {n} months",
                len(months),
            )
            line = sparkline(shares, label)
        except InputError as error:
            said = str(error)
    with st.container(border=True, gap="xxsmall", key=f"saved-{number}"):
        st.html(
            f'<b dir="auto">{escape(excerpt(search.name, 60))}</b>'
            + (f'<div class="pg-quiet">{escape(excerpt(search.filter, 90))}</div>')
            * bool(search.filter)
            + f'<div class="pg-trend">{line}<span class="pg-quiet">{escape(said)}</span></div>'
        )
        with st.container(horizontal=True, gap="small"):
            st.button(
                _("Run"),
                key=f"saved-run-{number}",
                icon=":material/play_arrow:",
                type="tertiary",
                on_click=_run,
                args=(view, search),
            )
            if current_session().may(Action.EDIT):
                st.button(
                    _("Delete"),
                    key=f"saved-delete-{number}",
                    icon=":material/delete:",
                    type="tertiary",
                    on_click=_delete,
                    args=(number,),
                )


def _count(
    view: View, state: SearchState, search: SavedSearch
) -> tuple[int, int, tuple[GroupCount, ...]]:
    """Hits, reviews that pass its filter, and both by month.

    Raises:
        InputError: the query can't be answered, or the filter is of another file.
    """
    state_of = (view.number, len(view.original.edits), len(view.original.texts))
    key = (*state_of, search.query, search.filter, search.min_probability)
    if key not in state.counts:
        analysis = view.original
        allowed = np.ones(len(analysis.units), bool)
        if search.filter:
            kinds = {name: column.kind for name, column in view.columns.items()}
            tree = bind(parse_filter(search.filter), kinds)
            allowed = mask(tree, view.columns, len(allowed))
        passing = analysis.units.reviews_of(allowed)
        likely = search_service.probabilities(view, parse_query(search.query), allowed)
        hits = likely >= search.min_probability
        months: tuple[GroupCount, ...] = ()
        if (dates := view.columns.get("date")) is not None and dates.kind == "date":
            days = dates.values(analysis.units.first)
            months = count_by_month(days[passing], hits[passing])
        state.counts[key] = int(hits[passing].sum()), len(passing), months
    return state.counts[key]


def _save(view: View, typed: str) -> None:
    state = current_search()
    try:
        filter_ = filters_as_text(view)
        balanced = bool(st.session_state.get("balanced"))
        search = parse_saved_search(
            SavedSearch(excerpt(typed, 80) or typed, typed, filter_, balanced).to_json()
        )
    except InputError as error:
        state.problem = str(error)
        return
    _keep([each for each in state.searches if each != search] + [search])


def _run(view: View, search: SavedSearch) -> None:
    state = current_search()
    try:
        set_filters(view, search.filter)
    except InputError as error:
        state.problem = str(error)
        return
    search_for(search.query)
    st.session_state["balanced"] = search.balanced
    state.redraw = True


def _delete(number: int) -> None:
    state = current_search()
    if number < len(state.searches):
        state.deleted = number, state.searches[number]
        _keep([*state.searches[:number], *state.searches[number + 1 :]])


def _restore() -> None:
    state = current_search()
    if state.deleted is not None:
        number, search = state.deleted
        state.deleted = None
        _keep([*state.searches[:number], search, *state.searches[number:]])


def _keep(searches: list[SavedSearch]) -> None:
    session = current_session()
    session.search.set_searches(searches)
    session.save_searches()  # a window that is closed now must not lose them
