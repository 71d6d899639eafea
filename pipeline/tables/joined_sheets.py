"""Workbooks of several sheets: which one holds reviews, and those with one header read as one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from pipeline.tables.formats import cell_text
from pipeline.tables.types import Record

SHEET_COLUMN = "Sheet"  # the first one of sheets that are read as one
_BETWEEN = " + "  # names of sheets that are read as one
_LOOKED_AT = 30  # rows in which a header is looked for
_SAMPLED = 300  # rows in which texts are counted
_MOST_SHEETS = 40  # that are looked at
_LEAST_TEXT = 15  # letters of a text without spaces between words, half of that in other scripts
_MUCH_LESS = 0.25  # of the texts of the sheet with most, for a sheet to be passed over


class Sheet(NamedTuple):
    """A sheet of a workbook.

    Attributes:
        title: its name.
        visible: whether the program that wrote it shows it.
        rows: yields the values of its rows, from its first row on.
    """

    title: str
    visible: bool
    rows: Callable[[], Iterable[Sequence[Any]]]


def most_like_reviews(sheets: Sequence[Sheet]) -> Sheet:
    """The first sheet with texts; the first one where none has.

    A workbook often begins with a sheet about the export. It is passed over if it has less than a
    quarter of the texts that another has.

    Args:
        sheets: one or more, with rows.
    """
    texts = [_count_texts(sheet) for sheet in sheets[:_MOST_SHEETS]]
    wanted = max(texts) * _MUCH_LESS
    return next(sheet for sheet, own in zip(sheets, texts, strict=False) if own >= wanted)


def _count_texts(sheet: Sheet) -> int:
    """Number of different texts in the column that has most of them, in the first rows."""
    columns: dict[int, set[str]] = {}
    for row in islice(sheet.rows(), _SAMPLED):
        for number, value in enumerate(row):
            if isinstance(value, str) and _is_text(value.strip()):
                columns.setdefault(number, set()).add(value)
    return max(map(len, columns.values()), default=0)


def _is_text(value: str) -> bool:
    weight = len(value) + sum(not letter.isascii() for letter in value)
    return weight >= _LEAST_TEXT and (" " in value or not value.isascii())


def same_header(sheets: Sequence[Sheet]) -> list[Sheet]:
    """The visible sheets that have one header: two or more, or none where no two have."""
    groups: dict[tuple[str, ...], list[Sheet]] = {}
    for sheet in sheets[:_MOST_SHEETS]:
        if sheet.visible and (header := _find_header(sheet)):
            groups.setdefault(header, []).append(sheet)
    most = max(groups.values(), key=len, default=[])
    return most if len(most) > 1 else []


def _find_header(sheet: Sheet) -> tuple[str, ...]:
    """The first row of a sheet with two or more cells; none where no row follows."""
    rows = islice(sheet.rows(), _LOOKED_AT)
    for row in rows:
        header = _header(list(map(cell_text, row)))
        if header:
            return header if any(any(map(cell_text, each)) for each in rows) else ()
    return ()


def _header(cells: Sequence[str]) -> tuple[str, ...]:
    """The cells of a row as they are compared; none of a row that is no header."""
    named = [" ".join(cell.split()).casefold() for cell in cells]
    while named and not named[-1]:
        named.pop()
    return tuple(named) if sum(map(bool, named)) > 1 else ()


def join_titles(titles: Iterable[str]) -> str:
    """The name of sheets that are read as one: "January + February"."""
    return _BETWEEN.join(titles)


def joined_records(parts: Iterable[tuple[str, Iterator[Record]]]) -> Iterator[Record]:
    """The records of sheets with one header as those of one table.

    The name of the sheet is the first column: it may be the hotel's. What stands above the header
    is that of the first sheet; lines are counted on from sheet to sheet.

    Args:
        parts: name and records of each sheet.
    """
    before = 0
    for number, (title, records) in enumerate(parts):
        last, in_body = 0, False
        for record in records:
            last = record.line
            cells = list(record.cells)
            if in_body:
                cells = [title, *cells]
            elif _header(cells):
                in_body = True
                if number:
                    continue
                cells = [SHEET_COLUMN, *cells]
            elif number:
                continue
            raw = "\t".join(cells)
            yield record._replace(line=before + last, cells=cells, raw=raw)
        before += last
