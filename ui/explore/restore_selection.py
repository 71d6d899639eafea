"""Filters by topic, carried over when the complete analysis takes a partial result's place."""

from __future__ import annotations

import streamlit as st

from pipeline.analysis.edits.history import match_topics
from ui.filters.filter_bar import topics_key
from ui.session.session import Session


def restore_topic_filter(session: Session) -> None:
    """Filter by the topics of the new view that are those chosen in the one it replaced.

    What is typed and the other filters hold by themselves.
    """
    if session.file.partial.replaced is None:
        return
    (before, after), session.file.partial.replaced = session.file.partial.replaced, None
    chosen = st.session_state.get(topics_key(before))
    if chosen:
        old, new = before.original.topics, after.original.topics
        keys, ids = match_topics(before.original, after.original), {t.key: t.id for t in new}
        kept = [ids[keys[old[topic_id].key]] for topic_id in chosen if old[topic_id].key in keys]
        st.session_state[topics_key(after)] = kept
