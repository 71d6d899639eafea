"""The page "Topics": each topic to read, to judge and to change; what grew; the next file."""

import streamlit as st

from ui.cards import choose_cards, show_cards, show_table
from ui.changes import show_changes
from ui.editing import phrase_form, show_hidden, show_history, turn_buttons
from ui.head import open_analysis, show_head
from ui.next_file import add_file
from ui.sidebar import show_sidebar
from ui.state import CHANGES
from ui.widgets import job_progress

_PARTS = ("Topics", CHANGES, "Add a file")

session, view = open_analysis("No topics yet")
show_sidebar(session, view, full=False)
show_head(session, view)
if session.working:
    with st.container(border=True):
        job_progress()
if st.session_state.get("part") not in _PARTS:
    st.session_state["part"] = _PARTS[0]
# Not tabs: they can't be turned from here when a file was added.
part = st.segmented_control(
    "Part of the page", _PARTS, required=True, key="part", label_visibility="collapsed"
)
if part == CHANGES:
    show_changes(session, view)
elif part == "Add a file":
    add_file(session, view)
else:
    cards, drawn = choose_cards(view)
    with st.container(horizontal=True, gap="small"):
        turn_buttons(session, "page")
    if not cards:
        st.info("No topic has this in its name.")
    elif drawn == "Cards":
        show_cards(session, view, cards)
    else:
        show_table(session, view, cards)
    show_hidden(session, view)
    phrase_form(session, view)
    show_history(view)
