"""One file of the corpus with its right answer, and what writes it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

Rows = list[list[str]]


@dataclass(frozen=True)
class Case:
    """A file and what a person reads in it.

    `rows` starts with the column names. `rejected` are the lines of rows that must be given back
    with a reason, None where that is not asked. `note` must stand in a note. `options` go to
    `read_table`.
    """

    name: str
    data: bytes
    rows: Rows
    rejected: tuple[int, ...] | None = ()
    note: str = ""
    encoding: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)


def write(
    rows: Iterable[list[str]],
    *,
    delimiter: str = ",",
    quote: str = '"',
    escape: str = "",
    end: str = "\n",
    every: bool = False,
) -> str:
    """Rows as delimited text, written without the csv module: it can't do half of the dialects."""
    return "".join(
        delimiter.join(
            _cell(cell, delimiter, quote, escape, every, alone=len(row) == 1) for cell in row
        )
        + end
        for row in rows
    )


def _cell(cell: str, delimiter: str, quote: str, escape: str, every: bool, *, alone: bool) -> str:
    special = any(sign in cell for sign in (delimiter, quote, "\n", "\r") if sign)
    if not quote or not (every or special or (alone and not cell)):
        return cell
    inside = cell.replace("\\", "\\\\") if escape else cell
    return quote + inside.replace(quote, (escape or quote) + quote) + quote
