"""The upload on the start page: uploader, preview, and the button that analyses."""

from __future__ import annotations

import shutil
import time
from typing import IO

import streamlit as st

from pipeline.analysis.analysis import Settings
from pipeline.common.errors import InputError
from pipeline.common.files import atomic_write
from pipeline.common.locale_format import format_number
from pipeline.common.progress import Progress
from pipeline.common.translation import gettext as _
from pipeline.common.translation import ngettext
from pipeline.common.variables import MAX_MB
from pipeline.reviews.column_memory import remember_columns
from pipeline.reviews.read import Reviews
from pipeline.reviews.source import ReadOptions, ReviewSource
from ui.components.offer_box import offer_box
from ui.components.widgets import error_box, escape, escape_markdown
from ui.library.listing import offer_previous
from ui.session.current import current_session
from ui.session.preview import Preview, sentence
from ui.session.server import upload_limit
from ui.session.session import Session
from ui.upload.column_picker import (
    choose_columns,
    choose_questions,
    choose_rules,
    show_table,
)
from ui.upload.read_options import choose_read_options, note_other_sheets, reset_button
from ui.upload.rejected_rows import show_rejected

TYPES = "csv tsv txt xlsx xls ods json jsonl html parquet gz zip".split()
_SHOWN_NOTES = 5


def upload_and_preview(session: Session) -> None:
    """Uploader, and the preview of what was uploaded."""
    file = st.file_uploader(
        _("Your reviews: CSV in any encoding, Excel, JSON, HTML table or Parquet"),
        type=TYPES,
        key="upload",
        on_change=_forget_problem,
        # The browser looks at the size before it sends a byte.
        max_upload_size=upload_limit(),
    )
    with st.container(key="refused"):
        # Shown by a rule of style when the browser has refused a file, of which the server
        # knows nothing.
        refused = _(
            "This file was not taken. It may have up to {size} MB: split a larger one into "
            "smaller files, or raise the limit {setting}. If it is not that large, try once "
            "more.",
            size=format_number(upload_limit()),
            setting=MAX_MB.name,
        )
        st.html(f'<div class="pg-refused">{escape(refused)}</div>')
    if file is None:
        if not (session.problem and session.preview and session.preview_is_open):
            session.preview = None
            return
        # Its analysis was refused: what was chosen stays, to be corrected.
    elif session.preview is None or session.preview.file != file.file_id:
        session.preview = store_upload(session, file.file_id, file.name, file)
    _show(session, session.preview)


def _forget_problem() -> None:
    current_session().problem = ""


def store_upload(session: Session, file: str, name: str, data: IO[bytes]) -> Preview:
    """Store an upload in the session's folder.

    Args:
        session: in whose folder.
        file: Streamlit's id of it.
        name: the user's name of it.
        data: its bytes.
    """
    preview = Preview(session.folder.next_number(), file, name, session.folder.new_path("upload"))
    try:
        with st.spinner(_("Uploading the file …")), atomic_write(preview.path) as stream:
            shutil.copyfileobj(data, stream)
    except OSError as error:
        preview.problem = _(
            "The upload could not be stored: {problem}. Make room on the disk, then try again.",
            problem=error.strerror,
        )
    return preview


def read_upload(preview: Preview, options: ReadOptions) -> None:
    """Read the file with these options, showing progress."""
    place = st.empty()
    with place.container(), st.spinner(_("Reading the file …")):
        preview.read(options, _progress())
    place.empty()


def _progress() -> Progress:
    """Progress callback that shows a bar when reading takes longer than half a second."""
    place = st.empty()
    last = time.monotonic()

    def show(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last > 0.5 and total:
            last = time.monotonic()
            text = _(
                "{done} of {all} MB",
                done=format_number(done / 1e6),
                all=format_number(total / 1e6),
            )
            place.progress(min(done / total, 1.0), text=text)

    return show


def _show(session: Session, preview: Preview) -> None:
    summary = st.container()  # stands first, and depends on what is chosen beneath
    options = choose_read_options(preview)
    if preview.path.is_file() and not preview.is_read(options):
        read_upload(preview, options)
        st.rerun()  # the form names what was recognised
    table = preview.table
    if table is None or not len(table.frame):
        with summary:
            error_box(preview.problem)
            reset_button(preview)
        return
    choice = choose_columns(preview, table)
    questions = choose_questions(preview, choice.columns)
    rules, tell = choose_rules(preview, questions)
    reviews, problem = None, preview.problem
    if choice.columns is not None:
        try:
            with st.spinner(_("Checking the reviews …")):
                reviews = preview.reviews(choice.columns, rules, choice.rating_scale)
        except InputError as error:
            problem = str(error)
    with summary:
        if preview.doubt:
            st.warning(escape_markdown(preview.doubt), icon=":material/help:")
        if reviews is None:
            error_box(problem)
        else:
            _sum_up(session, preview, reviews, choice.rating_scale)
        note_other_sheets(preview)
        reset_button(preview)
    if reviews is not None:
        tell(reviews)
        choice.tell(preview, reviews)
    show_table(table)
    if reviews is not None:
        show_rejected(reviews.rejected)
    elif table.rejected:
        show_rejected(table.rejected)


def _sum_up(session: Session, preview: Preview, reviews: Reviews, rating_scale: str | None) -> None:
    table, columns, rules = preview.table, reviews.columns, reviews.rules
    assert table is not None  # noqa: S101  its reviews are here
    offer_previous(session, preview.path)
    with offer_box():
        st.markdown(escape_markdown(sentence(table, reviews)))
        if st.button(_("Analyse"), type="primary", icon=":material/play_arrow:", key="analyse"):
            if columns != preview.guessed:
                remember_columns([str(name) for name in table.frame.columns], columns)
            preview.guessed, preview.rules, preview.rating_scale = columns, rules, rating_scale
            rows = len(reviews.texts)
            options = preview.options or ReadOptions()
            source = ReviewSource(
                preview.name, preview.path, rows, columns, rules, options, rating_scale
            )
            session.analyse(source, Settings())
            st.rerun()
    # Below each rule stands what it did.
    notes = [note for note in reviews.notes if note not in reviews.rule_notes]
    for note in notes[:_SHOWN_NOTES]:
        st.caption(escape_markdown(note))
    if len(notes) > _SHOWN_NOTES:
        more = len(notes) - _SHOWN_NOTES
        with st.expander(ngettext("{n} more remark", "{n} more remarks", more)):
            for note in notes[_SHOWN_NOTES:]:
                st.caption(escape_markdown(note))
