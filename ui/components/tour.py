"""The tour: what is where, in five steps, offered once on the start page and found in the help.

That it was offered is remembered by a cookie of the browser, which nothing but this page reads.
"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from ui.components.offer_box import offer_box
from ui.components.widgets import escape

_COOKIE, _TAKEN = "polyguest-tour", "seen"
# The server's Content-Security-Policy names this script by its hash: it never changes with values.
SEEN_SCRIPT = (
    f"document.cookie = '{_COOKIE}={_TAKEN}; path=/; max-age=31536000; samesite=lax';"  # a year
)
_STEP, _SEEN = "tour-step", "tour-seen"  # in the session's state


@dataclass(frozen=True)
class _Step:
    icon: str
    title: str
    text: str


_STEPS = (
    _Step(
        ":material/upload_file:",
        N_("Open your reviews"),
        N_(
            "Drop a file as you have it: Excel, CSV or another table, in any language. Before "
            "anything is worked out you see how each column was understood, and can correct it. "
            "No file at hand? The page Start has four examples."
        ),
    ),
    _Step(
        ":material/scatter_plot:",
        N_("See everything on one map"),
        N_(
            "On Explore, each dot is something that a guest said. Dots that lie together say much "
            "the same, whatever the language. Type what you look for in your own words, or draw "
            "around a group of dots to read it."
        ),
    ),
    _Step(
        ":material/category:",
        N_("Read what guests talk about"),
        N_(
            "Topics has a card for each subject: how many guests raise it, how they rate their "
            "stay, whether it grows, and what they wrote. Rename, merge or split topics as it "
            "suits you; every change can be undone."
        ),
    ),
    _Step(
        ":material/trending_up:",
        N_("Compare your hotels, and follow them"),
        N_(
            "Compare says what each hotel is praised or criticised for more than the others. "
            "Changes says what is more or less than before, and since when. Hotels shows one "
            "hotel by itself. All three leave out what may be chance."
        ),
    ),
    _Step(
        ":material/ios_share:",
        N_("Hand it on"),
        N_(
            "“Take away”, in the sidebar, makes a report, an Excel workbook or a picture of the "
            "map. “Copy link” gives a colleague the page as you see it. Your analyses wait on the "
            "page Analyses. Help, at the top, has this tour again."
        ),
    ),
)


def start_tour() -> None:
    """Begin the tour, before it is drawn."""
    st.session_state[_STEP] = 0
    st.session_state[_SEEN] = True


def offer_tour() -> None:
    """Offer the tour to a newcomer, once; the start page stays as it is."""
    if st.session_state.get(_SEEN) or st.context.cookies.get(_COOKIE) == _TAKEN:
        return
    with offer_box("tour-offer"):
        st.markdown(_("**New here?** Five short steps show what is where."), width="content")
        with st.container(horizontal=True, width="content", gap="small"):
            st.button(
                _("Take the tour"),
                icon=":material/tour:",
                key="tour-begin",
                type="primary",
                on_click=start_tour,
            )
            st.button(_("Not now"), key="tour-decline", on_click=_leave)


def show_tour() -> bool:
    """The tour over the page, where it is under way; whether it is."""
    if st.session_state.get(_SEEN):
        with st.container(key="tour-memory"):
            st.html(f"<script>{SEEN_SCRIPT}</script>", unsafe_allow_javascript=True)
    if st.session_state.get(_STEP) is None:
        return False
    st.dialog(_("A tour of Polyguest"), icon=":material/tour:", on_dismiss=_leave)(_show_step)()
    return True


def _show_step() -> None:
    number: int | None = st.session_state.get(_STEP)
    if number is None:
        st.rerun()
    step, last = _STEPS[number], number == len(_STEPS) - 1
    where = _("Step {number} of {all}", number=number + 1, all=len(_STEPS))
    st.html(f'<div class="pg-quiet" role="status">{escape(where)}</div>')
    st.markdown(f"{step.icon} **{_(step.title)}**")
    st.write(_(step.text))
    with st.container(horizontal=True, gap="small", key="tour-buttons"):
        st.button(
            _("Done") if last else _("Next"),
            key="tour-next",
            type="primary",
            on_click=_leave if last else _go,
            args=() if last else (number + 1,),
        )
        if number:
            st.button(_("Back"), key="tour-back", on_click=_go, args=(number - 1,))
        if not last:
            st.button(_("Leave the tour"), key="tour-leave", type="tertiary", on_click=_leave)


def _go(step: int) -> None:
    st.session_state[_STEP] = step


def _leave() -> None:
    st.session_state[_STEP] = None
    st.session_state[_SEEN] = True
