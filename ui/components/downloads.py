"""Buttons that make a file when they are pressed, in a thread beside the session."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from pipeline.access.policy import Action
from pipeline.common.translation import ENGLISH, current_language, use_language
from pipeline.exports.sheets import Table, table_csv, table_xlsx
from ui.access.owners import note_download
from ui.session.current import current_session
from ui.session.view import View

MIME_TYPES = {
    "csv": "text/csv",
    "html": "text/html",
    "pdf": "application/pdf",
    "png": "image/png",
    "svg": "image/svg+xml",
    "zip": "application/zip",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def download(
    label: str, name: str, make: Callable[[], bytes], *, key: str, wide: bool = False
) -> None:
    """A button that downloads a file.

    Args:
        label: of the button.
        name: of the file; its suffix says what it is.
        make: makes the file, in the language of the page.
        key: of the button.
        wide: whether it takes the width that there is.
    """
    language = current_language()  # the thread belongs to no session

    def make_in_language() -> bytes:
        with use_language(language):
            return make()

    offer_file(label, make_in_language, name, key=key, width="stretch" if wide else "content")


def offer_file(
    label: str,
    make: Callable[[], bytes],
    name: str,
    *,
    logged: bool = True,
    **options: Any,
) -> None:
    """A button that downloads a file, where the user may; what was downloaded is logged.

    Args:
        label: of the button.
        make: makes the file when the button is pressed.
        name: of the file; its suffix says what it is.
        logged: whether this logs it; where ``make`` does, it doesn't.
        options: further ones of the button.
    """
    session = current_session()
    grant = session.grant
    if not grant.may(Action.EXPORT):
        return
    analysis, title = session.file.rights.logged_as()
    mimetype = MIME_TYPES[name.rsplit(".", 1)[-1]]

    def make_if_allowed() -> bytes:  # pressed later, in a thread that belongs to no session
        if logged:
            grant.require(Action.EXPORT, analysis=analysis, name=title, detail=name)
        data = make()
        note_download(grant.user_id, data, mimetype, name)
        return data

    st.download_button(
        label,
        make_if_allowed,
        file_name=name,
        mime=mimetype,
        on_click="ignore",
        icon=":material/download:",
        **options,
    )


def picture_options(name: str) -> dict[str, Any]:
    """Options of a Plotly chart that name and sharpen the picture its toolbar saves."""
    return {"toImageButtonOptions": {"format": "png", "filename": name, "scale": 2}}


def chart_options(name: str) -> dict[str, Any]:
    """Options of a Plotly chart whose toolbar saves it as a picture, and does nothing else."""
    return {
        **picture_options(name),
        "displaylogo": False,
        "displayModeBar": "hover",
        "modeBarButtons": [["toImage"]],
    }


def table_downloads(view: View, stem: str, make: Callable[[], Table]) -> None:
    """Two buttons that download a table as CSV and as an Excel workbook.

    Args:
        view: whose table.
        stem: of the files' names.
        make: makes the table anew each time.
    """
    csv, xlsx = (view.file_name(stem, suffix) for suffix in ("csv", "xlsx"))
    download("CSV", csv, lambda: _csv(make), key=f"csv-{stem}")
    download("Excel", xlsx, lambda: table_xlsx(make()), key=f"xlsx-{stem}")


def _csv(make: Callable[[], Table]) -> bytes:
    """A table as CSV, whose columns other programs know by their English names."""
    with use_language(ENGLISH):
        return table_csv(make()).encode("utf-8-sig")
