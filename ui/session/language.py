"""The language of the interface for the user whose page is drawn.

The user's choice leads, then the address (``?lang=ja``), the setting, and the browser's language.
"""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pipeline.common.settings import default_language
from pipeline.common.translation import find_language, set_language_source

LANGUAGE_PARAMETER = "lang"  # of the query
_LANGUAGE, _CHOSEN = "interface-language", "chosen-language"  # in the session's state


def begin_language() -> None:
    """At the beginning of each run: find the language, when a page is opened or loaded again."""
    set_language_source(_language_of_session)
    if _LANGUAGE not in st.session_state:
        chosen = find_language(st.query_params.get(LANGUAGE_PARAMETER))
        st.session_state[_CHOSEN] = chosen
        st.session_state[_LANGUAGE] = (
            chosen or find_language(default_language()) or find_language(st.context.locale)
        )


def interface_language() -> str | None:
    """The language of the pages; None, for English, where the user's is not among them."""
    language: str | None = st.session_state.get(_LANGUAGE)
    return language


def choose_language(code: str) -> None:
    """Have the interface in another language, which the address names from now on."""
    st.session_state[_LANGUAGE] = st.session_state[_CHOSEN] = code
    st.session_state.pop("names-in", None)  # topics are named in it too, until the user says else


def chosen_language() -> str | None:
    """The language that the user or the address has chosen; None where neither has."""
    chosen: str | None = st.session_state.get(_CHOSEN)
    return chosen


def _language_of_session() -> str | None:
    """The language of the session whose script, fragment or callback this thread runs."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return None
    return interface_language()
