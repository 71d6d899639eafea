"""Rows as Milvus keeps them; values that are too long for a field are kept beside, in parts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from pipeline.stores.base import Rows
from pipeline.stores.batch import Batch, from_cells, missing_values, to_cells
from pipeline.stores.long_values import digest_in
from pipeline.stores.milvus.connection import (
    LONG,
    NO_VECTOR,
    TEXT_BYTES,
    TIMEOUT,
    MilvusConnection,
    collection_of,
)
from pipeline.stores.milvus.query import HUGE, MISSING, most_bytes, shortened
from pipeline.stores.milvus.registry import StoreEntry

_PART = 15_000  # characters of a long value in a row of its collection


class RowCoder:
    """Rows of a store to those of its collection, and back.

    Args:
        connection: to the server.
        name: of the store.
    """

    def __init__(self, connection: MilvusConnection, name: str) -> None:
        self._connection, self._client = connection, connection.client
        self._long = f"{collection_of(name)}{LONG}"

    def to_collection(self, batch: Batch, entry: StoreEntry) -> Iterator[dict[str, Any]]:
        """Rows for the collection, once what is too long for it is kept."""
        vectors = batch.vectors
        if entry.fingerprint.precision == "float16":
            vectors = vectors.astype(np.float16).astype(np.float32)
        texts = batch.texts
        long: dict[str, str] = {}
        cells = {
            entry.columns[name]: [
                shortened(c, most_bytes(entry, entry.columns[name][0]), long)
                for c in to_cells(column)
            ]
            for name, column in batch.columns.items()
        }
        blank = {
            f"c{place}": MISSING[kind]
            for place, kind in entry.columns.values()
            if place < entry.fields
        }
        rows = []
        for n, name in enumerate(batch.ids):
            text = None if texts is None else f"t{texts[n]}"  # "": no text, unlike a blank one
            row = {"id": name, "vector": vectors[n], "text": shortened(text, TEXT_BYTES, long)}
            row["text"] = row["text"] or ""
            row |= blank
            row |= {f"c{p}": v[n] for (p, _), v in cells.items() if v[n] is not None}
            rows.append(row)
        self._keep_long(long)
        yield from rows

    def _keep_long(self, long: Mapping[str, str]) -> None:
        """Keep long values by their digest, in parts."""
        if not long:
            return
        if not self._client.has_collection(self._long, timeout=TIMEOUT):
            fields = [("part", TEXT_BYTES)]
            self._connection.make_collection(self._long, NO_VECTOR, fields, dynamic=False)
        for digest, value in long.items():
            parts = [value[start : start + _PART] for start in range(0, len(value), _PART)]
            for n, part in enumerate(parts):
                row = {"id": f"{digest}-{n:05d}", "part": part, "vector": [0.0, 0.0]}
                self._client.upsert(self._long, [row], timeout=TIMEOUT)

    def _whole(self, value: str) -> str:
        """A value that may be long, as it was written."""
        digest = digest_in(value)
        if not digest:
            return value
        with self._connection.readable_errors():
            found = self._client.query(
                self._long,
                filter=f'id > "{digest}-" and id < "{digest}."',
                output_fields=["part"],
                consistency_level="Strong",
                timeout=TIMEOUT,
            )
        return "".join(row["part"] for row in sorted(found, key=lambda row: row["id"])) or value

    def to_rows(self, found: Sequence[Mapping[str, Any]], entry: StoreEntry) -> Rows:
        """Rows of those of the collection."""
        metadata = {}
        for name, (place, kind) in entry.columns.items():
            missing = MISSING[kind]
            cells = [row.get(f"c{place}", missing) for row in found]
            if kind == "text":
                cells = [self._whole(cell) for cell in cells]
            elif kind == "number":
                cells = [math.copysign(math.inf, c) if abs(c) == HUGE else c for c in cells]
            cells = [None if cell == missing else cell for cell in cells]
            metadata[name] = from_cells(cells, kind) if cells else missing_values(kind, 0)
        texts = [self._whole(row["text"])[1:] if row["text"] else None for row in found]
        vectors = np.array([row["vector"] for row in found], np.float32)
        return Rows(
            from_cells([row["id"] for row in found], "text"),
            vectors.reshape(len(found), entry.fingerprint.dimension),
            metadata,
            from_cells(texts, "text"),
        )
