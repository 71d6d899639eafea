"""The page "Topics": topic cards, the fixed list of aspects, notes, and adding a file."""

import streamlit as st

from pipeline.common.translation import gettext as _
from ui.components.page_header import page_header
from ui.components.sidebar import show_sidebar
from ui.components.topic_editing import phrase_form, show_hidden, show_history, undo_buttons
from ui.components.widgets import job_progress
from ui.library.require_view import require_view
from ui.topics.add_file import add_file
from ui.topics.aspect_list import show_aspects
from ui.topics.cards import choose_cards, note_few_sentences, show_cards, show_table
from ui.topics.notes import show_notes
from ui.topics.parts import ASPECTS, FILE, NOTES, PARTS, TOPICS

session, view = require_view(_("No topics yet"))
show_sidebar(session, view, full=False)
page_header(session, view, _("Topics"))
if session.is_working and not session.is_partial:  # else the head shows it
    with st.container(border=True):
        job_progress()
if st.session_state.get("part") not in PARTS.values():
    st.session_state["part"] = TOPICS
part = st.segmented_control(
    _("Part of the page"),
    PARTS.values(),
    format_func=_,
    required=True,
    key="part",
    label_visibility="collapsed",
)
with st.container(horizontal=True, gap="small"):
    undo_buttons(session, "page")
if part == ASPECTS:
    show_aspects(view)
elif part == NOTES:
    show_notes(session, view)
elif part == FILE:
    add_file(session, view)
else:
    cards, drawn = choose_cards(view)
    if not cards:
        st.info(_("No topic matches."))
    elif drawn == "Cards":
        show_cards(session, view, cards)
    else:
        show_table(session, view, cards)
    show_hidden(session, view)
    phrase_form(session, view)
    note_few_sentences(view)
    show_history(view)
