"""All notes of an analysis, the newest first."""

from __future__ import annotations

import streamlit as st

from pipeline.analysis.notes import Note
from pipeline.common.csv_writer import to_csv
from pipeline.common.translation import gettext as _
from pipeline.common.translation import ngettext
from pipeline.insights.attributes import excerpt
from ui.components.downloads import offer_file
from ui.components.notes import notes_html
from ui.components.review_dialog import open_review
from ui.components.review_text import language_attributes
from ui.components.widgets import escape
from ui.session.session import Session
from ui.session.view import View

_SHOWN = 200  # the download has all of them


def show_notes(session: Session, view: View) -> None:
    """The notes with what they are on; each can be deleted, and the last deletion undone."""
    notes = session.file.notebook.notes()
    removed = session.file.notebook.removed
    if not notes and removed is None:
        st.info(
            _(
                "No notes yet. Write one on a topic's card, or on a review: press Details beneath "
                "a hit, or choose a row of selected reviews."
            )
        )
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        number = ngettext("{n} note", "{n} notes", len(notes))
        st.html(f"<b>{escape(number)}</b>", width="content")
        if notes:
            offer_file(
                _("Download"),
                lambda: _table(view, notes).encode("utf-8-sig"),
                view.file_name("notes"),
            )
        if removed is not None:
            st.button(
                _("Undo: deleted a note"),
                icon=":material/undo:",
                type="tertiary",
                on_click=session.add_note,
                args=(removed,),
            )
    for note in sorted(notes, key=lambda note: note.written, reverse=True)[:_SHOWN]:
        _entry(session, view, note)


def _entry(session: Session, view: View, note: Note) -> None:
    row = view.note_subjects.row_of(note)
    with st.container(border=True, gap="small", key=f"note-{note.id}"):
        st.html(f"{_subject(view, note)}{notes_html([note])}")
        with st.container(horizontal=True, gap="small"):
            if row is not None:
                st.button(
                    _("Open review"),
                    key=f"note-open-{note.id}",
                    type="tertiary",
                    icon=":material/reviews:",
                    on_click=open_review,
                    args=(row,),
                )
            st.button(
                _("Delete"),
                key=f"note-delete-{note.id}",
                type="tertiary",
                icon=":material/delete:",
                on_click=session.remove_note,
                args=(note,),
            )


def _subject(view: View, note: Note) -> str:
    """What a note is on, as HTML."""
    if note.about == "review":
        row = view.note_subjects.row_of(note)
        if row is None:
            return f'<div class="pg-quiet">{escape(_("A review that is no longer here"))}</div>'
        said = escape(excerpt(view.analysis.texts[row], 120))
        return f"<div {language_attributes(str(view.analysis.languages[row]))}>“{said}”</div>"
    topic = view.note_subjects.topic_of(note)
    if topic is None:
        gone = f'<span class="pg-quiet">{escape(_("(no longer a topic)"))}</span>'
        return f"<div><b><bdi>{escape(note.title)}</bdi></b> {gone}</div>"
    return f"<b><bdi>{escape(view.analysis.topics[topic.id].name)}</bdi></b>"


def _table(view: View, notes: tuple[Note, ...]) -> str:
    rows = []
    for note in notes:
        topic = view.note_subjects.topic_of(note)
        name = view.analysis.topics[topic.id].name if topic is not None else note.title
        review = note.key if note.about == "review" else ""
        rows.append((note.written, note.author, name, review, note.text))
    return to_csv(("written", "author", "topic", "review_id", "note"), rows)
