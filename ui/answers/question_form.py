"""The form in which a question is typed, with examples while there is none."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pipeline.common.translation import gettext as _
from pipeline.search.query import MAX_LENGTH
from ui.components.widgets import escape


def ask_question(label: str, *, key: str, button: str, icon: str, examples: Sequence[str]) -> str:
    """The question that was sent, on one line; "" while there is none.

    Args:
        label: what is asked for.
        key: of the session state that holds the question, and of its form.
        button: its label.
        icon: of the button.
        examples: questions to begin with, each a button.
    """
    with (
        st.form(f"{key}-form", border=False),
        st.container(horizontal=True, vertical_alignment="bottom", gap="small"),
    ):
        typed = st.text_input(label, placeholder=examples[0], key=key, max_chars=MAX_LENGTH)
        st.form_submit_button(button, type="primary", icon=icon)
    question = " ".join((typed or "").split())
    if not question:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.html(f'<span class="pg-quiet">{escape(_("For example:"))}</span>', width="content")
            for example in examples:
                st.button(example, type="tertiary", on_click=_ask, args=(key, example))
    return question


def _ask(key: str, question: str) -> None:
    st.session_state[key] = question
