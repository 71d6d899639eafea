"""Workbooks and Parquet files to records, and their values to text."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipeline.common.errors import InputError
from pipeline.common.wording import count_noun
from pipeline.tables.input_file import InputFile
from pipeline.tables.types import Limits, Record

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

_MAX_CELLS = 60_000_000  # of a workbook, blank ones included: a few bytes can declare billions
_MAX_COLUMNS = 5000


def cell_text(value: object) -> str:
    """Format a typed value as a CSV export would: ISO dates, 5 for 5.0, "" for None."""
    if value is None:
        return ""
    if isinstance(value, str):
        # JSON can spell lone surrogates, which can't be written to a file.
        return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float_text(value)
    if isinstance(value, datetime):
        midnight = value.time() == time(0) and value.tzinfo is None
        return value.date().isoformat() if midnight else value.isoformat(" ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, (dict, list, tuple)):
        return _collection_text(value)
    return str(value)


def _float_text(value: float) -> str:
    if not math.isfinite(value):
        return "" if math.isnan(value) else str(value)
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _collection_text(value: dict[Any, Any] | list[Any] | tuple[Any, ...]) -> str:
    """A plain list as its values, anything deeper as JSON."""
    if isinstance(value, dict) or any(isinstance(v, (dict, list)) for v in value):
        return json.dumps(value, ensure_ascii=False, default=cell_text)
    return ", ".join(map(cell_text, value))


def workbook_records(
    file: InputFile, sheet: str | int | None, limits: Limits
) -> tuple[Iterator[Record], str, tuple[str, ...]]:
    """Read one sheet of a workbook; formulas give the values that were computed last.

    Args:
        file: the workbook.
        sheet: a name or a number from 1; by default the first visible sheet with at least two rows.
        limits: see `Limits`.

    Returns:
        The records, the sheet's name, and the names of all sheets.

    Raises:
        InputError: the sheet is unknown or the workbook damaged.
    """
    from openpyxl import load_workbook  # type: ignore[import-untyped]

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and validation rules
            workbook = load_workbook(file.open(), read_only=True, data_only=True, keep_links=False)
        sheets = {s.title: s for s in workbook.worksheets}
        if isinstance(sheet, int) or (isinstance(sheet, str) and sheet not in sheets):
            number = int(sheet) if str(sheet).isdecimal() else 0
            if not 1 <= number <= len(sheets):
                listed = ", ".join(sheets)
                raise InputError(f"{file.name} has no sheet {sheet!r}. Sheets found: {listed}.")
            chosen = list(sheets)[number - 1]
        elif sheet is not None:
            chosen = sheet
        else:
            visible = [title for title, s in sheets.items() if s.sheet_state == "visible"]
            chosen = next(
                (title for title in visible if _has_rows(sheets[title])), (visible or [""])[0]
            )
        if chosen not in sheets:
            raise InputError(f"{file.name} has no sheet with a table.")
    except InputError:
        raise
    except Exception as error:  # what a damaged workbook raises depends on the damage
        raise _damaged_workbook(file.name) from error
    return _sheet_records(file.name, sheets[chosen], limits), chosen, tuple(sheets)


def _damaged_workbook(name: str) -> InputError:
    return InputError(f"{name} is a damaged or locked Excel workbook. Save it again as .xlsx.")


def _has_rows(sheet: ReadOnlyWorksheet) -> bool:
    rows = 0
    for count, row in enumerate(sheet.iter_rows(values_only=True)):
        rows += sum(value is not None for value in row) > 0
        if rows > 1 or count > 1000:
            return rows > 1
    return False


def _sheet_records(name: str, sheet: ReadOnlyWorksheet, limits: Limits) -> Iterator[Record]:
    blank_lines = cells_read = 0
    try:
        sheet.reset_dimensions()  # some programs declare a wrong size, which would cut off rows
        width = 0
        for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
            cells_read += len(values)
            if cells_read > _MAX_CELLS or number > limits.rows + 2_000_000:
                raise InputError(f"{name} has too many cells. Split it into smaller files.")
            cells = [cell_text(value).replace("_x000D_", "") for value in values]
            while cells and not cells[-1].strip():
                cells.pop()
            if not cells:
                blank_lines += 1
                continue
            # A sheet has no short rows: cells after the last value are blank.
            width = max(width, len(cells)) if number <= 50 else width
            has_one_cell = sum(bool(cell.strip()) for cell in cells) == 1
            padded = cells if has_one_cell else cells + [""] * (width - len(cells))
            yield Record(number, padded, "\t".join(cells), False, blank_lines)
            blank_lines = 0
    except InputError:
        raise
    except Exception as error:  # see `workbook_records`
        raise _damaged_workbook(name) from error


def parquet_records(file: InputFile, limits: Limits) -> Iterator[Record]:
    """Read a Parquet file; the first record holds the column names.

    Raises:
        InputError: the file is damaged or over the limits, which is checked before reading.
    """
    import pyarrow.parquet as pq

    name = file.name
    try:
        parquet = pq.ParquetFile(file.open())
        metadata = parquet.metadata
        size = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
        columns = parquet.schema_arrow.names
        if metadata.num_rows > limits.rows:
            rows = count_noun(limits.rows, "row")
            raise InputError(f"{name} has more than {rows}. Split it into smaller files.")
        if size > limits.bytes or len(columns) > _MAX_COLUMNS:
            raise InputError(f"{name} unpacks to more than the limit. Split it into smaller files.")
        yield Record(0, list(columns), "")
        number = 0
        for batch in parquet.iter_batches(5000):
            values = [column.to_pylist() for column in batch.columns]
            for row in zip(*values, strict=True):
                number += 1
                cells = list(map(cell_text, row))
                yield Record(number, cells, "\t".join(cells))
    except InputError:
        raise
    except Exception as error:  # Arrow raises many types for a damaged file
        raise InputError(f"{name} is a damaged Parquet file. Export it again.") from error
