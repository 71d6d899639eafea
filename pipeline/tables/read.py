"""The bytes of an exported file -> a table of strings.

What kind of file it is, its encoding, delimiter, quotes and header are judged, not asked for.
What can't be read as a row is kept as a `Rejected` with its line and the reason, what was repaired
is told in `Table.notes`, and `rows_read == len(frame) + len(rejected)` holds for every file.

Memory is that of the table plus a few megabytes: a file is read in pieces, its rows go into Arrow
arrays.
"""

from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.common.errors import InputError
from pipeline.common.progress import Progress
from pipeline.tables.body import Body, read_body
from pipeline.tables.csv_parser import records
from pipeline.tables.decode import TextLines
from pipeline.tables.dialect import sniff
from pipeline.tables.encoding import guess_encoding, wanted_encoding
from pipeline.tables.header import unique_names
from pipeline.tables.source import Source, unpack
from pipeline.tables.types import Limits, Rejected

__all__ = ["Limits", "Rejected", "Table", "read_table"]

_HEAD = 1000  # lines that the dialect is judged on
_SEPARATOR = "sep="  # Excel's own first line


@dataclass(frozen=True)
class Table:
    """A file as it was understood.

    `frame` has a RangeIndex, unique non-empty column names and every value as str ("" where
    missing). `lines` (int64, (n,)) is the line of the file, from 1, at which each row starts; in a
    workbook the row of the sheet, in a Parquet file the number of the row. `header_row` is the
    header's line (the first of two), 0 where the file has none.

    `kind` is "text", "xlsx", "jsonl" or "parquet"; `sheet` and `sheets` name the workbook's sheet
    that was read and all that `sheet` can choose: one where `sheet` named a workbook in an archive.
    Only text has a delimiter and a quote; "" elsewhere.
    """

    name: str
    frame: pd.DataFrame
    lines: np.ndarray
    rejected: tuple[Rejected, ...]
    encoding: str
    delimiter: str
    quote: str
    header_row: int
    notes: tuple[str, ...]
    kind: str = "text"
    sheet: str | None = None
    sheets: tuple[str, ...] = ()

    @property
    def rows_read(self) -> int:
        """Data rows in the file, kept and rejected."""
        return len(self.frame) + len(self.rejected)


def read_table(
    source: Path | bytes,
    *,
    name: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | int | None = None,
    max_bytes: int | None = None,
    max_rows: int | None = None,
    progress: Progress | None = None,
) -> Table:
    """Read an exported file, given as a path or as its bytes.

    Delimited text in any encoding, .xlsx, .jsonl and .parquet, each also packed as .gz or .zip;
    what counts is the content, not the name. `encoding` and `delimiter` replace the judgement
    ("tab" and "\\\\t" mean a tab; several characters may stand for one delimiter). `sheet` is a
    sheet's name or number from 1, or the name of the file wanted from a zip archive (of a workbook
    there, the first sheet with rows is read). `max_bytes` (also of what an archive unpacks to) and
    `max_rows` are `Limits.from_environment()` where not given. `progress` is called with bytes read
    and bytes in all.

    Raises InputError for a file that is missing, empty, too large, damaged or no table, and for an
    unknown encoding, delimiter or sheet.
    """
    usual = Limits.from_environment()
    limits = Limits(max_bytes or usual.bytes, max_rows or usual.rows)
    with Source(source, name) as file:
        name = file.name
        if file.size <= 1000 and not file.head().strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe"):
            raise InputError(f"{name} is empty. Choose a CSV file with at least one review.")
        kind, within = unpack(file, limits, sheet)
        if kind == "xlsx":
            from pipeline.tables.formats import sheet_records

            rows, chosen, sheets = sheet_records(file, within, limits)
            table = _table(name, read_body(rows, name, limits), ("utf-8", "", ""))
            if within != sheet and len(sheets) > 1:
                others = ", ".join(title for title in sheets if title != chosen)
                note = f"The workbook holds {len(sheets)} sheets. Not read: {others}."
                table, sheets = replace(table, notes=(note, *table.notes)), (chosen,)
            return replace(table, kind=kind, sheet=chosen, sheets=sheets)
        if kind == "parquet":
            from pipeline.tables.formats import parquet_records

            body = read_body(parquet_records(file, limits), name, limits, aside=False)
            return replace(_named(_table(name, body, ("utf-8", "", ""))), kind=kind)
        return _read_text(file, name, kind, encoding, delimiter, limits, progress)


def _read_text(
    file: Source,
    name: str,
    kind: str,
    encoding: str | None,
    delimiter: str | None,
    limits: Limits,
    progress: Progress | None,
) -> Table:
    chosen = wanted_encoding(encoding) if encoding is not None else guess_encoding(file)
    lines = TextLines(file, chosen, progress=progress)
    called = {"utf_8_sig": "utf-8-sig", "iso8859-1": "cp1252"}.get(chosen.name, chosen.name)
    if kind == "jsonl" and delimiter is None:
        from pipeline.tables.formats import json_records

        rows, rejected = json_records(iter(lines), name)
        body = read_body(rows, name, limits, aside=False)
        both = sorted((*body.rejected, *rejected), key=lambda row: row.line)
        body = body._replace(rejected=tuple(both), notes=[*lines.notes(), *body.notes])
        return replace(_named(_table(name, body, (called, "", ""))), kind=kind)
    stream = iter(lines)
    head = list(islice(stream, _HEAD))
    first = head[0].strip("\ufeff\r\n\"' ") if head else ""
    told = first.lower().startswith(_SEPARATOR) and 4 < len(first) <= 8
    wanted = _wanted_delimiter(delimiter) or (first[4:].replace("\\t", "\t") if told else None)
    if told:
        head[0] = "\n"  # a blank line, so that line numbers stay
    dialect = sniff(head, delimiter=wanted)
    body = read_body(records(chain(head, stream), dialect), name, limits)
    notes = [*lines.notes(), *body.notes]
    signs = (called, dialect.delimiter, dialect.quote or '"')
    return _table(name, body._replace(notes=notes), signs)


def _wanted_delimiter(delimiter: str | None) -> str | None:
    if delimiter is None:
        return None
    delimiter = {"tab": "\t", "\\t": "\t"}.get(delimiter, delimiter)
    if not 1 <= len(delimiter) <= 8 or set(delimiter) & set('\r\n"'):
        raise InputError(f"The delimiter {delimiter!r} can't be used. Try , ; | or tab.")
    return delimiter


def _table(name: str, body: Body, signs: tuple[str, str, str]) -> Table:
    return Table(
        name, body.frame, body.lines, body.rejected, *signs, body.header_row, tuple(body.notes)
    )


def _named(table: Table) -> Table:
    """Column names made unique; a file with typed columns has no header row to point at."""
    frame = table.frame
    frame.columns = pd.Index(unique_names([str(column) for column in frame.columns]))
    notes = tuple(note for note in table.notes if "no header" not in note)
    return replace(table, frame=frame, header_row=0, notes=notes)
