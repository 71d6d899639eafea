"""Data types that the steps of reading a table share."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from pipeline.common.errors import InputError
from pipeline.common.locale_format import format_number
from pipeline.common.settings import (
    max_cell_length,
    max_cells,
    max_columns,
    max_file_bytes,
    max_rows,
)
from pipeline.common.translation import gettext as _
from pipeline.common.translation import ngettext
from pipeline.common.variables import MAX_CELLS, MAX_COLUMNS, MAX_MB, MAX_ROWS

_MAX_ROW_TEXT = 500
_MAX_WIDE_ROWS = 3

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
    """The largest file that is read.

    Attributes:
        bytes: of the file, packed or unpacked, and characters of all its cells.
        rows, columns: of its table.
        cells: rows times columns, blank ones included.
        cell_length: characters of a cell.
    """

    bytes: int
    rows: int
    columns: int
    cells: int
    cell_length: int

    @classmethod
    def from_environment(cls) -> "Limits":
        """The limits that the settings give."""
        return cls(max_file_bytes(), max_rows(), max_columns(), max_cells(), max_cell_length())

    def too_many_columns(self, name: str, found: int) -> str:
        """Message for the user."""
        return _(
            "{file} has {found} columns, more than the limit of {limit}. Leave out those without "
            "reviews, or raise {setting}.",
            file=name,
            found=format_number(found),
            limit=format_number(self.columns),
            setting=MAX_COLUMNS.name,
        )

    def too_many_rows(self, name: str) -> str:
        """Message for the user."""
        return ngettext(
            "{file} has more than {n} row, which is the limit. Split it into smaller files, or "
            "raise {setting}.",
            "{file} has more than {n} rows, which is the limit. Split it into smaller files, or "
            "raise {setting}.",
            self.rows,
            file=name,
            setting=MAX_ROWS.name,
        )

    def too_many_cells(self, name: str) -> str:
        """Message for the user."""
        return _(
            "{file} has more than {number} cells, blank ones included, which is the limit. Leave "
            "out columns, split it into smaller files, or raise {setting}.",
            file=name,
            number=format_number(self.cells),
            setting=MAX_CELLS.name,
        )

    def too_much_text(self, name: str) -> str:
        """Message for the user."""
        return _(
            "The cells of {file} have more than {millions} million characters, which is the limit. "
            "Split it into smaller files, or raise {setting}.",
            file=name,
            millions=format_number(self.bytes / 1e6),
            setting=MAX_MB.name,
        )


class WidthCheck:
    """Refuses a file whose rows are too wide, before many of them are read.

    One or two may be slips of the hand, which are rejected by themselves.

    Args:
        name: of the file.
        limits: of its columns.
    """

    def __init__(self, name: str, limits: Limits) -> None:
        self._name, self._limits, self._count = name, limits, 0

    def __call__(self, width: int) -> None:
        """Take note of a row.

        Raises:
            InputError: it is the third that is too wide.
        """
        self._count += width > self._limits.columns
        if self._count >= _MAX_WIDE_ROWS:
            raise InputError(self._limits.too_many_columns(self._name, width))


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
