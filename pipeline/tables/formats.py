"""Workbooks, JSON lines and Parquet files -> records of cells."""

import json
import math
import warnings
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from pipeline.common.errors import InputError
from pipeline.tables.source import Source
from pipeline.tables.types import Limits, Record, Rejected, brief, plural

_MOST_CELLS = 60_000_000  # of a workbook, blank ones too: a few bytes can claim billions
_MOST_COLUMNS = 5000


def cell_text(value: Any) -> str:
    """A typed value as the text that a CSV export would hold: ISO dates, 5 for 5.0, "" for none."""
    if value is None:
        return ""
    if isinstance(value, str):
        # Lone surrogates, which JSON can spell, are no text that could be written to a file.
        return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if not math.isfinite(value):
            return "" if math.isnan(value) else str(value)
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        midnight = value.time() == time(0) and value.tzinfo is None
        return value.date().isoformat() if midnight else value.isoformat(" ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, (list, tuple)) and not any(isinstance(v, (dict, list)) for v in value):
        return ", ".join(map(cell_text, value))
    if isinstance(value, (dict, list, tuple)):
        return json.dumps(value, ensure_ascii=False, default=cell_text)
    return str(value)


def sheet_records(
    source: Source, sheet: str | int | None, limits: Limits
) -> tuple[Iterator[Record], str, tuple[str, ...]]:
    """(records, the sheet's name, all sheets' names) of a workbook.

    `sheet` is a name or a number from 1; without it the first visible sheet with two rows or more.
    Formulas give the values that were computed last. Raises InputError for an unknown sheet and a
    damaged workbook.
    """
    from openpyxl import load_workbook  # type: ignore[import-untyped]

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and validations, which don't matter here
            book = load_workbook(source.open(), read_only=True, data_only=True, keep_links=False)
        sheets = {s.title: s for s in book.worksheets}
        if isinstance(sheet, int) or (isinstance(sheet, str) and sheet not in sheets):
            number = int(sheet) if str(sheet).isdecimal() else 0
            if not 1 <= number <= len(sheets):
                listed = ", ".join(sheets)
                raise InputError(f"{source.name} has no sheet {sheet!r}. Sheets found: {listed}.")
            chosen = list(sheets)[number - 1]
        elif sheet is not None:
            chosen = sheet
        else:
            visible = [title for title, s in sheets.items() if s.sheet_state == "visible"]
            chosen = next(
                (title for title in visible if _has_rows(sheets[title])), (visible or [""])[0]
            )
        if chosen not in sheets:
            raise InputError(f"{source.name} has no sheet with a table.")
    except InputError:
        raise
    except Exception as error:  # a damaged workbook raises whatever its XML or zip makes fail
        raise _damaged(source.name) from error
    return _rows_of(source.name, sheets[chosen], limits), chosen, tuple(sheets)


def _damaged(name: str) -> InputError:
    return InputError(f"{name} is a damaged or locked Excel workbook. Save it again as .xlsx.")


def _has_rows(sheet: Any) -> bool:
    rows = 0
    for count, row in enumerate(sheet.iter_rows(values_only=True)):
        rows += sum(value is not None for value in row) > 0
        if rows > 1 or count > 1000:
            return rows > 1
    return False


def _rows_of(name: str, sheet: Any, limits: Limits) -> Iterator[Record]:
    gap = cells_read = 0
    try:
        sheet.reset_dimensions()  # some programs write a wrong size, and all rows would be cut
        width = 0
        for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
            cells_read += len(values)
            if cells_read > _MOST_CELLS or number > limits.rows + 2_000_000:
                raise InputError(f"{name} has too many cells. Split it into smaller files.")
            cells = [cell_text(value).replace("_x000D_", "") for value in values]
            while cells and not cells[-1].strip():
                cells.pop()
            if not cells:
                gap += 1
                continue
            # A sheet has no short rows: what ends early is blank.
            width = max(width, len(cells)) if number <= 50 else width
            alone = sum(bool(cell.strip()) for cell in cells) == 1
            padded = cells if alone else cells + [""] * (width - len(cells))
            yield Record(number, padded, "\t".join(cells), False, gap)
            gap = 0
    except InputError:
        raise
    except Exception as error:  # as in `sheet_records`
        raise _damaged(name) from error


def json_records(lines: Iterable[str], name: str) -> tuple[Iterator[Record], list[Rejected]]:
    """(records, rejected lines) of JSON lines; the first record holds the column names.

    The names come from the first thousand objects; objects within objects become "outer.inner",
    keys first seen later go together into the column "other". The list of rejected lines fills
    while the records are read.
    """
    rejected: list[Rejected] = []
    return _objects(iter(lines), name, rejected), rejected


def _objects(lines: Iterator[str], name: str, rejected: list[Rejected]) -> Iterator[Record]:
    first: list[tuple[int, dict[str, Any], str]] = []
    stream = _parsed(lines, rejected)
    columns: dict[str, None] = {}
    for item in stream:
        first.append(item)
        columns.update(dict.fromkeys(item[1]))
        if len(first) >= 1000:
            break
    if not columns:
        raise InputError(f"{name} holds no JSON object with values. Export it as CSV.")
    if len(columns) > _MOST_COLUMNS:
        raise InputError(f"{name} has more than {_MOST_COLUMNS:,} different keys.")
    if len(first) >= 1000:
        columns["other"] = None
    yield Record(0, list(columns), "")
    for item in first:
        yield _record(item, columns)
    for item in stream:
        yield _record(item, columns)


def _record(item: tuple[int, dict[str, Any], str], columns: dict[str, None]) -> Record:
    line, values, raw = item
    late = {key: value for key, value in values.items() if key not in columns}
    if late:
        values["other"] = late
    return Record(line, [cell_text(values.get(column)) for column in columns], raw)


def _parsed(
    lines: Iterator[str], rejected: list[Rejected]
) -> Iterator[tuple[int, dict[str, Any], str]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
            if not isinstance(value, dict):
                raise ValueError("it is no object")
        except (ValueError, RecursionError) as error:
            reason = f"the line is no JSON object: {str(error)[:100]}"
            rejected.append(Rejected(number, reason, brief(line.rstrip("\r\n"))))
            continue
        yield number, _flat(value), line


def _flat(value: dict[str, Any], prefix: str = "", depth: int = 0) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, inner in value.items():
        name = prefix + (cell_text(str(key)) or "column")
        if isinstance(inner, dict) and inner and depth < 3:
            flat.update(_flat(inner, f"{name}.", depth + 1))
        else:
            flat[name] = inner
    return flat


def parquet_records(source: Source, limits: Limits) -> Iterator[Record]:
    """The records of a Parquet file; the first one holds the column names.

    Raises InputError for a damaged file and for one over the limits, judged before it is read.
    """
    import pyarrow.parquet as pq

    name = source.name
    try:
        file = pq.ParquetFile(source.open())
        about = file.metadata
        size = sum(about.row_group(i).total_byte_size for i in range(about.num_row_groups))
        columns = file.schema_arrow.names
        if about.num_rows > limits.rows:
            raise InputError(
                f"{name} has more than {plural(limits.rows, 'row')}. Split it into smaller files."
            )
        if size > limits.bytes or len(columns) > _MOST_COLUMNS:
            raise InputError(f"{name} unpacks to more than the limit. Split it into smaller files.")
        yield Record(0, list(columns), "")
        number = 0
        for batch in file.iter_batches(5000):
            values = [column.to_pylist() for column in batch.columns]
            for row in zip(*values, strict=True):
                number += 1
                cells = list(map(cell_text, row))
                yield Record(number, cells, "\t".join(cells))
    except InputError:
        raise
    except Exception as error:  # Arrow raises many kinds for a damaged file
        raise InputError(f"{name} is a damaged Parquet file. Export it again.") from error
