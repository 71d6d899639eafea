"""CSS rules that Streamlit's theme does not cover.

``scale.css`` has the steps of space and type, ``page.css`` the look of pages, ``access.css``
contrast, focus and motion, ``narrow.css`` phones and tablets, ``account.css`` the menu of who has
signed in, ``waiting.css`` the places of widgets that are being loaded.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

_FILES = ("scale.css", "page.css", "access.css", "narrow.css", "account.css", "waiting.css")


@cache
def style_sheet() -> str:
    """The rules, as the first page that a browser loads has them (:mod:`ui.server.index_page`)."""
    folder = Path(__file__).parent
    return "".join((folder / name).read_text("utf-8") for name in _FILES)
