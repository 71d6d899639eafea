"""An exported file to a table of strings.

The kind of file, its encoding, delimiter, quotes and header are detected. What can't be read as a
row is kept as a `RejectedRow` with its line and the reason, repairs are listed in `Table.notes`,
and `rows_read == len(frame) + len(rejected)` holds for every file.

Memory is that of the table plus a few megabytes: a file is read in blocks, and its rows go into
Arrow arrays.
"""

from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.common.errors import InputError
from pipeline.common.progress import Progress
from pipeline.common.translation import gettext as _
from pipeline.common.wording import list_names
from pipeline.tables.body import Body, read_body
from pipeline.tables.csv_parser import read_records
from pipeline.tables.decode import DecodedLines
from pipeline.tables.dialect import sniff_dialect
from pipeline.tables.encoding import detect_encoding, find_encoding
from pipeline.tables.header import make_unique_names
from pipeline.tables.input_file import InputFile
from pipeline.tables.json_lines import is_json_lines, json_line_records
from pipeline.tables.types import Limits, RejectedRow
from pipeline.tables.unpack import Unpacked, unpack_file

_SNIFFED_LINES = 1000  # by which the dialect is detected
_MAX_BLANK_LINES = 10  # above the first JSON object
_MAX_LINE = 20_000_000  # bytes of a line of text
_SEP_PREFIX = "sep="  # of a first line with which Excel declares the delimiter


@dataclass(frozen=True)
class Table:
    """A file as it was read.

    Attributes:
        name: of the file.
        frame: n rows with a RangeIndex, unique non-empty column names, and every value as str, ""
            if missing.
        lines: int64 (n,), the line of the file, from 1, at which each row starts; in a workbook
            or an HTML table its row, in a Parquet file or a JSON document the number of the row.
        rejected: rows that could not be used.
        encoding: Python's name of the codec.
        delimiter, quote: of delimited text, else "".
        header_row: line of the header (the first of two), 0 if there is none.
        notes: what was skipped or repaired, in sentences.
        kind: "text", "xlsx", "xls", "ods", "html", "jsonl", "json" (one document) or "parquet".
        sheet: the workbook's sheet that was read.
        sheets: all sheets that can be chosen; only one if a workbook in an archive was chosen.
        alike: those of them that have one header, which "January + February" reads as one.
        is_1904: whether numbers that stand for days count from 1904, not from 1900.
    """

    name: str
    frame: pd.DataFrame
    lines: np.ndarray
    rejected: tuple[RejectedRow, ...]
    encoding: str
    delimiter: str
    quote: str
    header_row: int
    notes: tuple[str, ...]
    kind: str = "text"
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()
    is_1904: bool = False

    @property
    def rows_read(self) -> int:
        """Number of data rows in the file, kept and rejected."""
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
    """Read an exported file: delimited text in any encoding, workbooks, JSON, HTML or Parquet.

    Each may be packed as .gz or .zip. The content decides what a file is, not its name.

    Args:
        source: a path, or the file's bytes.
        name: what messages call the file; the path's last part by default.
        encoding: detected by default.
        delimiter: one or several characters, "tab" or "\\\\t"; detected by default.
        sheet: a sheet's name or number from 1, or the name of a file in a zip archive (if that is a
            workbook, its first sheet with rows is read).
        max_bytes: limit on the file's size, packed and unpacked; from the settings by default.
        max_rows: limit on the number of rows; from the settings by default.
        progress: called with the number of bytes read and their total.

    Raises:
        InputError: the file is missing, empty, too large, damaged or not a table, or the encoding,
            delimiter or sheet is unknown.
    """
    defaults = Limits.from_environment()
    limits = replace(defaults, bytes=max_bytes or defaults.bytes, rows=max_rows or defaults.rows)
    with InputFile(source, name) as file:
        name = file.name
        if file.size <= 1000 and not file.head().strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe"):
            raise InputError(
                "{name} is empty. Choose a CSV file with at least one review.",
                name=name,
            )
        found = unpack_file(file, limits, sheet)
        table = _read_unpacked(file, found, sheet, encoding, delimiter, limits, progress)
    if not found.passed_over:
        return table
    note = _(
        "The archive holds {number} files. Not read: {others}.",
        number=len(found.passed_over) + 1,
        others=list_names(found.passed_over),
    )
    return replace(table, notes=(note, *table.notes))


def _read_unpacked(
    file: InputFile,
    found: Unpacked,
    sheet: str | int | None,
    encoding: str | None,
    delimiter: str | None,
    limits: Limits,
    progress: Progress | None,
) -> Table:
    name, kind, within = file.name, found.kind, found.sheet
    if kind in ("xlsx", "xls", "ods"):
        from pipeline.tables.workbooks import counts_from_1904, workbook_records

        rows, chosen, sheets, alike = workbook_records(file, kind, within, limits)
        table = _make_table(name, read_body(rows, name, limits), ("utf-8", "", ""))
        if within != sheet and len(sheets) > 1:
            others = list_names(title for title in sheets if title != chosen)
            note = _(
                "The workbook holds {number} sheets. Not read: {others}.",
                number=len(sheets),
                others=others,
            )
            table, sheets, alike = replace(table, notes=(note, *table.notes)), (chosen,), ()
        is_1904 = kind == "xlsx" and counts_from_1904(file)
        return replace(table, kind=kind, sheet=chosen, sheets=sheets, alike=alike, is_1904=is_1904)
    if kind == "parquet":
        from pipeline.tables.formats import parquet_records

        body = read_body(parquet_records(file, limits), name, limits, detect_layout=False)
        table = _make_table(name, body, ("utf-8", "", ""))
        return replace(_without_header_row(table), kind=kind)
    return _read_text(file, name, kind, encoding, delimiter, limits, progress)


def _read_text(
    file: InputFile,
    name: str,
    kind: str,
    encoding: str | None,
    delimiter: str | None,
    limits: Limits,
    progress: Progress | None,
) -> Table:
    chosen = find_encoding(encoding) if encoding is not None else detect_encoding(file)
    # A web page or a JSON document may be one line.
    max_line = _MAX_LINE if kind == "text" else None
    lines = DecodedLines(file, chosen, max_line=max_line, progress=progress)
    codec = {"utf_8_sig": "utf-8-sig", "iso8859-1": "cp1252"}.get(chosen.name, chosen.name)
    if kind == "html":
        return _read_html(lines, name, codec, limits)
    if kind == "json" and delimiter is None:
        return _read_json(lines, name, codec, limits)
    stream = iter(lines)
    head = list(islice(stream, _SNIFFED_LINES))
    first = head[0].strip("\ufeff\r\n\"' ") if head else ""
    has_sep_line = first.lower().startswith(_SEP_PREFIX) and 4 < len(first) <= 8
    declared = first[4:].replace("\\t", "\t") if has_sep_line else None
    if has_sep_line:
        head[0] = "\n"  # a blank line, so that line numbers stay right
    dialect = sniff_dialect(head, delimiter=_parse_delimiter(delimiter) or declared)
    body = read_body(read_records(chain(head, stream), dialect), name, limits)
    notes = [*lines.notes(), *body.notes]
    format_ = (codec, dialect.delimiter, dialect.quote or '"')
    return _make_table(name, body._replace(notes=notes), format_)


def _read_json(lines: DecodedLines, name: str, codec: str, limits: Limits) -> Table:
    """Read JSON Lines, or a document if the first object doesn't end with its line."""
    from pipeline.tables.json_document import read_document

    stream = iter(lines)
    head = list(islice(stream, _MAX_BLANK_LINES))
    kind, has_names = "jsonl", True
    if is_json_lines(head):
        rows, rejected = json_line_records(chain(head, stream), name)
    else:
        kind = "json"
        rows, rejected, has_names = read_document("".join(chain(head, stream)), name)
    body = read_body(rows, name, limits, detect_layout=not has_names)
    both = sorted((*body.rejected, *rejected), key=lambda row: row.line)
    body = body._replace(rejected=tuple(both), notes=[*lines.notes(), *body.notes])
    table = _make_table(name, body, (codec, "", ""))
    return replace(_without_header_row(table) if has_names else table, kind=kind)


def _read_html(lines: DecodedLines, name: str, codec: str, limits: Limits) -> Table:
    from pipeline.tables.html_table import html_records

    rows, tables = html_records("".join(lines), name, limits)
    body = read_body(rows, name, limits)
    notes = [*lines.notes(), *body.notes]
    if tables > 1:
        notes.append(
            _(
                "The page holds {number} tables. The one with the most text was read.",
                number=tables,
            )
        )
    return replace(_make_table(name, body._replace(notes=notes), (codec, "", "")), kind="html")


def _parse_delimiter(delimiter: str | None) -> str | None:
    if delimiter is None:
        return None
    delimiter = {"tab": "\t", "\\t": "\t"}.get(delimiter, delimiter)
    if not 1 <= len(delimiter) <= 8 or set(delimiter) & set('\r\n"'):
        raise InputError(
            "The delimiter {delimiter} can't be used. Try , ; | or tab.",
            delimiter=repr(delimiter),
        )
    return delimiter


def _make_table(name: str, body: Body, format_: tuple[str, str, str]) -> Table:
    return Table(
        name, body.frame, body.lines, body.rejected, *format_, body.header_row, tuple(body.notes)
    )


def _without_header_row(table: Table) -> Table:
    """The table of a file with typed columns: no header row, and column names made unique."""
    frame = table.frame
    frame.columns = pd.Index(make_unique_names([str(column) for column in frame.columns]))
    notes = tuple(note for note in table.notes if "no header" not in note)
    return replace(table, frame=frame, header_row=0, notes=notes)
