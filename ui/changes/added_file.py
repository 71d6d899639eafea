"""The last file that was added: how many of its reviews fit, and the topics it suggests."""

from __future__ import annotations

import streamlit as st

from ui.components.topic_editing import make_edit
from ui.components.widgets import count, escape, escape_markdown, note_mixed_scales
from ui.session.session import Session
from ui.session.view import View


def show_added(session: Session, view: View) -> None:
    """Result of the last file that was added, and the topics it suggests."""
    report = view.original.report
    if not report.get("added"):
        return
    last = report["added"][-1]
    known = f", {last['rows_known']:,} were there already" if last["rows_known"] else ""
    rejected = f", {last['rows_rejected']:,} can't be used" if last["rows_rejected"] else ""
    kind = view.original.units.kind
    unfit = (
        f"Every new {kind} fits a topic."
        if not last["unfit"]
        else f"{count(last['unfit'], f'new {kind}')} fit{'s' * (last['unfit'] == 1)} no topic."
    )
    st.markdown(
        f"**{escape_markdown(last['name'])}**: {count(last['rows_kept'], 'new review')} of "
        f"{last['rows_read']:,} rows{known}{rejected}. {unfit}"
    )
    note_mixed_scales(view)
    taken = [edit["units"] for edit in view.original.edits if edit["do"] == "example"]
    offers = [offer for offer in report.get("offers", ()) if offer["units"] not in taken]
    for number, offer in enumerate(offers):
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.html(
                f"New topic? <b><bdi>{escape(offer['name'])}</bdi></b>, "
                f"{count(offer['reviews'], 'review')}",
                width="content",
            )
            if st.button(
                "Create topic",
                icon=":material/add_circle:",
                key=f"offer-{view.number}-{number}",
                disabled=session.is_locked,
            ):
                edit = {"do": "example", "name": "", "units": offer["units"], "phrase": ""}
                make_edit(session, view, edit)
