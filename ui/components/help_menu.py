"""The help menu in the head of every page."""

from __future__ import annotations

import streamlit as st

from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from ui.components.page_switch import switch_page
from ui.components.tour import start_tour
from ui.session.page_paths import HOW_IT_WORKS, START

_TOUR, _EXAMPLES, _HOW = "tour", "examples", "how"
_ENTRIES = {
    _TOUR: (":material/tour:", N_("Take the tour")),
    _EXAMPLES: (":material/play_circle:", N_("Examples")),
    _HOW: (":material/lightbulb:", N_("How it works")),
}
_PAGES = {_EXAMPLES: START, _HOW: HOW_IT_WORKS}


def show_help_menu() -> None:
    """Draw the menu, and follow what is chosen in it."""
    with st.container(key="help"):
        chosen = st.menu_button(
            _("Help"),
            _ENTRIES,
            format_func=_label,
            icon=":material/help:",
            type="tertiary",
            key="help-menu",
        )
    if chosen == _TOUR:
        start_tour()
    elif chosen is not None:
        switch_page(_PAGES[chosen])


def _label(entry: str) -> str:
    icon, name = _ENTRIES[entry]
    return f"{icon} {_(name)}"
