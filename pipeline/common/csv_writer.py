"""CSV output that is safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import IO, Any
from unicodedata import normalize

# Text that a spreadsheet would run as a formula (OWASP, "CSV injection"); numbers stay numbers.
# Signs count in every form that compatibility normalisation (NFKC) makes one of = + - @, and behind
# spaces, controls and what is drawn as nothing: programs trim or drop these before they look.
_SIGNS = "=+\\-@\u207a\u207c\u208a\u208c\u2a75\u2a76\ufb29\ufe62\ufe63\ufe66\ufe6b＋－＝＠"
_UNSEEN = (
    "\\s\0-\x20\x7f-\xa0\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u1680"
    "\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_FORMULA = re.compile(f"[\t\r\n]|[{_UNSEEN}]*+([{_SIGNS}])")
_NUMBER = re.compile(r"^[+-]?(\d+([.,]\d+)*)?([.,]\d+)?%?$")


def escape_formula(value: object) -> str:
    """The text of a cell; an apostrophe is put before what looks like a formula."""
    text = "" if value is None else str(value)
    found = _FORMULA.match(text)
    if found and not (found[1] and _NUMBER.match(normalize("NFKC", text[found.start(1) :]))):
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
