"""Counts, their nouns, and names from files in messages."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.common.translation import ngettext

_MAX_NAMES = 20
_MAX_NAME_LENGTH = 40


def count_noun(count: int, noun: str, plural: str = "") -> str:
    """A count with its noun: "1 row", "2,000 rows"; the plural has an s unless it is given."""
    return f"{count:,} " + (noun if count == 1 else plural or f"{noun}s")


def short_name(name: object) -> str:
    """A name from a file on one line, without control characters: at most 40 characters."""
    # What lies far behind them can't be seen, and may be long.
    words = str(name)[: 100 * _MAX_NAME_LENGTH].split()
    line = "".join(char for char in " ".join(words) if char.isprintable())
    return line if len(line) <= _MAX_NAME_LENGTH else line[: _MAX_NAME_LENGTH - 1] + "…"


def list_names(names: Iterable[object], *, most: int = _MAX_NAMES, quoted: bool = False) -> str:
    """Names from a file, separated by commas: "a, b and 3 more".

    Args:
        names: each is shown as :func:`short_name`.
        most: how many are shown.
        quoted: whether each stands in quotation marks.
    """
    every = list(names)
    shown = [f"“{short_name(name)}”" if quoted else short_name(name) for name in every[:most]]
    listed = ", ".join(shown)
    more = len(every) - most
    return (
        ngettext("{names} and {n} more", "{names} and {n} more", more, names=listed)
        if more > 0
        else listed
    )
