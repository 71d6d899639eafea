"""The browser's document: its language and direction, and what helps those who can't see it."""

from __future__ import annotations

from html import escape
from pathlib import Path

import streamlit as st

from pipeline.common.translation import current_language, direction
from pipeline.common.translation import gettext as _

# The server's Content-Security-Policy names this script by its hash: it never changes with values.
DOCUMENT_SCRIPT = (Path(__file__).parent / "document.js").read_text("utf-8")


def set_up_document() -> None:
    """Tell the browser the language of the page, its direction and the words of the skip link."""
    language = current_language()
    values = {
        "lang": language,
        "dir": direction(language),
        "skip": _("Skip to content"),
    }
    data = " ".join(f'data-{name}="{escape(value)}"' for name, value in values.items())
    with st.container(key="document"):
        st.html(
            f'<i class="pg-document" {data}></i><script>{DOCUMENT_SCRIPT}</script>',
            unsafe_allow_javascript=True,
        )


def announce(text: str) -> None:
    """Let screen readers say a text when it differs from what this place said before.

    Args:
        text: a short sentence; it is not seen.
    """
    st.html(f'<i class="pg-say" data-say="{escape(text)}"></i>')
