"""The dialog "Take away": reports, workbook and map as files, on chosen hotels and days."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import numpy as np
import streamlit as st

from pipeline.common.errors import InputError
from pipeline.common.translation import current_language, ngettext
from pipeline.common.translation import gettext as _
from pipeline.exports.documents import Documents
from pipeline.exports.selection import Selection, select_reviews
from pipeline.exports.typesetting import is_installed
from pipeline.insights.periods import review_days
from ui.components.downloads import download
from ui.components.widgets import error_box
from ui.session.session import Session
from ui.session.view import View

_MAX_STEM = 60


def offer_take_away(session: Session, view: View) -> None:
    """A button that opens the dialog."""
    if st.button(
        _("Take away"),
        icon=":material/ios_share:",
        width="stretch",
        help=_("A report to forward, an Excel workbook, and the map as a file."),
    ):
        st.dialog(_("Take away"), width="medium")(_show_files)(session, view)


def note_partial(view: View) -> None:
    """Say of which reviews a partial result is."""
    if view.partial and not view.lacks_passages:
        st.caption(
            ngettext("Of the first {n} review.", "Of the first {n} reviews.", view.partial[0])
        )


def _show_files(session: Session, view: View) -> None:
    try:
        selection = _choose(view)
    except InputError as error:
        error_box(str(error))
        return
    documents = Documents(
        view.analysis,
        view.attributes,
        selection,
        language=current_language(),
        topic_language=view.language,
        analysed=_analysed(session),
        notes=session.file.notebook.notes(),
    )
    note_partial(view)
    if not selection.is_all:
        chosen = int(selection.reviews.sum())
        st.caption(ngettext("{n} review chosen.", "{n} reviews chosen.", chosen))
    stem = _stem(session, selection)
    printing = is_installed()
    _row(
        "report",
        _("Report"),
        _(
            "Two to four pages to forward: what guests talk about, where it hurts, hotel by "
            "hotel, what changed, in their own words."
        ),
        [(f"{stem}-report.pdf", "PDF", documents.report_pdf)] * printing
        + [(f"{stem}-report.html", "HTML", documents.report_html)],
    )
    _row(
        "workbook",
        _("Workbook"),
        _("Everything to sort and filter: topics, hotels, changes, reviews and passages."),
        [(f"{stem}.xlsx", "Excel", documents.workbook)],
    )
    if view.analysis.coordinates is not None:
        pictures = [
            (f"{stem}-map.png", "PNG", documents.map_image),
            (f"{stem}-map.svg", "SVG", lambda: documents.map_image(form="svg")),
            (f"{stem}-map.pdf", "PDF", lambda: documents.map_image(form="pdf")),
        ]
        _row(
            "map",
            _("Map"),
            _(
                "The HTML file opens offline, shows each text on a click and finds texts by their "
                "letters. The pictures are to print."
            ),
            [(f"{stem}-map.html", "HTML", documents.map_html), *(pictures * printing)],
        )
    st.caption(
        _(
            "The files hold guests' own words: forward them as you would the reviews. They are "
            "made when you press a button; a large one takes some seconds."
        )
    )
    if not printing:
        st.caption(_("PDF and pictures need the package typst on this server."))


def _row(kind: str, title: str, line: str, files: list[tuple[str, str, Any]]) -> None:
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{title}**")
        st.caption(line)
        with st.container(horizontal=True, gap="small"):
            for name, label, make in files:
                download(label, name, make, key=f"take-{kind}-{label}")


def _choose(view: View) -> Selection:
    """Widgets for hotels and days, where the file has them."""
    hotels: list[str] = []
    if len(view.hotels) > 1:
        hotels = st.multiselect(
            _("Hotels"),
            list(view.hotels),
            placeholder=_("All hotels"),
            key=f"take-hotels-{view.number}",
        )
    first = last = None
    days = review_days(view.attributes)
    if days is not None:
        known = days[~np.isnat(days)]
        low, high = known.min().item(), known.max().item()
        chosen: Any = st.date_input(
            _("Period"),
            (low, high),
            min_value=low,
            max_value=high,
            key=f"take-days-{view.number}",
            format="YYYY-MM-DD",
        )
        if len(chosen) == 2 and chosen != (low, high):
            first, last = chosen
    return select_reviews(view.analysis, view.attributes, hotels=hotels, first=first, last=last)


def _analysed(session: Session) -> date | None:
    """The day on which the analysis was made, where it is in the list of analyses."""
    kept = session.file.autosave.revision
    if kept is None:
        return None
    try:
        entries = session.catalogue().entries()
    except InputError:
        return None
    made = next((entry.created for entry in entries if entry.token == kept.token), "")
    return date.fromisoformat(made[:10]) if made else None


def _stem(session: Session, selection: Selection) -> str:
    """The beginning of the files' names: of the file, and of the hotel if there is one."""
    name = session.source.name if session.source else "reviews"
    name = name.rsplit(".", 1)[0]
    if len(selection.hotels) == 1:
        name = f"{name}-{selection.hotels[0]}"
    return re.sub(r"[^\w-]+", "-", name).strip("-")[:_MAX_STEM] or "reviews"
