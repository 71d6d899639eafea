"""CSV that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

# What a spreadsheet would run as a formula (OWASP, "CSV injection"). Plain numbers stay numbers.
_FORMULA = re.compile(r"^[=+\-@\t\r\n]")


_NUMBER = re.compile(r"^[+-]?(\d+([.,]\d+)*)?([.,]\d+)?%?$")


def safe_cell(value: Any) -> str:
    """A cell that no spreadsheet runs: text that starts like a formula gets an apostrophe."""
    text = "" if value is None else str(value)
    if _FORMULA.match(text) and not _NUMBER.match(text):
        return f"'{text}"
    return text


def to_csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """RFC 4180 text (UTF-8 by whoever writes it), line ends "\\n", every cell safe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([safe_cell(name) for name in header])
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    return out.getvalue()
