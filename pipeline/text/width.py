"""Widths of texts as they are set, estimated."""

from __future__ import annotations

import unicodedata


def text_width(text: str) -> int:
    """Width of a text in Latin letters: East Asian wide characters count twice."""
    return sum(2 if c > "\u1100" and unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
