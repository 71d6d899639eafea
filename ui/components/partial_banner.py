"""The banner above a partial result of a large file."""

from __future__ import annotations

import streamlit as st

from ui.components.widgets import job_progress
from ui.session.session import Session
from ui.session.view import View


def partial_banner(session: Session, view: View) -> None:
    """Say how much of the file is shown, how far the rest is, and how to continue."""
    if view.partial is None:
        _completed_note(session, view)
        return
    reviews, of = view.partial
    part = f"{reviews:,} of {of:,} reviews"
    with st.container(border=True, key="first-look"):
        if session.job is None:
            st.markdown(f"**Stopped: this is {part}**, a fair sample of every language.")
            st.button(
                "Continue",
                key="go-on",
                icon=":material/play_arrow:",
                on_click=session.continue_partial,
                type="primary",
            )
            return
        st.markdown(
            f"**First results: {part}**, a fair sample of every language. Topics stay while the "
            "rest joins them, and are worked out anew when all are in."
        )
        job_progress()


def _completed_note(session: Session, view: View) -> None:
    number, first = session.partial.completed
    if number == view.number and first:
        of = f"{len(view.original.texts):,}"
        st.caption(
            f":material/done_all: All {of} reviews are in. Topics were worked out anew from all of "
            "them; those that are the same as in the first results kept their colours."
        )
