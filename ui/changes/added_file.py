"""The last file that was added: how many of its reviews fit, and the topics it suggests."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pipeline.common.locale_format import format_number, join_parts
from pipeline.common.translation import gettext as _
from pipeline.common.translation import ngettext
from pipeline.reviews.units import SENTENCE
from ui.components.topic_editing import make_edit
from ui.components.widgets import escape, escape_markdown, note_mixed_scales
from ui.session.session import Session
from ui.session.view import View


def show_added(session: Session, view: View) -> None:
    """Result of the last file that was added, and the topics it suggests."""
    report = view.original.report
    if not report.get("added"):
        return
    last = report["added"][-1]
    st.markdown(f"{_rows_words(last)} {_fit_words(last['unfit'], view.original.units.kind)}")
    note_mixed_scales(view)
    taken = [edit["units"] for edit in view.original.edits if edit["do"] == "example"]
    offers = [offer for offer in report.get("offers", ()) if offer["units"] not in taken]
    for number, offer in enumerate(offers):
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            said = ngettext(
                "New topic? {topic}, {n} review",
                "New topic? {topic}, {n} reviews",
                offer["reviews"],
                topic=f"<b><bdi>{escape(offer['name'])}</bdi></b>",
            )
            st.html(said, width="content")
            if st.button(
                _("Create topic"),
                icon=":material/add_circle:",
                key=f"offer-{view.number}-{number}",
                disabled=session.is_locked,
            ):
                edit = {"do": "example", "name": "", "units": offer["units"], "phrase": ""}
                make_edit(session, view, edit)


def _rows_words(added: dict[str, Any]) -> str:
    """How many rows of an added file are new, known and rejected, as Markdown."""
    parts = [
        ngettext(
            "**{file}**: {n} new review of {rows} rows",
            "**{file}**: {n} new reviews of {rows} rows",
            added["rows_kept"],
            file=escape_markdown(added["name"]),
            rows=format_number(added["rows_read"]),
        )
    ]
    if known := added["rows_known"]:
        parts.append(ngettext("{n} was there already", "{n} were there already", known))
    if rejected := added["rows_rejected"]:
        parts.append(ngettext("{n} can't be used", "{n} can't be used", rejected))
    return _("{parts}.", parts=join_parts(parts))


def _fit_words(unfit: int, kind: str) -> str:
    """How many of the new reviews or sentences fit no topic."""
    if kind == SENTENCE:
        if not unfit:
            return _("Every new sentence fits a topic.")
        return ngettext("{n} new sentence fits no topic.", "{n} new sentences fit no topic.", unfit)
    if not unfit:
        return _("Every new review fits a topic.")
    return ngettext("{n} new review fits no topic.", "{n} new reviews fit no topic.", unfit)
