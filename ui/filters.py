"""Filters by language, topic and hotel: before ranking, and on the map."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pipeline.facets import counted, excerpt, language_name
from pipeline.store import filter_rows
from ui.state import View


def topics_key(view: View) -> str:
    """The key of the topic filter; another analysis has other topics."""
    return f"topics-{view.number}"


def choose_filters(view: View) -> np.ndarray:
    """Draw the filters; rows that pass them: bool (n,)."""
    analysis, facets = view.analysis, view.facets
    languages = counted(analysis.languages.tolist())
    named = [] if facets.hotels is None else facets.hotels.tolist()
    hotels = counted(name for name in named if name)
    places = st.columns(3 if hotels else 2)
    with places[0]:
        codes = st.multiselect(
            "Languages",
            list(languages),
            format_func=lambda code: f"{language_name(code)} ({languages[code]:,})",
            placeholder="All languages",
            key="languages",
        )
    with places[1]:
        topics = st.multiselect(
            "Topics",
            [topic.id for topic in analysis.topics],
            format_func=lambda id: (
                f"{excerpt(analysis.topics[id].name, 40)} ({analysis.topics[id].reviews:,})"
            ),
            placeholder="All topics",
            key=topics_key(view),
        )
    allowed = filter_rows(analysis, languages=codes, topics=topics)
    if hotels:
        with places[2]:
            chosen = st.multiselect(
                "Hotels",
                list(hotels),
                format_func=lambda name: f"{name} ({hotels[name]:,})",
                placeholder="All hotels",
                key="hotels",
            )
        if chosen:
            allowed &= np.isin(named, chosen)
    return allowed


def clear_filters(view: View) -> None:
    """Everything passes again."""
    for key in ("languages", "hotels", topics_key(view)):
        st.session_state[key] = []
