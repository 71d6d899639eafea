"""Texts of strangers as they can be printed."""

from __future__ import annotations

import regex

# Controls, halves of characters, what no font draws, and what would turn the text around it.
_UNPRINTABLE = regex.compile(r"[\p{Cc}\p{Cs}\p{Co}\p{Cn}\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """The text on one line, without what can't be printed."""
    return " ".join(_UNPRINTABLE.sub(" ", text).split(" ")).strip()
