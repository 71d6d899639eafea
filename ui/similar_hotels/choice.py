"""Choosing what the page "Similar hotels" compares: the open file, an upload or the example."""

from __future__ import annotations

import streamlit as st

from pipeline.common.errors import InputError
from pipeline.common.paths import PROJECT
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.reviews.column_roles import ColumnRoles
from ui.components.widgets import error_box, escape, escape_markdown
from ui.session.server import upload_limit
from ui.session.session import Session
from ui.similar_hotels.compared import ComparedHotels, HotelTable, hotels_of_view
from ui.upload.upload import TYPES, store_upload

EXAMPLE = PROJECT / "sample_data" / "hotels.csv"
_TABLE = "hotel-table"
_OPEN, _OTHER = N_("The open file"), N_("A table of hotels")


def choose_hotels(session: Session) -> tuple[ComparedHotels | None, HotelTable | None]:
    """Draw the choice; returns the hotels that are chosen, and the table that they are of."""
    opened, why_not = _hotels_of_open_file(session)
    source = _OTHER
    if opened is not None:
        source = st.segmented_control(
            _("Hotels of"),
            (_OPEN, _OTHER),
            format_func=_,
            required=True,
            default=_OPEN,
            key="similar-source",
        )
    elif why_not:
        said = _("{reason}. Or upload a table of hotels here.", reason=why_not)
        st.caption(escape_markdown(said))
    if source == _OPEN:
        return opened, None
    table = _choose_table(session)
    if table is None:
        return None, None
    if table.table is not None:
        _choose_columns(session, table)
    table.update()
    if table.problem:
        error_box(table.problem)
    return table.compared, table


def _hotels_of_open_file(session: Session) -> tuple[ComparedHotels | None, str]:
    """The hotels of the open analysis, or why there are none; "" where nothing is open."""
    if session.view is None:
        return None, ""
    try:
        return hotels_of_view(session.view), ""
    except InputError as error:
        return None, str(error)


def _choose_table(session: Session) -> HotelTable | None:
    """The table that was uploaded last, or the example."""
    file = st.file_uploader(
        _("A table with a name and a description of each hotel, in any language"),
        type=TYPES,
        key="similar-upload",
        max_upload_size=upload_limit(),
    )
    table: HotelTable | None = st.session_state.get(_TABLE)
    if file is not None and (table is None or table.key != file.file_id):
        stored = store_upload(session, file.file_id, file.name, file)
        table = _open(HotelTable(file.file_id, file.name, stored.path))
    elif file is None and table is not None and table.path != EXAMPLE:
        table = None
        del st.session_state[_TABLE]
    if file is None:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            if st.button(
                _("Try it with 40 invented hotels"),
                icon=":material/play_circle:",
                key="similar-try",
            ):
                table = _open(HotelTable("example", EXAMPLE.name, EXAMPLE))
            said = _("Six kinds of hotel, described in six languages.")
            st.html(f'<span class="pg-quiet">{escape(said)}</span>', width="content")
    return table


def _open(table: HotelTable) -> HotelTable:
    with st.spinner(_("Reading the file …")):
        table.read()
    st.session_state[_TABLE] = table
    return table


def _choose_columns(session: Session, table: HotelTable) -> None:
    """The columns of names and texts, as guessed until the user chooses others."""
    assert table.table is not None  # noqa: S101
    names = [str(column) for column in table.table.frame.columns]
    guessed = table.columns
    with st.expander(_("Columns"), expanded=guessed is None):
        left, right = st.columns(2)
        name = left.selectbox(
            _("Name of the hotel"),
            names,
            index=_place(names, guessed.hotel if guessed else None),
            placeholder=_("Choose a column"),
            key=f"similar-name-{table.key}",
        )
        text = right.selectbox(
            _("Description or review"),
            names,
            index=_place(names, guessed.text if guessed else None),
            placeholder=_("Choose a column"),
            key=f"similar-text-{table.key}",
        )
    if name is None or text is None:
        return
    if name == text:
        table.compared = None
        table.error = InputError(
            "Name and description are the same column. Choose another one for the description."
        )
        return
    is_new = guessed is None or (guessed.hotel, guessed.text) != (name, text)
    if is_new or (table.compared is None and not table.problem):
        with st.spinner(_("Reading the hotels …")):
            table.compare(session, ColumnRoles(text=text, hotel=name))


def _place(names: list[str], name: str | None) -> int | None:
    return names.index(name) if name in names else None
