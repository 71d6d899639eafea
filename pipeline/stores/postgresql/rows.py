"""Rows as PostgreSQL keeps and sends them: binary COPY, vectors of pgvector, SQL types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from pipeline.filters.columns import Column, ColumnKind, TextColumn
from pipeline.stores.base import Fingerprint, Rows
from pipeline.stores.batch import Batch, from_cells, missing_values, to_cells
from pipeline.text.normalise import replace_surrogates

SQL_TYPES: dict[ColumnKind, tuple[str, str]] = {  # in a table, in binary COPY
    "text": ('text COLLATE "C"', "text"),
    "number": ("double precision", "float8"),
    "date": ("integer", "int4"),
}


def table_of(name: str) -> str:
    """The table of a store."""
    return f"polyguest_vectors_{name}"


def vector_type(fingerprint: Fingerprint) -> tuple[str, int]:
    """The type of a vector in SQL, and its bytes for a dimension."""
    return ("halfvec", 2) if fingerprint.precision == "float16" else ("vector", 4)


def longest_bytes(column: TextColumn) -> int:
    """The most bytes of a text."""
    return max((len(text.encode()) for text in column.vocabulary), default=0)


def clean(text: str) -> str:
    """A text as PostgreSQL can keep it: without lone surrogates and the character NUL."""
    return replace_surrogates(text).replace("\0", "\ufffd")


def encode_vector(vector: np.ndarray, sql_type: str) -> Any:  # noqa: ANN401 - pgvector's own
    """A vector as pgvector takes it."""
    from pgvector import HalfVector, Vector

    return (HalfVector if sql_type == "halfvec" else Vector)(vector)


def to_tuples(
    batch: Batch, names: Sequence[str], columns: Sequence[Column], sql_type: str
) -> Iterator[tuple[Any, ...]]:
    """Rows as COPY takes them: id, vector, text, columns."""
    cells = [
        [None if c is None else clean(c) for c in to_cells(column)]
        if column.kind == "text"
        else to_cells(column)
        for column in columns
    ]
    texts = [None] * len(batch) if batch.texts is None else list(map(clean, batch.texts))
    vectors = (encode_vector(vector, sql_type) for vector in batch.vectors)
    return zip(names, vectors, texts, *cells, strict=True)


def select(table: str, columns: Mapping[str, tuple[str, ColumnKind]], sql_type: str) -> str:
    """What asks for whole rows, but for their condition."""
    names = [
        "id",
        f"{sql_type}_send(vector)",
        "text",
        *(sql_name for sql_name, _ in columns.values()),
    ]
    return f"SELECT {', '.join(names)} FROM {table}"


def to_rows(
    found: Sequence[Sequence[Any]],
    columns: Mapping[str, tuple[str, ColumnKind]],
    fingerprint: Fingerprint,
) -> Rows:
    """Rows of what :func:`select` gives."""
    kinds = {name: kind for name, (_, kind) in columns.items()}
    if not found:
        empty = np.empty(0, object)
        metadata = {name: missing_values(kind, 0) for name, kind in kinds.items()}
        return Rows(empty, np.empty((0, fingerprint.dimension), np.float32), metadata, empty)
    ids, blobs, texts, *cells = zip(*found, strict=True)
    dtype = ">f2" if fingerprint.precision == "float16" else ">f4"
    # What the server sends of a vector begins with its length, in four bytes.
    vectors = np.frombuffer(b"".join(blob[4:] for blob in blobs), dtype).astype(np.float32)
    return Rows(
        from_cells(ids, "text"),
        vectors.reshape(len(found), -1),
        {
            name: from_cells(values, kind)
            for (name, kind), values in zip(kinds.items(), cells, strict=True)
        },
        from_cells(texts, "text"),
    )
