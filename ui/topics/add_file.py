"""Adding a file: next month's reviews in the same topics."""

from __future__ import annotations

from dataclasses import fields

import streamlit as st

from pipeline.common.errors import InputError
from pipeline.common.translation import gettext as _
from pipeline.reviews.column_memory import remember_columns
from pipeline.reviews.column_roles import ColumnRoles
from pipeline.reviews.source import ReadOptions, ReviewSource
from pipeline.tables.read import Table
from ui.components.offer_box import offer_box
from ui.components.widgets import error_box, escape_markdown
from ui.session.preview import Preview, sentence
from ui.session.server import upload_limit
from ui.session.session import Session
from ui.session.view import View
from ui.upload.column_picker import ColumnChoice, choose_columns
from ui.upload.read_options import choose_read_options
from ui.upload.rejected_rows import show_rejected
from ui.upload.upload import TYPES, read_upload, store_upload


def add_file(session: Session, view: View) -> None:
    """Uploader, preview, and the button that adds the file."""
    st.markdown(
        _(
            "New reviews fall into the topics that are there, and onto the same map. Names, "
            "colours and your changes stay. What fits nowhere is counted and offered as new topics."
        )
    )
    file = st.file_uploader(
        _("Another file of reviews, such as next month's"),
        type=TYPES,
        key=f"next-{len(view.original.batches)}-{view.number}",
        max_upload_size=upload_limit(),
    )
    if file is None:
        session.next_file = None
        return
    preview = session.next_file
    if preview is None or preview.file != file.file_id:
        preview = session.next_file = store_upload(session, file.file_id, file.name, file)
    summary = st.container()
    with st.expander(_("How the file is read"), expanded=preview.table is None):
        options = choose_read_options(preview)
        if preview.path.is_file() and not preview.is_read(options):
            read_upload(preview, options)
            if preview.table is not None:
                preview.guessed = same_columns(view, preview.table) or preview.guessed
            st.rerun()
        table = preview.table
        choice = choose_columns(preview, table) if table is not None else None
    with summary:
        if choice is None or choice.columns is None or table is None or not len(table.frame):
            error_box(preview.problem or _("Choose the column with the review text."))
            return
        _offer(session, preview, table, choice)


def same_columns(view: View, table: Table) -> ColumnRoles | None:
    """The first file's column roles, where the table has columns of the same names."""
    names = {str(name) for name in table.frame.columns}
    known = {field.name for field in fields(ColumnRoles)}
    roles = {
        role: column
        for role, column in view.original.columns.items()
        if role in known and column in names
    }
    text = roles.pop("text", None)
    return ColumnRoles(text, **roles) if text else None


def _offer(session: Session, preview: Preview, table: Table, choice: ColumnChoice) -> None:
    columns, scale = choice.columns, choice.rating_scale
    assert columns is not None  # noqa: S101  the text column is chosen
    rules = session.source.rules if session.source and session.source.rules else preview.rules
    try:
        with st.spinner(_("Checking the reviews …")):
            reviews = preview.reviews(columns, rules, scale)
    except InputError as error:
        error_box(str(error))
        return
    choice.tell(preview, reviews)
    with offer_box():
        st.markdown(escape_markdown(sentence(table, reviews)))
        if st.button(
            _("Add to the analysis"),
            type="primary",
            icon=":material/playlist_add:",
            key="add-file",
            disabled=session.is_locked,
        ):
            if columns != preview.guessed:
                remember_columns([str(name) for name in table.frame.columns], columns)
            rows = len(reviews.texts)
            options = preview.options or ReadOptions()
            session.add(
                ReviewSource(preview.name, preview.path, rows, columns, rules, options, scale)
            )
            st.rerun()
    show_rejected(reviews.rejected)
