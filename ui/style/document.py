"""The browser's document: its language and direction, and what helps those who can't see it."""

from __future__ import annotations

from html import escape
from pathlib import Path

import streamlit as st

from pipeline.common.translation import current_language, direction
from pipeline.common.translation import gettext as _
from ui.style.streamlit_words import streamlit_words

# The server's Content-Security-Policy names this script by its hash: it never changes with values.
DOCUMENT_SCRIPT = (Path(__file__).parent / "document.js").read_text("utf-8")


def set_up_document() -> None:
    """Tell the browser the language of the page, its direction and the words of the skip link."""
    language = current_language()
    values = {
        "lang": language,
        "dir": direction(language),
        "skip": _("Skip to content"),
        "words": streamlit_words(),
    }
    data = " ".join(f'data-{name}="{escape(value)}"' for name, value in values.items())
    with st.container(key="document"):
        st.html(
            f'<i class="pg-document" {data}></i><script>{DOCUMENT_SCRIPT}</script>',
            unsafe_allow_javascript=True,
        )


class SidebarMargin:
    """The margin beside which the sidebar will stand, kept free from the first moment on.

    The page draws its sidebar when it has read the analysis: all that is there already would move.

    Args:
        likely: whether the page will have a sidebar, as far as is known.
    """

    def __init__(self, *, likely: bool) -> None:
        self._kept = likely
        with st.container(key="beside"):
            self._place = st.empty()
        self._draw()

    def keep(self, kept: bool) -> None:
        """Keep the margin, or not, now that the page is known."""
        if kept != self._kept:
            self._kept = kept
            self._draw()

    def _draw(self) -> None:
        self._place.html(f'<i class="{"pg-beside" if self._kept else "pg-alone"}"></i>')


def announce(text: str) -> None:
    """Let screen readers say a text when it differs from what this place said before.

    Args:
        text: a short sentence; it is not seen.
    """
    st.html(f'<i class="pg-say" data-say="{escape(text)}"></i>')
