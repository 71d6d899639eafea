"""A vector store in Milvus: a collection, searched exactly (a FLAT index).

Milvus knows no transactions, so that a writer that is killed leaves some rows of its batch as they
were and others as they were to become. A collection has up to 64 fields, and all from the start:
the columns of the first batch have a field each, what comes later goes into Milvus' dynamic field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from pipeline.filters.binding import bind
from pipeline.filters.columns import Column, ColumnKind
from pipeline.filters.expressions import Filter
from pipeline.stores.base import Fingerprint, NearestRows, Rows
from pipeline.stores.batch import Batch, new_columns
from pipeline.stores.engine import as_nearest, nearest_of, no_store
from pipeline.stores.milvus.connection import (
    TEXT_BYTES,
    TIMEOUT,
    MilvusConnection,
    collection_of,
)
from pipeline.stores.milvus.query import TRUE, quoted, to_condition
from pipeline.stores.milvus.registry import StoreEntry, StoreRegistry
from pipeline.stores.milvus.rows import RowCoder
from pipeline.stores.server_store import ServerStore

_FIELDS = 50  # of metadata; 64 are allowed in all
_REQUEST_BYTES = 16_000_000  # a server takes 64 MB
_MAX_HITS = 16_384  # of a query or a search


class MilvusStore(ServerStore):
    """A :class:`pipeline.stores.engine.EngineStore` in a Milvus server; thread-safe."""

    def __init__(
        self, connection: MilvusConnection, registry: StoreRegistry, name: str, entry: StoreEntry
    ) -> None:
        self._connection, self._client = connection, connection.client
        self._registry, self._name, self._entry = registry, name, entry
        self._collection = collection_of(name)
        self._coder = RowCoder(connection, name)

    @property
    def fingerprint(self) -> Fingerprint:
        """The origin of all vectors in the store."""
        return self._entry.fingerprint

    @property
    def schema(self) -> dict[str, ColumnKind]:
        """The metadata columns that filters can use."""
        return self._current().kinds

    @property
    def stamp(self) -> str:
        """What :meth:`set_stamp` was last given."""
        return self._current().stamp

    def set_stamp(self, stamp: str) -> None:
        """Keep a stamp."""
        entry = self._current()
        entry.stamp = stamp
        self._registry.save(self._name, entry)
        self._entry = entry

    def optimise(self) -> None:
        """Leave it to the server, which does so unasked."""

    def count(self, where: Filter | None = None) -> int:
        """Count the rows that pass the filter."""
        condition = self._condition(where)
        if self._entry.fields < 0:
            return 0
        found = self._query(condition, ["count(*)"])
        return int(found[0]["count(*)"])

    def iterate(self, where: Filter | None = None, *, batch: int = 10_000) -> Iterator[Rows]:
        """Read the rows that pass the filter in batches; those deleted meanwhile are left out."""
        condition = self._condition(where)
        entry = self._entry
        if entry.fields < 0:
            return
        names: list[str] = []
        while True:  # pages in the order of ids
            after = f"id > {quoted(names[-1])}" if names else TRUE
            sql = f"({condition}) and {after}" if condition else after
            found = sorted(row["id"] for row in self._query(sql, ["id"], limit=_MAX_HITS))
            names += found
            if len(found) < _MAX_HITS:
                break
        for start in range(0, len(names), batch):
            part = names[start : start + batch]
            rows = {row["id"]: row for row in self._read_ids(part, ["*"])}
            yield self._to_rows([rows[name] for name in part if name in rows], entry)

    def _write(self, batch: Batch) -> None:
        if not len(batch):
            return
        entry = self._with_columns(batch.columns)
        rows, size = [], 0
        with self._connection.readable_errors():
            for row in self._coder.to_collection(batch, entry):
                rows.append(row)
                size += 400 + 4 * self.fingerprint.dimension + 4 * len(row["text"])
                size += sum(4 * len(value) for value in row.values() if isinstance(value, str))
                if size > _REQUEST_BYTES:
                    self._client.upsert(self._collection, rows, timeout=TIMEOUT)
                    rows, size = [], 0
            if rows:
                self._client.upsert(self._collection, rows, timeout=TIMEOUT)
        self._registry.forget(self._name)

    def _delete(self, ids: list[str]) -> int:
        if self._current().fields < 0:
            return 0
        existing = [row["id"] for row in self._read_ids(ids, ["id"])]
        with self._connection.readable_errors():
            for start in range(0, len(existing), 1000):
                part = existing[start : start + 1000]
                self._client.delete(self._collection, ids=part, timeout=TIMEOUT)
        self._registry.forget(self._name)
        return len(existing)

    def _nearest(self, queries: np.ndarray, top: int, where: Filter | None) -> NearestRows:
        condition = self._condition(where)
        if self._entry.fields < 0:
            return as_nearest([[] for _ in queries])
        if top > _MAX_HITS and (top := min(top, self.count(where))) > _MAX_HITS:
            return nearest_of(self.iterate(where), queries, top)
        with self._connection.readable_errors():
            found = self._client.search(
                self._collection,
                data=list(queries),
                limit=top,
                filter=condition,
                search_params={"metric_type": "IP"},
                consistency_level=self._consistency(),
                timeout=TIMEOUT,
            )
        return as_nearest([[(hit["id"], hit["distance"]) for hit in hits] for hits in found])

    def _read(self, ids: list[str]) -> tuple[Mapping[str, Any], Any]:
        entry = self._current()
        return {row["id"]: row for row in self._read_ids(ids, ["*"])}, entry

    def _to_rows(self, found: Sequence[Any], columns: Any) -> Rows:  # noqa: ANN401
        return self._coder.to_rows(found, columns)

    def _consistency(self) -> str:
        return self._registry.level(self._name, self._entry.stamp)

    def _current(self) -> StoreEntry:
        entry = self._registry.entry(self._name, "Session")
        if entry is None:
            raise no_store(self._name, self._connection.address)
        self._entry = entry
        return entry

    def _query(self, condition: str, fields: list[str], **options: int) -> list[dict[str, Any]]:
        with self._connection.readable_errors():
            found: list[dict[str, Any]] = self._client.query(
                self._collection,
                filter=condition,
                output_fields=fields,
                consistency_level=self._consistency(),
                timeout=TIMEOUT,
                **options,
            )
        return found

    def _read_ids(self, names: Sequence[str], fields: list[str]) -> Iterator[dict[str, Any]]:
        if self._entry.fields < 0:
            return
        for start in range(0, len(names), 2000):
            listed = ", ".join(map(quoted, names[start : start + 2000]))
            yield from self._query(f"id in [{listed}]", fields)

    def _with_columns(self, columns: Mapping[str, Column]) -> StoreEntry:
        """The store's entry with a batch's columns; its collection is made when first needed."""
        entry = self._current()
        names = new_columns(columns, entry.kinds)
        if not names and entry.fields >= 0:
            return entry
        for name in names:
            entry.columns[name] = (len(entry.columns), columns[name].kind)
        if entry.fields < 0:
            entry.fields = min(len(entry.columns), _FIELDS)
            first = [found for found in entry.columns.values() if found[0] < entry.fields]
            texts = [(f"c{place}", TEXT_BYTES) for place, kind in first if kind == "text"]
            others = [(f"c{place}", kind) for place, kind in first if kind != "text"]
            self._connection.drop_collections(self._name)  # what a killed writer may have left
            self._registry.forget(self._name)
            self._connection.make_collection(
                self._collection, entry.fingerprint, [("text", TEXT_BYTES), *texts], others
            )
        self._registry.save(self._name, entry)
        return entry

    def _condition(self, where: Filter | None) -> str:
        if where is None:
            return ""
        entry = self._current()
        bound = bind(where, entry.kinds)
        return to_condition(bound, entry)
