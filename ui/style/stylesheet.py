"""CSS rules that Streamlit's theme does not cover.

``page.css`` has the look of pages, ``access.css`` contrast, focus and motion, ``narrow.css``
phones and tablets, ``account.css`` the menu of who has signed in.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st

_FILES = ("page.css", "access.css", "narrow.css", "account.css")


def add_style() -> None:
    """Add the rules to the page."""
    st.html(f"<style>{_rules()}</style>")


@cache
def _rules() -> str:
    folder = Path(__file__).parent
    return "".join((folder / name).read_text("utf-8") for name in _FILES)
