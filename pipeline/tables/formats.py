"""Workbooks and Parquet files to records, and their values to text."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipeline.common.errors import InputError
from pipeline.common.wording import count_noun
from pipeline.tables.input_file import InputFile
from pipeline.tables.types import Limits, Record

if TYPE_CHECKING:
    pass

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
