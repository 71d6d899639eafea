"""Data types that the steps of reading a table share."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from pipeline.common.settings import max_file_bytes, max_rows

_MAX_ROW_TEXT = 500

PLACEHOLDER = "\x1f"  # replaces a delimiter of several characters, as the csv module takes only one


@dataclass(frozen=True)
class RejectedRow:
    """A row that could not be used: its line in the file from 1, why, and its text (`shorten`)."""

    line: int
    reason: str
    text: str


class Record(NamedTuple):
    """One record of a file.

    Attributes:
        line: its first line, from 1.
        cells: its values.
        raw: its text as it stands in the file.
        stray_quote: its quotes did not pair up and were repaired or read as typed.
        blank_lines: number of blank lines directly above it.
    """

    line: int
    cells: list[str]
    raw: str
    stray_quote: bool = False
    blank_lines: int = 0


@dataclass(frozen=True)
class Limits:
    """The largest file that is read: bytes (packed or unpacked), rows and columns."""

    bytes: int
    rows: int
    columns: int = 20_000

    @classmethod
    def from_environment(cls) -> "Limits":
        """The limits that the settings give."""
        return cls(max_file_bytes(), max_rows())


@dataclass(frozen=True)
class Dialect:
    """The format of delimited text.

    Attributes:
        delimiter: one or several characters; "" for a file of one column.
        quote: the quote character; "" for none.
        escape: a backslash if it escapes quotes, else None.
        strip: whether cells are padded with spaces, which are removed.
        width: the usual number of cells in a row; 0 if unknown.
    """

    delimiter: str
    quote: str = '"'
    escape: str | None = None
    strip: bool = False
    width: int = 0

    @property
    def separator(self) -> str:
        """The single character that the csv module splits at."""
        return self.delimiter if len(self.delimiter) == 1 else PLACEHOLDER

    def reader(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """The csv module's reader, which raises csv.Error where quotes don't pair up."""
        return csv.reader(
            lines,
            delimiter=self.separator,
            quotechar=self.quote or None,
            quoting=csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            escapechar=self.escape,
            skipinitialspace=self.strip,
            strict=True,
        )


def shorten(text: str) -> str:
    """The text of a rejected row: at most 500 characters, the last one "…" if it was longer."""
    return text if len(text) <= _MAX_ROW_TEXT else text[: _MAX_ROW_TEXT - 1] + "…"
