"""CSV output that is safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import IO, Any

# Text that a spreadsheet would run as a formula (OWASP, "CSV injection"); numbers stay numbers.
_FORMULA = re.compile(r"^[=+\-@\t\r\n]")
_NUMBER = re.compile(r"^[+-]?(\d+([.,]\d+)*)?([.,]\d+)?%?$")


def escape_formula(value: object) -> str:
    """The text of a cell; an apostrophe is put before what looks like a formula."""
    text = "" if value is None else str(value)
    if _FORMULA.match(text) and not _NUMBER.match(text):
        return f"'{text}"
    return text


def to_csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table as CSV text (RFC 4180 but for line ends "\\n"), with formulas escaped."""
    out = io.StringIO()
    write_csv(out, chain([header], rows))
    return out.getvalue()


def write_csv(file: IO[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows to an open file, as :func:`to_csv` does."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerows([escape_formula(value) for value in row] for row in rows)
