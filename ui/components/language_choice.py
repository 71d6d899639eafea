"""The control with which the language of the interface is chosen."""

from __future__ import annotations

import streamlit as st

from pipeline.common.translation import LANGUAGES, current_language
from pipeline.common.translation import gettext as _
from ui.session.language import choose_language

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


def _take_over() -> None:
    choose_language(st.session_state[_KEY])
