"""What the steps of reading hand to each other."""

from dataclasses import dataclass
from typing import NamedTuple

from pipeline.common.settings import max_file_bytes, max_rows

_LONGEST_TEXT = 500


@dataclass(frozen=True)
class Rejected:
    """A row that can't be used: its line in the file from 1, why, and its text (see `brief`)."""

    line: int
    reason: str
    text: str


class Record(NamedTuple):
    """One row of a file: its first line from 1, its cells, its text as it stands in the file.

    `stray` tells that its quotes didn't pair and were read as typed, `gap` how many blank lines
    stand above it.
    """

    line: int
    cells: list[str]
    raw: str
    stray: bool = False
    gap: int = 0


@dataclass(frozen=True)
class Limits:
    """What is still read: bytes (packed or unpacked), rows and columns."""

    bytes: int
    rows: int
    columns: int = 20_000

    @classmethod
    def from_environment(cls) -> "Limits":
        """The limits that the settings give."""
        return cls(max_file_bytes(), max_rows())


def brief(text: str) -> str:
    """The text of a rejected row: at most 500 characters, "…" for the last where it goes on."""
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"


def plural(count: int, noun: str) -> str:
    """A count and its noun: "1 row", "2,000 rows"."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def were(count: int) -> str:
    """The verb that goes with a count."""
    return "was" if count == 1 else "were"


def some_lines(lines: list[int]) -> str:
    """The first few of many line numbers, in brackets: "(lines 3, 8, 20, ...)"."""
    first = ", ".join(map(str, lines[:10])) + (", ..." if len(lines) > 10 else "")
    return f"(line{'' if len(lines) == 1 else 's'} {first})"
