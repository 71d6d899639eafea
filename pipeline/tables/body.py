"""Records to a table, in bounded memory, with the rows that are not part of it and why.

Rows go into Arrow arrays a few thousand at a time. Only the last ones stay Python strings, because
the end of the file decides whether they are a footer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from pipeline.common.errors import InputError
from pipeline.common.locale_format import format_number
from pipeline.common.translation import gettext as _
from pipeline.common.translation import ngettext
from pipeline.common.wording import list_names
from pipeline.tables.footer import is_footer
from pipeline.tables.header import (
    Header,
    find_header,
    is_comment,
    make_unique_names,
    starts_new_table,
)
from pipeline.tables.header_names import score_name
from pipeline.tables.types import Limits, Record, RejectedRow, shorten

_HEAD = 500  # records among which the header is found
_BATCH = 10_000
_TAIL = 12  # last rows among which footers are found


class Body(NamedTuple):
    """The table of a file; see `pipeline.tables.read.Table`."""

    frame: pd.DataFrame
    lines: np.ndarray
    rejected: tuple[RejectedRow, ...]
    header_row: int
    notes: list[str]


def read_body(
    records: Iterable[Record], name: str, limits: Limits, *, detect_layout: bool = True
) -> Body:
    """Build the table of a file from its records.

    Args:
        records: all records of the file.
        name: the file's name, for messages.
        limits: see `Limits`.
        detect_layout: whether to find titles, footers and further tables. Files with typed columns
            have none; their first record is the header.

    Raises:
        InputError: there is no record, or there are more rows or columns than the limits allow.
    """
    source = _within_limits(records, name, limits)
    head = list(islice(source, _HEAD))
    if not head:
        raise InputError(
            "{name} has no rows. Choose a CSV file with at least one review.",
            name=name,
        )
    # Before a header is looked for, which takes long among many thousand columns.
    width, _count = Counter(len(record.cells) for record in head).most_common(1)[0]
    if width > limits.columns:
        raise InputError(limits.too_many_columns(name, _widest(head)))
    header = (
        find_header(head)
        if detect_layout
        else Header(head[0].cells, head[0].line, [], [head[0]], 1)
    )
    if len(header.columns) > limits.columns:
        raise InputError(limits.too_many_columns(name, len(header.columns)))
    stream = chain(head[header.first_data :], source)
    tables, blank_lines = _build_tables(stream, header, name, limits, detect_layout)
    main = max(tables, key=lambda table: (_has_review_text(table), table.count))
    if detect_layout:
        for table in tables:
            _reject_footer(table)
    main.flush()
    if main.count + len(main.rejected) > limits.rows:
        raise InputError(limits.too_many_rows(name))
    notes = _header_notes(header)
    rejected = list(main.rejected)
    if len(tables) > 1:
        notes.append(_other_tables_note(tables, main))
        rejected += _rows_of_other_tables(tables, main, header)
    notes += _row_notes(main, blank_lines)
    lines = np.concatenate([np.empty(0, np.int64), *main.lines])
    rejected.sort(key=lambda row: row.line)
    return Body(main.frame(), lines, tuple(rejected), main.line, notes)


def _within_limits(records: Iterable[Record], name: str, limits: Limits) -> Iterator[Record]:
    """The records, without the blank cells at the end of those that are too wide.

    Raises:
        InputError: their cells have more characters in all than a file may have bytes.
    """
    characters = 0
    for record in records:
        cells = record.cells
        if len(cells) > limits.columns:
            used = len(cells)
            while used > limits.columns and not cells[used - 1].strip():
                used -= 1
            record = record._replace(cells=cells[:used])
        characters += sum(map(len, cells))
        if characters > limits.bytes:
            raise InputError(limits.too_much_text(name))
        yield record


def _widest(records: list[Record]) -> int:
    return max(len(record.cells) for record in records)


def _build_tables(
    stream: Iterator[Record], header: Header, name: str, limits: Limits, detect_layout: bool
) -> tuple[list[_TableBuilder], int]:
    """The tables of the records below the first header, and the number of blank lines.

    Raises:
        InputError: there are more rows than the limit.
    """
    tables = [_TableBuilder(header.columns, header.line, [], limits)]
    names = [record.cells for record in header.rows]
    total = blank_lines = 0
    record = next(stream, None)
    while record is not None:
        following = next(stream, None)
        total += 1
        blank_lines += record.blank_lines
        if total > limits.rows + 100:
            raise InputError(limits.too_many_rows(name))
        table = tables[-1]
        if total * len(table.columns) > limits.cells:
            raise InputError(limits.too_many_cells(name))
        if not detect_layout:
            table.add(record)
        elif record.cells in names and header.line and len(record.cells) > 1:
            if table.rows and table.rows[-1].is_heading():
                table.reject_last(_("a heading between tables"))
            table.reject(record, _("the header is repeated"))
        elif is_comment(record, len(table.columns)):
            table.reject(record, _("a comment line"))
        elif header.line and starts_new_table(
            record, following, table.columns, after_blank=_follows_blank_line(table, record)
        ):
            above = []
            if table.rows and table.rows[-1].is_heading():
                heading = table.remove_last()
                above = [_rejected(heading, _("a heading between tables"))]
            above.append(_rejected(record, _("the header of another table")))
            names_of_table = make_unique_names(record.cells)
            tables.append(_TableBuilder(names_of_table, record.line, above, limits))
            names = [record.cells]
        else:
            table.add(record)
        record = following
    return tables, blank_lines


def _rows_of_other_tables(
    tables: list[_TableBuilder], main: _TableBuilder, header: Header
) -> list[RejectedRow]:
    rejected: list[RejectedRow] = []
    for table in tables:
        rejected += table.above if table is not main else table.above[:-1]
        if table is not main:
            rejected += table.reject_all(_("the row belongs to another table of the file"))
    if main is not tables[0]:
        rejected += [_rejected(row, _("the header of another table")) for row in header.rows[:1]]
    return rejected


def _row_notes(main: _TableBuilder, blank_lines: int) -> list[str]:
    notes = []
    if blank_lines:
        notes.append(
            ngettext("{n} blank line was skipped.", "{n} blank lines were skipped.", blank_lines)
        )
    if main.stray_quotes:
        notes.append(
            ngettext(
                "{n} row had a stray quote and was read as typed.",
                "{n} rows had a stray quote and were read as typed.",
                main.stray_quotes,
            )
        )
    if main.short:
        notes.append(
            ngettext(
                "{n} row had fewer cells than the header; the missing ones are blank.",
                "{n} rows had fewer cells than the header; the missing ones are blank.",
                main.short,
            )
        )
    return notes


class _Row(NamedTuple):
    record: Record
    cells: list[str]  # padded to the number of columns
    short: bool  # the record had fewer cells

    def has_one_cell(self) -> bool:
        return sum(bool(cell.strip()) for cell in self.cells) == 1

    def is_heading(self) -> bool:
        return self.short and self.has_one_cell()


class _TableBuilder:
    """One table of a file while it is read.

    Attributes:
        columns: unique column names.
        line: line of the header, 0 if there is none.
        above: the rejected rows between the previous table and this one, the header last.
        rows: the last rows, not yet in arrays.
        chunks, lines: the Arrow arrays of each column, and the line numbers, in batches.
        count, short, stray_quotes: number of rows, of short ones, of those with a stray quote.
        rejected: rows that are not part of the table.
    """

    def __init__(
        self, columns: list[str], line: int, above: list[RejectedRow], limits: Limits
    ) -> None:
        self.columns, self.line, self.above, self.limits = columns, line, above, limits
        self.rows: list[_Row] = []
        self.chunks: list[list[pa.Array]] = []
        self.lines: list[np.ndarray] = []
        self.count = self.short = self.stray_quotes = 0
        self.rejected: list[RejectedRow] = []

    def add(self, record: Record) -> None:
        cells, width = record.cells, len(self.columns)
        if len(cells) != width:
            while len(cells) > width and not cells[-1].strip():
                cells = cells[:-1]
            if len(cells) > width:
                self.reject(
                    record,
                    _(
                        "the row has {cells} cells, the header {columns}",
                        cells=len(cells),
                        columns=width,
                    ),
                )
                return
        longest = max(map(len, cells), default=0)
        if longest > self.limits.cell_length:
            self.reject(
                record,
                _(
                    "a cell has {found} characters, more than the limit of {limit}",
                    found=format_number(longest),
                    limit=format_number(self.limits.cell_length),
                ),
            )
            return
        short = len(cells) < width
        if short:
            cells = cells + [""] * (width - len(cells))
        self.rows.append(_Row(record, cells, short))
        self.count += 1
        if len(self.rows) >= _BATCH + _TAIL:
            self.flush(_TAIL)

    def reject(self, record: Record, reason: str) -> None:
        self.rejected.append(_rejected(record, reason))

    def remove_last(self) -> Record:
        self.count -= 1
        return self.rows.pop().record

    def reject_last(self, reason: str) -> None:
        self.reject(self.remove_last(), reason)

    def flush(self, keep: int = 0) -> None:
        """Move all rows but the last `keep` into arrays."""
        rows = self.rows[: len(self.rows) - keep]
        self.rows = self.rows[len(rows) :]
        if rows:
            self.short += sum(row.short for row in rows)
            self.stray_quotes += sum(row.record.stray_quote for row in rows)
            columns = zip(*(row.cells for row in rows), strict=True)
            self.chunks.append([pa.array(cells, pa.large_string()) for cells in columns])
            self.lines.append(np.array([row.record.line for row in rows], dtype=np.int64))

    def frame(self) -> pd.DataFrame:
        """The table; its arrays are released column by column."""
        dtype = pd.StringDtype("pyarrow", na_value=np.nan)
        data = {}
        for j in range(len(self.columns)):
            chunks = [chunk[j] for chunk in self.chunks]
            for chunk in self.chunks:
                chunk[j] = None  # so that each column is in memory once
            array = pa.chunked_array(chunks, pa.large_string())
            data[j] = dtype.__from_arrow__(array)
        frame = pd.DataFrame(data)
        frame.columns = pd.Index(self.columns)
        return frame

    def reject_all(self, reason: str) -> Iterator[RejectedRow]:
        """All rows of the table as rejected ones."""
        self.flush()
        yield from self.rejected
        for chunk, lines in zip(self.chunks, self.lines, strict=True):
            for line, *cells in zip(lines.tolist(), *(c.to_pylist() for c in chunk), strict=True):
                yield RejectedRow(line, reason, shorten(",".join(cells)))


def _rejected(record: Record, reason: str) -> RejectedRow:
    return RejectedRow(record.line, reason, shorten(record.raw.rstrip("\r\n")))


def _follows_blank_line(table: _TableBuilder, record: Record) -> bool:
    """Whether blank lines separate a record from the rows above it, maybe with a heading."""
    if record.blank_lines or not table.rows or not table.rows[-1].short:
        return record.blank_lines > 0
    return table.rows[-1].has_one_cell() and table.rows[-1].record.blank_lines > 0


def _has_review_text(table: _TableBuilder) -> bool:
    return table.count > 0 and any(score_name(column, "text") >= 2 for column in table.columns)


def _reject_footer(table: _TableBuilder) -> None:
    """Reject the totals, page numbers and remarks at the end of a table."""
    count = 0
    for i in range(1, min(_TAIL, len(table.rows)) + 1):
        row = table.rows[-i]
        if is_footer(row.record, row.cells, short=row.short):
            count = i
        elif not row.is_heading():
            break
    for _row in range(count):
        table.reject_last(_("a total or remark at the end of the file"))


def _header_notes(header: Header) -> list[str]:
    notes = []
    if not header.line:
        notes.append(_("The file has no header row: its columns are numbered."))
    if header.above:
        rows = header.above
        text = " / ".join(" ".join(filter(None, row.cells)) for row in rows)[:300]
        if header.line:
            note = ngettext(
                "{n} line above the header was not read as data: {text}",
                "{n} lines above the header were not read as data: {text}",
                len(rows),
                text=text,
            )
        else:
            note = ngettext(
                "{n} line above the table was not read as data: {text}",
                "{n} lines above the table were not read as data: {text}",
                len(rows),
                text=text,
            )
        notes.append(note)
    if len(header.rows) == 2:
        notes.append(_("Two header rows were joined into one name for each column."))
    elif len(header.rows) > 2:
        notes.append(_("Three header rows were joined into one name for each column."))
    return notes


def _other_tables_note(tables: list[_TableBuilder], main: _TableBuilder) -> str:
    columns = [table.columns for table in tables if table is not main]
    others = "; ".join(list_names(names, most=5) for names in columns)[:200]
    return _(
        "The file holds {number} tables. Not read as reviews: {others}.",
        number=len(tables),
        others=others,
    )
