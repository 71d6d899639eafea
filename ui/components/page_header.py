"""The head of a page that shows an analysis, and what it shows while none is open."""

from __future__ import annotations

import streamlit as st

from ui.components.copy_link import copy_link
from ui.components.language_correction import correction_badge
from ui.components.page_switch import switch_page
from ui.components.partial_banner import partial_banner
from ui.components.widgets import count, error_box, escape, job_progress
from ui.session.current import current_session
from ui.session.session import Session
from ui.session.view import View


def require_view(title: str) -> tuple[Session, View]:
    """The session and its view; without a view the page ends here, with ways to open one.

    Args:
        title: of the page while there is nothing on it.
    """
    session = current_session()
    if session.view is None or session.source is None:
        _offer_start(session, title)
        st.stop()
    return session, session.view


def _offer_start(session: Session, title: str) -> None:
    st.title(title)
    if session.is_working:
        job_progress()
    else:
        if session.problem:
            error_box(session.problem)
        st.write("Open a file of reviews first, or look around with the sample.")
        with st.container(horizontal=True):
            if st.button("Open a file", icon=":material/upload_file:", type="primary"):
                switch_page("ui/pages/start.py")
            if st.button("Try it with sample reviews", icon=":material/play_circle:"):
                session.analyse_sample()
                st.rerun()


def page_header(session: Session, view: View) -> None:
    """File name, counts, and whether the language effect is removed."""
    analysis = view.analysis
    name = session.source.name if session.source else ""
    more = len(analysis.batches) - 1
    if more:
        name += f" and {more} file{'s' * (more != 1)} added"
    languages = len(set(analysis.languages.tolist()))
    topics = sum(not topic.is_outlier for topic in analysis.topics)
    figures = [(len(analysis.texts), "review")]
    if len(analysis.units) != len(analysis.texts):
        figures.append((len(analysis.units), analysis.units.kind))
    figures += [(languages, "language"), (topics, "topic")]
    said = "".join(
        f'<span><span class="n">{number:,}</span>{noun}{"s" * (number != 1)}</span>'
        for number, noun in figures
    )
    with st.container(horizontal=True, vertical_alignment="center", key="page-head"):
        st.html(
            '<div class="pg-head"><span class="file" dir="auto" translate="no">'
            f"{escape(name)}</span>{said}"
            f"{correction_badge(view)}</div>"
        )
        copy_link(session)
    if session.problem:
        error_box(session.problem)
    partial_banner(session, view)
    if lost := analysis.report.get("edits_lost"):
        st.caption(f"{count(lost, 'change')} of yours no longer apply because the topics changed.")
