"""Notes on topics and reviews: how they are shown and written."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from pipeline.access.policy import Action
from pipeline.analysis.notes import MAX_AUTHOR, MAX_TEXT, Note
from pipeline.common.errors import InputError
from pipeline.common.translation import gettext as _
from ui.components.widgets import error_box, escape
from ui.session.session import Session

_PROBLEM = "note-problem"  # in the session's state


def notes_html(notes: Sequence[Note]) -> str:
    """Notes as HTML, each with who wrote it and when; "" without any."""
    return "".join(
        f'<div class="pg-note"><span dir="auto">{escape(note.text)}</span>'
        f'<span class="pg-quiet"><bdi>{escape(note.author)}</bdi>, {escape(note.day)}</span></div>'
        for note in notes
    )


def note_form(session: Session, make: Callable[[str, str], Note], key: str) -> None:
    """The form in which a note is written; the name is asked once.

    Args:
        session: whose.
        make: makes a note of a text and the name of who writes it, or raises InputError.
        key: of the form; part of those of its widgets.
    """
    if not session.may(Action.EDIT):
        return
    if problem := st.session_state.pop(_PROBLEM, ""):
        error_box(problem)
    own = session.file.notebook.author
    names = list(
        dict.fromkeys([*([own] if own else []), *(n.author for n in session.file.notebook.notes())])
    )
    with st.form(f"note-{key}", border=False):
        st.text_area(
            _("Note"),
            key=_text(key),
            max_chars=MAX_TEXT,
            height=80,
            placeholder=_("Told the chief engineer, 12 May"),
        )
        st.selectbox(
            _("Your name"),
            names,
            index=0 if own else None,
            accept_new_options=True,
            placeholder=_("Choose or type your name"),
            key=_author(key),
        )
        st.form_submit_button(
            _("Add note"),
            icon=":material/add_comment:",
            on_click=_add,
            args=(session, make, key),
            disabled=session.is_partial,
        )
    if session.is_partial:
        st.caption(_("Notes can be written once all reviews have been read."))


def _add(session: Session, make: Callable[[str, str], Note], key: str) -> None:
    text, author = st.session_state.get(_text(key)), st.session_state.get(_author(key))
    try:
        note = make(str(text or ""), str(author or "")[: MAX_AUTHOR + 1])
    except InputError as error:
        st.session_state[_PROBLEM] = str(error)
        return
    if problem := session.file.add_note(note):
        st.session_state[_PROBLEM] = problem
        return
    st.session_state[_text(key)] = ""


def _text(key: str) -> str:
    return f"note-text-{key}"


def _author(key: str) -> str:
    return f"note-author-{key}"
