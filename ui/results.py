"""The search box and its results."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pipeline.errors import InputError
from pipeline.search import Hits
from ui.filters import clear_filters
from ui.view import View
from ui.widgets import count, language_line, problem_box, review_list

EXAMPLES = ("Loud music at night", "The breakfast was excellent", "Rude staff at the front desk")
_TOPS = (10, 20, 50)


def search_bar() -> str:
    """Draw the search box; the query, "" for none."""
    with (
        st.form("search", border=False),
        st.container(horizontal=True, vertical_alignment="bottom", gap="small"),
    ):
        query = st.text_input(
            "Search by meaning, in any language",
            placeholder="Loud music at night",
            key="query",
            max_chars=500,
        )
        st.form_submit_button("Search", type="primary", icon=":material/search:", key="search-now")
        st.form_submit_button("Clear", key="search-clear", on_click=_ask, args=("",))
    query = " ".join(query.split())
    if not query:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.html('<span class="pg-quiet">For example:</span>', width="content")
            for example in EXAMPLES:
                st.button(example, type="tertiary", on_click=_ask, args=(example,))
    return query


def run_search(view: View, query: str, allowed: np.ndarray) -> Hits | None:
    """The hits of a query; None when there is none, or none that can be answered."""
    if not query:
        return None
    try:
        with st.spinner("Searching …"):
            return view.search(query, top=st.session_state["top"], allowed=allowed)
    except InputError as error:
        problem_box(str(error))
        return None


def show_summary(view: View, allowed: np.ndarray) -> None:
    """What the filters leave, in a line."""
    passing = len(view.analysis.units.reviews_of(allowed))
    everything = len(view.analysis.texts)
    if passing == 0:
        st.info("No review passes these filters.", icon=":material/filter_alt_off:")
    elif passing < everything:
        st.caption(f"{count(passing, 'review')} of {everything:,} pass the filters.")
    if not allowed.all():
        st.button(
            "Clear the filters",
            on_click=clear_filters,
            args=(view,),
            icon=":material/filter_alt_off:",
            type="tertiary",
        )


def show_results(view: View, hits: Hits) -> None:
    """The hits as a list to read."""
    languages = view.analysis.unit_languages[hits.rows].tolist()
    if not languages:
        st.info("No review is left to search: clear a filter.")
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.html(f"<b>{count(len(languages), 'result')}</b>", width="content")
        st.segmented_control(
            "Number of results", _TOPS, required=True, key="top", label_visibility="collapsed"
        )
    st.html(f'<span class="pg-quiet">{language_line(languages)}</span>')
    review_list(view, hits.rows.tolist(), scores=hits.scores.tolist(), tall=True)


def _ask(query: str) -> None:
    st.session_state["query"] = query
