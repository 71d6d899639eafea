"""The sidebar of the workspace: topics, language correction, downloads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from pipeline.access.policy import Action
from pipeline.analysis.analysis import Settings
from pipeline.analysis.export import reviews_csv, sentences_csv, topics_csv
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.common.translation import ngettext
from pipeline.reviews.units import SENTENCE
from ui.components.downloads import offer_file
from ui.components.page_switch import switch_page
from ui.components.take_away import note_partial, offer_take_away
from ui.components.topic_count import show_curve
from ui.components.topic_editing import undo_buttons
from ui.components.widgets import job_progress
from ui.session.page_paths import START
from ui.session.session import Session
from ui.session.view import View

_MOST_TOPICS = 30
_UNITS = {"auto": N_("Automatic"), "review": N_("Whole reviews"), "sentence": N_("Sentences")}
# "Automatic" says what it has chosen.
_CHOSEN_UNITS = {
    "review": N_("Automatic (whole reviews)"),
    "sentence": N_("Automatic (sentences)"),
}
_GROUPED = {
    "auto": N_("Grouped: automatic"),
    "review": N_("Grouped: whole reviews"),
    "sentence": N_("Grouped: sentences"),
}


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
        st.header(_("Topics"), anchor=False)
        fixed = not session.may(Action.ANALYSE)
        auto = st.toggle(_("Choose automatically"), key="auto_topic_count", disabled=fixed)
        most = max(min(_MOST_TOPICS, len(set(analysis.texts))), 3)
        topic_count = None
        if auto:
            if analysis.settings.topic_count is None:
                st.caption(
                    ngettext(
                        "{n} topic fits these reviews best.",
                        "{n} topics fit these reviews best.",
                        analysis.chosen_topic_count,
                    )
                )
        else:
            st.session_state["topic_count"] = min(st.session_state["topic_count"], most)
            topic_count = st.slider(
                _("Number of topics"), 2, most, key="topic_count", disabled=fixed
            )
        show_curve(analysis)
        unit = st.selectbox(
            _("Group by"),
            _UNITS,
            format_func=_unit_label(view),
            key="unit",
            disabled=fixed,
            help=_(
                "Guests often speak of several things in one review. By sentences, each of them "
                "counts for its own topic; “automatic” does so where reviews are long enough."
            ),
        )
        st.header(_("Language correction"), anchor=False)
        correction = st.toggle(
            _("Remove language effect"),
            key="correction",
            disabled=fixed,
            help=_(
                "Without it, reviews are grouped by their language rather than by what they say. "
                "The page How it works has the figures of this file."
            ),
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
        if session.may(Action.EXPORT):
            st.header(_("Downloads"), anchor=False)
            offer_take_away(session, view)
            note_partial(view)
        _download(
            _("Reviews with topics"), view.file_name("reviews"), lambda: reviews_csv(analysis)
        )
        if analysis.units.kind == SENTENCE:
            _download(
                _("Sentences with topics"),
                view.file_name("sentences"),
                lambda: sentences_csv(analysis),
            )
        _download(_("Topics"), view.file_name("topics"), lambda: topics_csv(analysis))
        st.divider()
        if st.button(_("Close and open another file"), icon=":material/restart_alt:"):
            session.close()
            st.session_state.pop("upload", None)
            switch_page(START)


def _download(label: str, name: str, make: Callable[[], str]) -> None:
    offer_file(label, lambda: make().encode("utf-8-sig"), name, width="stretch")


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
    if not session.may(Action.ANALYSE):
        return
    if _gives_same_result(view, wanted) and not session.is_partial:
        session.jobs.stop()
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
        if wanted.space == "neutral":
            return _("Language correction on")
        return _("Language correction off")
    if wanted.unit != shown.unit:
        return _(_GROUPED[wanted.unit])
    if wanted.topic_count is None:
        return _("Number of topics left to the program")
    return _("Number of topics: {number}", number=wanted.topic_count)


def _unit_label(view: View) -> Callable[[str], str]:
    """Labels of the units; "Automatic" says in brackets what was chosen."""
    if view.original.settings.unit != "auto":
        return lambda unit: _(_UNITS[unit])
    chosen = _CHOSEN_UNITS[view.original.units.kind]
    return lambda unit: _(chosen if unit == "auto" else _UNITS[unit])
