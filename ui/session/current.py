"""The session of the user whose page is drawn, and what its widgets are told by it."""

from __future__ import annotations

import streamlit as st

from ui.session.search_state import SearchState
from ui.session.server import worker
from ui.session.session import Session
from ui.session.visitor import current_grant, current_workspace

# Widgets that begin empty for another file.
_OF_A_FILE = (
    "query",
    "languages",
    "hotels",
    "sentiments",
    "changes-files",
    "changes-periods",
    "changes-since",
    "changes-before",
    "changes-after",
    "changes-series",
    "hotels-name",
)


def current_session() -> Session:
    """The session of the user whose page is drawn; made at the first call."""
    if "session" not in st.session_state:
        st.session_state["session"] = Session(worker(), current_workspace(), current_grant())
    session: Session = st.session_state["session"]
    return session


def current_search() -> SearchState:
    """Search and filters of the user whose page is drawn."""
    return current_session().search


def sync_widgets(session: Session) -> None:
    """Set widgets to what is open and shown, before the page draws them."""
    if session.opened_file:
        session.opened_file = False
        for key in _OF_A_FILE:
            st.session_state.pop(key, None)
    if session.settings_changed and session.view is not None:
        session.settings_changed = False
        analysis = session.view.original
        st.session_state["auto_topic_count"] = analysis.settings.topic_count is None
        st.session_state["topic_count"] = analysis.chosen_topic_count
        st.session_state["unit"] = analysis.settings.unit
        st.session_state["correction"] = analysis.settings.space == "neutral"


def search_for(query: str) -> None:
    """Search for a query; "" for nothing."""
    st.session_state["query"] = query
    state = current_search()
    state.like, state.focus = (), None


def search_like(rows: tuple[int, ...]) -> None:
    """Search for reviews like these."""
    state = current_search()
    state.like, state.focus, state.redraw = rows, None, True


def redraw_if_wanted() -> None:
    """Within a fragment: draw the whole page, if a callback has asked for it."""
    state = current_search()
    if state.redraw:
        state.redraw = False
        st.rerun()


def page_drawn() -> None:
    """The whole page is being drawn; nothing asks for it any more."""
    current_search().redraw = False
