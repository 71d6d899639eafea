"""The language of the interface: its control, and the direction of the browser's document."""

from __future__ import annotations

import streamlit as st

from pipeline.common.translation import LANGUAGES, current_language, direction
from pipeline.common.translation import gettext as _
from ui.session.language import choose_language

# The server's Content-Security-Policy names this script by its hash: it never changes with values.
# In braces, as it is run again after a choice, when a constant of the page would exist already.
DOCUMENT_SCRIPT = (
    "{ const shown = document.querySelector('.pg-document').dataset;"
    "document.documentElement.lang = shown.lang;"
    "document.documentElement.dir = shown.dir; }"
)
_KEY = "language-choice"


def show_language_choice() -> None:
    """Draw the control in the head of every page."""
    st.session_state[_KEY] = current_language()
    with st.container(key="language"):
        st.selectbox(
            _("Language"),
            LANGUAGES,
            format_func=LANGUAGES.__getitem__,
            key=_KEY,
            label_visibility="collapsed",
            on_change=_take_over,
        )


def set_document_language() -> None:
    """Tell the browser the language of the page and its direction."""
    language = current_language()
    with st.container(key="document"):
        st.html(
            f'<i class="pg-document" data-lang="{language}" data-dir="{direction(language)}"></i>'
            f"<script>{DOCUMENT_SCRIPT}</script>",
            unsafe_allow_javascript=True,
        )


def _take_over() -> None:
    choose_language(st.session_state[_KEY])
