"""Workbooks and Parquet files to records, and their values to text."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipeline.common.errors import InputError
from pipeline.tables.input_file import InputFile
from pipeline.tables.types import Limits, Record

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

_BATCH_ROWS = 5000
_BATCH_CELLS = 200_000
# Rows of a batch where a value may be large and named many times by a few bytes of the file.
_FEW_ROWS = 64
_MAX_FIXED_WIDTH = 64  # bytes of a value


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

    Columns of texts stay dictionaries while they are read: a text that a file holds once and names
    many times is in memory once.

    Raises:
        InputError: the file is damaged or over the limits, which is checked before reading.
    """
    import pyarrow.parquet as pq

    name = file.name
    try:
        metadata = pq.read_metadata(file.open())
        size = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
        if metadata.num_rows > limits.rows:
            raise InputError(limits.too_many_rows(name))
        if size > limits.bytes:
            raise InputError(limits.too_much_text(name))
        schema = metadata.schema.to_arrow_schema()
        if len(schema.names) > limits.columns:
            raise InputError(limits.too_many_columns(name, len(schema.names)))
        if metadata.num_rows * len(schema.names) > limits.cells:
            raise InputError(limits.too_many_cells(name))
        texts = [field.name for field in schema if _is_text(field.type)]
        parquet = pq.ParquetFile(file.open(), read_dictionary=texts)
        yield Record(0, list(schema.names), "")
        number = 0
        for batch in _batches(parquet):
            values = [_values(column) for column in batch.columns]
            for row in zip(*values, strict=True):
                number += 1
                cells = list(map(cell_text, row))
                yield Record(number, cells, "")
    except (InputError, MemoryError):
        raise
    except Exception as error:  # Arrow raises many types for a damaged file
        raise InputError(
            "{name} is a damaged Parquet file. Export it again.",
            name=name,
        ) from error


def _batches(parquet: ParquetFile) -> Iterator[pa.RecordBatch]:
    """The rows of a file, few at a time where they could take much memory."""
    import pyarrow as pa

    schema = parquet.schema_arrow
    plain = all(
        pa.types.is_dictionary(field.type)
        or (pa.types.is_primitive(field.type) and field.type.bit_width <= 8 * _MAX_FIXED_WIDTH)
        for field in schema
    )
    rows = min(_BATCH_ROWS, max(_BATCH_CELLS // max(len(schema), 1), 1))
    yield from parquet.iter_batches(rows if plain else min(rows, _FEW_ROWS))


def _is_text(kind: pa.DataType) -> bool:
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return any(
        is_kind(kind)
        for is_kind in (
            pa.types.is_string,
            pa.types.is_large_string,
            pa.types.is_binary,
            pa.types.is_large_binary,
        )
    )


def _values(column: pa.Array) -> list[Any]:
    """The values of a column; equal ones of a dictionary are one object."""
    import pyarrow as pa

    if not pa.types.is_dictionary(column.type):
        values: list[Any] = column.to_pylist()
        return values
    # The dictionary of a whole row group comes with each batch; most of it isn't used there.
    used = column.indices.unique()
    texts = dict(zip(used.to_pylist(), column.dictionary.take(used).to_pylist(), strict=True))
    return [texts[index] for index in column.indices.to_pylist()]
