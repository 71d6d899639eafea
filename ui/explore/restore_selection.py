"""What a user has chosen in a first look, found again when all reviews are in."""

from __future__ import annotations

import streamlit as st

from pipeline.analysis.analysis import Analysis
from pipeline.analysis.edits.history import matching_topics
from ui.filters.filter_bar import topics_key
from ui.session.search_state import search_state
from ui.session.session import Session
from ui.session.unit_mapping import units_again


def carry_choices(session: Session) -> None:
    """Filters by topic, reviews whose likes are looked for, and the one that is shown on the map.

    What is typed and the other filters hold by themselves.
    """
    if session.looks.swapped is None:
        return
    (before, after), session.looks.swapped = session.looks.swapped, None
    chosen = st.session_state.get(topics_key(before))
    if chosen:
        old, new = before.original.topics, after.original.topics
        keys, ids = matching_topics(before.original, after.original), {t.key: t.id for t in new}
        kept = [ids[keys[old[id].key]] for id in chosen if old[id].key in keys]
        st.session_state[topics_key(after)] = kept
    state = search_state()
    state.like = _rows_again(state.like, before.original, after.original)
    if state.focus is not None:
        state.focus = next(iter(units_again((state.focus,), before.original, after.original)), None)


def _rows_again(rows: tuple[int, ...], old: Analysis, new: Analysis) -> tuple[int, ...]:
    if not rows:
        return ()
    places = {id: row for row, id in enumerate(new.ids)}
    return tuple(places[old.ids[row]] for row in rows if old.ids[row] in places)
