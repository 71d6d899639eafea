"""The upload on the start page: the file, what was understood of it, and the way on."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import streamlit as st

from pipeline.analysis import Settings
from pipeline.cleaning import Rules
from pipeline.columns import Columns
from pipeline.errors import InputError
from pipeline.files import atomic_write
from pipeline.memory import known_columns, remember_columns
from pipeline.reviews import Reviews, reviews_from_table
from pipeline.tables import Table, read_table
from pipeline.transcript import delimiter_name, encoding_name
from ui.columns import choose_columns, choose_rules, show_rejected, show_table
from ui.state import Session, Source, current
from ui.widgets import count, plain, problem_box

_TYPES = ["csv", "tsv", "txt", "xlsx", "jsonl", "parquet", "gz", "zip"]
_KINDS = {"xlsx": "Excel workbook", "jsonl": "JSON lines", "parquet": "Parquet"}


@dataclass
class Preview:
    """An upload before its analysis.

    Attributes:
        number: unique in the session, for the keys of its widgets.
        file: Streamlit's id of the upload.
        name: the user's name of it; for display alone.
        path: where it lies; never the user's own name.
        table: None where it can't be read.
        guessed: the columns' meaning; None where no column looks like review text.
        problem: what is wrong, or "".
    """

    number: int
    file: str
    name: str
    path: Path
    table: Table | None = None
    guessed: Columns | None = None
    problem: str = ""
    _reviews: dict[tuple[Columns, Rules], Reviews] = field(default_factory=dict)

    def read(self, sheet: str | None = None) -> None:
        """Read the file, or another sheet of it."""
        self.table, self.guessed, self.problem, self._reviews = None, None, "", {}
        try:
            self.table = read_table(self.path, name=self.name, sheet=sheet)
            if not len(self.table.frame):
                raise InputError(f"{self.name} has a header but no rows with reviews.")
            self.guessed, _ = known_columns(self.table.frame)
        except InputError as error:
            self.problem = str(error)

    def reviews(self, table: Table, columns: Columns, rules: Rules) -> Reviews:
        """The reviews with these columns and rules, read once."""
        key = (columns, rules)
        if key not in self._reviews:
            self._reviews = {key: reviews_from_table(table, columns, rules=rules)}
        return self._reviews[key]


def upload_and_preview(session: Session) -> None:
    """Uploader, sample button, and the preview of what was uploaded."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        file = st.file_uploader(
            "Your reviews: CSV in any encoding, Excel, JSON lines or Parquet",
            type=_TYPES,
            key="upload",
            on_change=_forget_problem,
        )
    with right:
        st.html('<p class="pg-quiet" style="margin:0">No file at hand?</p>')
        if st.button("Try it with sample reviews", icon=":material/play_circle:", key="sample"):
            session.analyse_sample()
            st.rerun()
        st.html(
            '<p class="pg-quiet" style="margin:0">789 invented reviews of 10 hotels, '
            "in 19 languages.</p>"
        )
    if file is None:
        session.preview = None
        return
    if session.preview is None or session.preview.file != file.file_id:
        with st.spinner("Reading the file …"):
            session.preview = _take(session, file.file_id, file.name, file)
    _show(session, session.preview)


def _forget_problem() -> None:
    current().problem = ""


def _take(session: Session, file: str, name: str, data: IO[bytes]) -> Preview:
    number = session.next_number()
    preview = Preview(number, file, name, session.folder / f"upload{number}")
    try:
        with atomic_write(preview.path) as stream:
            shutil.copyfileobj(data, stream)
    except OSError as error:
        preview.problem = f"The upload could not be stored: {error.strerror}"
    else:
        preview.read()
    return preview


def _show(session: Session, preview: Preview) -> None:
    table = preview.table
    if table is not None and len(table.sheets) > 1:
        table = _choose_sheet(preview, table)
    if table is None or not len(table.frame):
        problem_box(preview.problem)
        return
    summary = st.container()  # stands first, and depends on what is chosen beneath
    columns = choose_columns(table, preview.guessed, preview.number)
    rules = choose_rules(preview.number)
    try:
        reviews = None if columns is None else preview.reviews(table, columns, rules)
        problem = preview.problem
    except InputError as error:
        reviews, problem = None, str(error)
    if reviews is None or columns is None:
        with summary:
            problem_box(problem)
        show_table(table)
        return
    with summary, st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(plain(_sentence(table, reviews)))
        if st.button("Analyse", type="primary", icon=":material/play_arrow:", key="analyse"):
            if columns != preview.guessed:
                remember_columns([str(name) for name in table.frame.columns], columns)
            rows = len(reviews.texts)
            source = Source(preview.name, preview.path, rows, columns, rules, table.sheet)
            session.analyse(source, Settings())
            st.rerun()
    with summary:
        for note in reviews.notes:
            st.caption(plain(note))
    show_table(table)
    show_rejected(reviews)


def _choose_sheet(preview: Preview, table: Table) -> Table | None:
    sheet = st.selectbox(
        "Sheet of the workbook",
        table.sheets,
        index=table.sheets.index(table.sheet) if table.sheet in table.sheets else 0,
        key=f"sheet-{preview.number}",
    )
    if sheet != table.sheet:
        preview.read(sheet)
    return preview.table


def _sentence(table: Table, reviews: Reviews) -> str:
    form = f"{encoding_name(table.encoding)}, {delimiter_name(table.delimiter)}"
    if table.kind in _KINDS:
        form = _KINDS[table.kind] + (f", sheet {table.sheet}" if table.sheet else "")
    return (
        f"{table.name}: {form}, {count(reviews.rows_read, 'row')} read, "
        f"{len(reviews.texts):,} kept, {len(reviews.rejected):,} rejected."
    )
