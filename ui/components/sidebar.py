"""The sidebar of the workspace: topics, language correction, downloads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from pipeline.analysis.analysis import Settings
from pipeline.analysis.export import reviews_csv, sentences_csv, topics_csv
from pipeline.reviews.units import SENTENCE
from ui.components.page_switch import switch_page
from ui.components.take_away import offer_take_away
from ui.components.topic_count import show_curve
from ui.components.topic_editing import undo_buttons
from ui.components.widgets import job_progress
from ui.session.session import Session
from ui.session.view import View

_MOST_TOPICS = 30
_UNITS = {"auto": "Automatic", "review": "Whole reviews", "sentence": "Sentences"}


def show_sidebar(session: Session, view: View, *, full: bool = True) -> None:
    """Draw the sidebar; a changed setting requests another analysis.

    Args:
        session: whose.
        view: what is shown.
        full: whether undo and the bar of what is under way stand here, and not on the page.
    """
    analysis = view.analysis
    _restore(session, view)
    with st.sidebar:
        st.subheader("Topics", anchor=False)
        auto = st.toggle("Choose automatically", key="auto_topic_count")
        most = max(min(_MOST_TOPICS, len(set(analysis.texts))), 3)
        topic_count = None
        if auto:
            if analysis.settings.topic_count is None:
                st.caption(f"{analysis.chosen_topic_count} topics fit these reviews best.")
        else:
            st.session_state["topic_count"] = min(st.session_state["topic_count"], most)
            topic_count = st.slider("Number of topics", 2, most, key="topic_count")
        show_curve(analysis)
        unit = st.selectbox("Group by", _UNITS, format_func=_unit_label(view), key="unit")
        st.subheader("Language correction", anchor=False)
        correction = st.toggle(
            "Remove language effect",
            key="correction",
            help="Without it, reviews are grouped by their language rather than by what they say. "
            "The page How it works has the figures of this file.",
        )
        wanted = replace(
            analysis.settings,
            topic_count=topic_count,
            unit=unit,
            space="neutral" if correction else "raw",
        )
        _apply_settings(session, view, wanted)
        if session.is_partial:  # the head of the page says how far the rest is
            pass
        elif session.is_working and full:
            with st.container(border=True):
                job_progress()
        elif full:
            undo_buttons(session, "side")
        st.subheader("Downloads", anchor=False)
        offer_take_away(session, view)
        if view.partial:
            st.caption(f"Of the first {view.partial[0]:,} reviews.")
        _download("Reviews with topics", view.file_name("reviews"), lambda: reviews_csv(analysis))
        if analysis.units.kind == SENTENCE:
            _download(
                "Sentences with topics",
                view.file_name("sentences"),
                lambda: sentences_csv(analysis),
            )
        _download("Topics", view.file_name("topics"), lambda: topics_csv(analysis))
        st.divider()
        if st.button("Close and open another file", icon=":material/restart_alt:"):
            session.close()
            st.session_state.pop("upload", None)
            switch_page("ui/pages/start.py")


def _download(label: str, name: str, make: Callable[[], str]) -> None:
    st.download_button(
        label,
        lambda: make().encode("utf-8-sig"),
        file_name=name,
        mime="text/csv",
        on_click="ignore",
        icon=":material/download:",
        width="stretch",
    )


def _restore(session: Session, view: View) -> None:
    """Restore widget values that Streamlit dropped because a page was left while it was drawn.

    A box without a value would show its default, and the analysis would follow that.
    """
    wanted = session.analysis.requested or view.original.settings
    for key, value in (
        ("auto_topic_count", wanted.topic_count is None),
        ("topic_count", wanted.topic_count or view.original.chosen_topic_count),
        ("unit", wanted.unit),
        ("correction", wanted.space == "neutral"),
    ):
        if key not in st.session_state:
            st.session_state[key] = value


def _apply_settings(session: Session, view: View, wanted: Settings) -> None:
    """Request the analysis with these settings; the present one stays until it is done."""
    if wanted == session.analysis.requested or session.source is None:
        return
    if _gives_same_result(view, wanted) and not session.is_partial:
        session.stop()
        session.analysis.requested = wanted
    else:
        session.analyse(
            session.source, wanted, label=_describe_change(view.analysis.settings, wanted)
        )


def _gives_same_result(view: View, wanted: Settings) -> bool:
    """Whether the settings would give what is shown."""
    shown = view.original.settings
    return (
        wanted.space == shown.space
        and wanted.topic_count in (shown.topic_count, view.original.chosen_topic_count)
        and wanted.unit in (shown.unit, view.original.units.kind)
    )


def _describe_change(shown: Settings, wanted: Settings) -> str:
    """Label of a change of settings on the undo button."""
    if wanted.space != shown.space:
        return f"Language correction {'on' if wanted.space == 'neutral' else 'off'}"
    if wanted.unit != shown.unit:
        return f"Grouped: {_UNITS[wanted.unit].lower()}"
    return (
        "Number of topics left to the program"
        if wanted.topic_count is None
        else (f"Number of topics: {wanted.topic_count}")
    )


def _unit_label(view: View) -> Callable[[str], str]:
    """Labels of the units; "Automatic" says in brackets what was chosen."""
    found = _UNITS[view.original.units.kind].lower()
    chosen = view.original.settings.unit == "auto"
    return lambda unit: f"{_UNITS[unit]} ({found})" if unit == "auto" and chosen else _UNITS[unit]
