"""The upload on the start page: what was understood, columns to correct, rows left out."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import IO

import pandas as pd
import streamlit as st

from pipeline.analysis import Settings
from pipeline.columns import Columns, guess_columns
from pipeline.errors import InputError
from pipeline.export import to_csv
from pipeline.files import atomic_write
from pipeline.reviews import Reviews, reviews_from_table
from pipeline.tables import Table, read_table
from pipeline.transcript import delimiter_name, encoding_name
from ui.state import Session, Source
from ui.widgets import count, plain, problem_box

_SHOWN_ROWS = 50
_SHOWN_REJECTED = 500
_TYPES = ["csv", "tsv", "txt", "xlsx", "jsonl", "parquet", "gz", "zip"]
_KINDS = {"xlsx": "Excel workbook", "jsonl": "JSON lines", "parquet": "Parquet"}
_ROLES = {
    "text": "Review text",
    "title": "Title",
    "rating": "Rating",
    "date": "Date",
    "hotel": "Hotel",
    "language": "Language",
    "id": "Review ID",
}


@dataclass
class Preview:
    """An upload before its analysis.

    Attributes:
        number: unique in the session, for the keys of its widgets.
        file: Streamlit's id of the upload.
        guessed: the columns' meaning; None where no column looks like review text.
        problem: why it can't be read, or "".
    """

    number: int
    file: str
    name: str
    table: Table | None = None
    guessed: Columns | None = None
    problem: str = ""
    _reviews: dict[Columns, Reviews] = field(default_factory=dict)

    def reviews(self, table: Table, columns: Columns) -> Reviews:
        """The reviews with these columns, read once."""
        if columns not in self._reviews:
            self._reviews = {columns: reviews_from_table(table, columns)}
        return self._reviews[columns]


def upload_and_preview(session: Session) -> None:
    """Uploader, sample button, and the preview of what was uploaded."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        file = st.file_uploader(
            "Your reviews: CSV in any encoding, Excel, JSON lines or Parquet",
            type=_TYPES,
            key="upload",
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
            session.preview = _read(session, file.file_id, file.name, file)
        session.problem = ""
    _show(session, session.preview)


def _read(session: Session, file: str, name: str, data: IO[bytes]) -> Preview:
    preview = Preview(session.next_number(), file, name)
    path = session.folder / f"upload{preview.number}"  # never the user's own name
    try:
        with atomic_write(path) as stream:
            shutil.copyfileobj(data, stream)
        preview.table = read_table(path, name=name)
    except InputError as error:
        preview.problem = str(error)
    except OSError as error:
        preview.problem = f"The upload could not be stored: {error.strerror}"
    if preview.table is not None:
        try:
            preview.guessed = guess_columns(preview.table.frame)
        except InputError as error:
            preview.problem = str(error)
    return preview


def _show(session: Session, preview: Preview) -> None:
    table = preview.table
    if table is None or not len(table.frame):
        problem_box(preview.problem or f"{preview.name} has a header but no rows with reviews.")
        return
    columns = _choose_columns(preview, table)
    try:
        reviews = None if columns is None else preview.reviews(table, columns)
        problem = preview.problem
    except InputError as error:
        reviews, problem = None, str(error)
    if reviews is None:
        problem_box(problem)
        _show_table(table)
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(plain(_sentence(table, reviews)))
        if st.button("Analyse", type="primary", icon=":material/play_arrow:", key="analyse"):
            path = session.folder / f"upload{preview.number}"
            source = Source(preview.name, path, columns, len(reviews.texts))
            session.analyse(source, Settings())
            st.rerun()
    for note in reviews.notes:
        st.caption(plain(note))
    _show_table(table)
    _show_rejected(reviews)


def _choose_columns(preview: Preview, table: Table) -> Columns | None:
    names = [str(name) for name in table.frame.columns]
    guessed = preview.guessed
    st.subheader("What the columns mean", anchor=False)
    chosen: dict[str, str | None] = {}
    places = st.columns(4) + st.columns(4)
    for place, (role, label) in zip(places, _ROLES.items(), strict=False):
        guess = getattr(guessed, role) if guessed else None
        options: list[str | None] = [*names] if role == "text" else [None, *names]
        with place:
            chosen[role] = st.selectbox(
                label,
                options,
                index=options.index(guess) if guess in options else (None if role == "text" else 0),
                format_func=lambda name: "none" if name is None else name,
                key=f"column-{role}-{preview.number}",
                placeholder="Choose the column",
            )
    text = chosen.pop("text")
    return None if text is None else Columns(text, **chosen)


def _sentence(table: Table, reviews: Reviews) -> str:
    form = f"{encoding_name(table.encoding)}, {delimiter_name(table.delimiter)}"
    if table.kind in _KINDS:
        form = _KINDS[table.kind] + (f", sheet {table.sheet}" if table.sheet else "")
    return (
        f"{table.name}: {form}, {count(reviews.rows_read, 'row')} read, "
        f"{len(reviews.texts):,} kept, {len(reviews.rejected):,} rejected."
    )


def _show_table(table: Table) -> None:
    first = table.frame.head(_SHOWN_ROWS)
    st.subheader("First rows", anchor=False)
    st.dataframe(
        first,
        height=min(38 + 35 * len(first), 360),
        hide_index=True,
        alt=f"The first {count(len(first), 'row')} of the file",
    )


def _show_rejected(reviews: Reviews) -> None:
    if not reviews.rejected:
        return
    with st.expander(f"Rejected rows ({len(reviews.rejected):,})"):
        rows = [(row.line, row.reason, row.text) for row in reviews.rejected]
        header = ("line", "reason", "text")
        if len(rows) > _SHOWN_REJECTED:
            st.caption(f"The first {_SHOWN_REJECTED} are shown; the download has all of them.")
        shown = pd.DataFrame(rows[:_SHOWN_REJECTED], columns=list(header))
        st.dataframe(shown, hide_index=True, alt="Rows that could not be used, with the reason")
        st.download_button(
            "Download the rejected rows",
            lambda: to_csv(header, rows).encode("utf-8-sig"),
            file_name="rejected_rows.csv",
            mime="text/csv",
            on_click="ignore",
            icon=":material/download:",
        )
