"""Widget values that outlive a change of the page."""

from __future__ import annotations

import streamlit as st

from pipeline.analysis.topic_names import preferred_language
from ui.session.language import interface_language

# Widgets whose values must outlive a visit to another page, where Streamlit would drop them.
_KEPT_WIDGETS = (
    "auto_topic_count",
    "topic_count",
    "unit",
    "correction",
    "query",
    "top",
    "balanced",
    "judging",
    "colour",
    "named",
    "contours",
    "names-in",
    "sort",
    "drawn-as",
    "part",
    "asked",
    "passage_count",
    "questions_part",
    "faq_question",
)


def topic_language() -> str:
    """The language in which topics are named for this user."""
    chosen: str | None = st.session_state.get("names-in")
    return chosen or interface_language() or preferred_language(st.context.locale)


def keep_widgets() -> None:
    """Keep the values of widgets that the next page may not draw."""
    st.session_state.setdefault("named", True)
    st.session_state.setdefault("contours", True)
    st.session_state.setdefault("top", 20)
    st.session_state.setdefault("judging", True)
    for key in _KEPT_WIDGETS:
        if key in st.session_state:
            st.session_state[key] = st.session_state[key]
