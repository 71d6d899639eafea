"""Rows as documents of Elasticsearch, and back."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from pipeline.filters.columns import ColumnKind
from pipeline.stores.base import Fingerprint, Rows
from pipeline.stores.batch import Batch, from_cells, missing_values, to_cells
from pipeline.stores.elasticsearch.query import HUGE, KEYWORD_BYTES, to_json
from pipeline.stores.long_values import shorten

READ = ["row", "bytes", "kept", "text"]  # fields of a document that a row is made of


def to_documents(
    batch: Batch, columns: Mapping[str, tuple[int, ColumnKind]], fingerprint: Fingerprint
) -> Iterator[dict[str, Any]]:
    """Rows as documents."""
    half = fingerprint.precision == "float16"
    vectors = batch.vectors.astype(np.float16).astype(np.float32) if half else batch.vectors
    cells = [(*columns[name], to_cells(column)) for name, column in batch.columns.items()]
    for n, name in enumerate(batch.ids):
        row: dict[str, Any] = {"row": name, "vector": vectors[n].tolist()}
        # A digit of a number in JSON may be lost: the bytes are what is read.
        row["bytes"] = base64.b64encode(vectors[n].tobytes()).decode()
        row["kept"] = {f"c{p}": to_json(v[n]) for p, _, v in cells if v[n] is not None}
        row |= {
            f"c{p}": shorten(v[n], KEYWORD_BYTES) if kind == "text" else to_json(v[n])
            for p, kind, v in cells
            if v[n] is not None
        }
        if batch.texts is not None:
            row["text"] = batch.texts[n]
        yield row


def to_rows(
    found: Sequence[Mapping[str, Any]],
    columns: Mapping[str, tuple[int, ColumnKind]],
    fingerprint: Fingerprint,
) -> Rows:
    """Rows of documents."""
    metadata = {}
    for name, (place, kind) in columns.items():
        cells = [row.get("kept", {}).get(f"c{place}") for row in found]
        if kind == "number":
            cells = [c if c is None or abs(c) < HUGE else math.copysign(math.inf, c) for c in cells]
        metadata[name] = from_cells(cells, kind) if cells else missing_values(kind, 0)
    blobs = b"".join(base64.b64decode(row["bytes"]) for row in found)
    vectors = np.frombuffer(blobs, np.float32).reshape(len(found), fingerprint.dimension)
    return Rows(
        from_cells([row["row"] for row in found], "text"),
        vectors.copy(),
        metadata,
        from_cells([row.get("text") for row in found], "text"),
    )
