"""The banner above a partial result of a large file."""

from __future__ import annotations

import streamlit as st

from pipeline.common.locale_format import format_number
from pipeline.common.translation import gettext as _
from pipeline.common.translation import ngettext
from ui.components.widgets import job_progress
from ui.session.session import Session
from ui.session.view import View


def partial_banner(session: Session, view: View) -> None:
    """Say how much of the file is shown, how far the rest is, and how to continue."""
    if view.partial is None:
        _completed_note(session, view)
        return
    with st.container(border=True, key="first-look"):
        st.markdown(_what_is_shown(view.lacks_passages, session.job is not None, view.partial))
        if session.job is None:
            st.button(
                _("Continue"),
                key="go-on",
                icon=":material/play_arrow:",
                on_click=session.continue_partial,
                type="primary",
            )
            return
        job_progress()


def _what_is_shown(all_in: bool, is_working: bool, partial: tuple[int, int]) -> str:
    done, total = map(format_number, partial)
    if all_in and is_working:
        return _(
            "**All {total} reviews are on the map.** Search is still being prepared: until then it "
            "ranks whole reviews, and shares of praise and complaints are of these.",
            total=total,
        )
    if all_in:
        return _(
            "**Stopped: all {total} reviews are on the map**, but search ranks whole reviews, and "
            "shares of praise and complaints are of these.",
            total=total,
        )
    if is_working:
        return _(
            "**First results: {done} of {total} reviews**, a fair sample of every language. "
            "Topics stay while the rest joins them, and are worked out anew when all are in.",
            done=done,
            total=total,
        )
    return _(
        "**Stopped: this is {done} of {total} reviews**, a fair sample of every language.",
        done=done,
        total=total,
    )


def _completed_note(session: Session, view: View) -> None:
    number, first = session.file.partial.completed
    if number == view.number and first:
        said = ngettext(
            "All {n} review is in. Topics were worked out anew from all of them; those that are "
            "the same as in the first results kept their colours.",
            "All {n} reviews are in. Topics were worked out anew from all of them; those that are "
            "the same as in the first results kept their colours.",
            len(view.original.texts),
        )
        st.caption(f":material/done_all: {said}")
