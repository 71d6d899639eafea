"""The sidebar of the workspace: topics, language correction, downloads."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from pipeline.export import reviews_csv, topics_csv
from pipeline.result import Settings
from ui.proof import proof
from ui.state import Session, View, current
from ui.widgets import job_progress

_MOST_TOPICS = 30


def show_sidebar(session: Session, view: View) -> None:
    """Draw it, and ask for another analysis when a setting was changed."""
    analysis = view.analysis
    with st.sidebar:
        st.subheader("Topics", anchor=False)
        auto = st.toggle("Choose the number for me", key="auto")
        most = max(min(_MOST_TOPICS, len(set(analysis.texts))), 3)
        topics = None
        if auto:
            if analysis.settings.topics is None:
                st.caption(f"{len(analysis.topics)} topics fit these reviews best.")
        else:
            st.session_state["count"] = min(st.session_state.get("count", 8), most)
            topics = st.slider("Number of topics", 2, most, key="count")
        st.subheader("Language correction", anchor=False)
        correction = st.toggle("Take the language out", key="correction")
        proof(session)
        wanted = replace(analysis.settings, topics=topics, space="neutral" if correction else "raw")
        _follow(session, view, wanted)
        if session.working:
            with st.container(border=True):
                job_progress()
        elif session.earlier:
            st.button("Undo", on_click=_undo, icon=":material/undo:", key="undo")
        st.subheader("Downloads", anchor=False)
        st.download_button(
            "Reviews with topics",
            lambda: reviews_csv(analysis).encode("utf-8-sig"),
            file_name="reviews.csv",
            mime="text/csv",
            on_click="ignore",
            icon=":material/download:",
            width="stretch",
        )
        st.download_button(
            "Topics",
            lambda: topics_csv(analysis).encode("utf-8-sig"),
            file_name="topics.csv",
            mime="text/csv",
            on_click="ignore",
            icon=":material/download:",
            width="stretch",
        )
        st.divider()
        if st.button("Start over with another file", icon=":material/restart_alt:"):
            session.forget()
            st.session_state.pop("upload", None)
            st.switch_page("ui/start.py")


def _follow(session: Session, view: View, wanted: Settings) -> None:
    """Make the analysis follow the settings; what is shown stays until the new one is there."""
    if wanted == session.wanted or session.source is None:
        return
    if _same(view, wanted):
        session.stop()
        session.wanted = wanted
    else:
        session.analyse(session.source, wanted)


def _same(view: View, wanted: Settings) -> bool:
    """Whether the settings would give what is shown."""
    shown = view.analysis.settings
    same_topics = wanted.topics in (shown.topics, len(view.analysis.topics))
    return wanted.space == shown.space and same_topics


def _undo() -> None:
    current().undo()
