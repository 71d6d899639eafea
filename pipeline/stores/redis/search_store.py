"""Vector stores in Redis or Valkey with the search module: a hash a row, an index a store.

A batch is one MULTI ... EXEC. What is compared of a text is beside it
(:mod:`pipeline.stores.redis.query`).
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from pipeline.filters.binding import bind
from pipeline.filters.columns import Column, ColumnKind
from pipeline.filters.expressions import Filter
from pipeline.stores.base import Fingerprint, NearestRows, Rows
from pipeline.stores.batch import Batch, from_cells, missing_values, new_columns, to_cells
from pipeline.stores.engine import as_nearest, unavailable
from pipeline.stores.redis.connection import SECONDS, RedisConnection
from pipeline.stores.redis.keys import (
    BLOCK,
    STORES,
    Client,
    cell_from_bytes,
    number_to_text,
    parse_columns,
    store_key,
)
from pipeline.stores.redis.query import ALL, ConditionWriter, indexed_field, to_tag
from pipeline.stores.server_store import ServerStore

_MOST = 1_000_000  # hits; the module gives no more unless it is told to


def create_search_store(client: Client, name: str, fingerprint: Fingerprint) -> None:
    """Create an empty store."""
    half = fingerprint.precision == "float16"
    vector = ["TYPE", "FLOAT16" if half else "FLOAT32", "DIM", fingerprint.dimension]
    vector += ["DISTANCE_METRIC", "IP"]
    client.execute_command(
        *("FT.CREATE", _index(name), "ON", "HASH", "PREFIX", 1, _row_key(name, b"")),
        *("SCHEMA", "v", "VECTOR", "FLAT", len(vector), *vector),
        *("has", "TAG", "SEPARATOR", "|"),
    )
    with client.pipeline() as together:
        together.hset(f"{store_key(name)}:about", mapping=asdict(fingerprint))
        together.sadd(STORES, name)
        together.execute()


def delete_search_store(client: Client, name: str) -> None:
    """Delete what there is of a store but its description."""
    import redis

    try:
        client.execute_command("FT.DROPINDEX", _index(name))
    except redis.ResponseError as error:
        if "index" not in str(error).lower():
            raise
    rows = client.zrange(f"{store_key(name)}:ids", 0, -1)
    for start in range(0, len(rows), BLOCK):
        client.unlink(*[_row_key(name, row) for row in rows[start : start + BLOCK]])
    client.unlink(f"{store_key(name)}:ids", f"{store_key(name)}:columns")


def wait_for_index(connection: RedisConnection, name: str) -> None:
    """Wait while a server that was started again indexes its rows.

    Raises:
        StoreUnavailableError: it takes longer.
    """
    end = time.monotonic() + SECONDS
    while True:
        found = connection.client.execute_command("FT.INFO", _index(name))
        about = dict(zip(found[::2], found[1::2], strict=False))
        if int(about.get(b"indexing", 0)) == 0:
            return
        if time.monotonic() > end:
            raise unavailable(connection.address, TimeoutError("it still builds its index"))
        time.sleep(0.05)


class RedisSearchStore(ServerStore):
    """A :class:`pipeline.stores.engine.EngineStore` of the search module; thread-safe."""

    def __init__(self, connection: RedisConnection, name: str, fingerprint: Fingerprint) -> None:
        self._fingerprint = fingerprint
        self._connection, self._client = connection, connection.client
        self._name, self._key, self._index = name, store_key(name), _index(name)
        self._dtype: Any = np.float16 if fingerprint.precision == "float16" else np.float32

    @property
    def fingerprint(self) -> Fingerprint:
        """The origin of all vectors in the store."""
        return self._fingerprint

    @property
    def schema(self) -> dict[str, ColumnKind]:
        """The metadata columns that filters can use."""
        return {name: kind for name, (_, kind) in self._columns().items()}

    @property
    def stamp(self) -> str:
        """What :meth:`set_stamp` was last given."""
        with self._connection.readable_errors():
            return (self._client.hget(f"{self._key}:about", "stamp") or b"").decode()

    def set_stamp(self, stamp: str) -> None:
        """Keep a stamp."""
        with self._connection.readable_errors():
            self._client.hset(f"{self._key}:about", "stamp", stamp)

    def optimise(self) -> None:
        """Leave it to the server, which does so unasked."""

    def count(self, where: Filter | None = None) -> int:
        """Count the rows that pass the filter."""
        condition = self._condition(where)
        with self._connection.readable_errors():
            if where is None:
                return int(self._client.zcard(f"{self._key}:ids"))
            return int(self._search(condition, "LIMIT", 0, 0)[0])

    def iterate(self, where: Filter | None = None, *, batch: int = 10_000) -> Iterator[Rows]:
        """Read the rows that pass the filter in batches; those deleted meanwhile are left out."""
        condition = self._condition(where)
        columns = self._columns()
        with self._connection.readable_errors():
            names = self._client.zrange(f"{self._key}:ids", 0, -1)
            if where is not None:
                skip = len(_row_key(self._name, b""))
                _, *keys = self._search(condition, "NOCONTENT", "LIMIT", 0, _MOST)
                passing = {key[skip:] for key in keys}
                names = [name for name in names if name in passing]
        for start in range(0, len(names), batch):
            found = self._read_names(names[start : start + batch], columns)
            yield self._to_rows([row for row in found if row is not None], columns)

    def _write(self, batch: Batch) -> None:
        with self._connection.readable_errors():
            columns = self._add_columns(batch.columns)
            last = int(self._client.hincrby(f"{self._key}:about", "rows", len(batch)))
            with self._client.pipeline(transaction=True) as together:
                names = [name.encode() for name in batch.ids]
                keys = [_row_key(self._name, name) for name in names]
                for start in range(0, len(keys), BLOCK):
                    together.unlink(*keys[start : start + BLOCK])
                    part = zip(names[start : start + BLOCK], range(start, len(names)), strict=False)
                    first = last - len(batch)
                    together.zadd(f"{self._key}:ids", {name: first + n for name, n in part})
                for key, fields in zip(keys, self._to_hashes(batch, columns), strict=True):
                    together.hset(key, mapping=fields)
                together.execute()

    def _delete(self, ids: list[str]) -> int:
        names = [name.encode() for name in ids]
        with (
            self._connection.readable_errors(),
            self._client.pipeline(transaction=True) as together,
        ):
            together.unlink(*(_row_key(self._name, name) for name in names))
            together.zrem(f"{self._key}:ids", *names)
            return int(together.execute()[0])

    def _nearest(self, queries: np.ndarray, top: int, where: Filter | None) -> NearestRows:
        condition = self._condition(where)
        top = min(top, _MOST)
        asked = f"({condition})=>[KNN {top} @v $q AS distance]"
        skip = len(_row_key(self._name, b""))
        hits = []
        with self._connection.readable_errors():
            for query in queries:
                _, *found = self._search(
                    *(asked, "PARAMS", 2, "q", query.astype(self._dtype).tobytes()),
                    *("SORTBY", "distance", "ASC", "RETURN", 1, "distance", "LIMIT", 0, top),
                )
                hits.append(
                    [
                        (key[skip:].decode(), 1 - float(fields[1]))
                        for key, fields in zip(found[::2], found[1::2], strict=True)
                    ]
                )
        return as_nearest(hits)

    def _read(self, ids: list[str]) -> tuple[Mapping[str, Any], Any]:
        columns = self._columns()
        found = self._read_names([name.encode() for name in ids], columns)
        return {name: row for name, row in zip(ids, found, strict=True) if row}, columns

    def _search(self, condition: str, *options: object) -> list[Any]:
        found: list[Any] = self._client.execute_command(
            *("FT.SEARCH", self._index, condition, *options),
            *("TIMEOUT", int(SECONDS * 1000), "DIALECT", 2),  # else it gives what it has so far
        )
        return found

    def _columns(self) -> dict[str, tuple[int, ColumnKind]]:
        """The metadata columns: name -> place and kind, by place."""
        with self._connection.readable_errors():
            found = self._client.hgetall(f"{self._key}:columns")
        return parse_columns(found)

    def _add_columns(
        self, columns: Mapping[str, Column]
    ) -> list[tuple[tuple[int, ColumnKind], Column]]:
        """Add new columns to the index; places, kinds and columns of all given ones."""
        known = self._columns()
        for name in new_columns(columns, {name: kind for name, (_, kind) in known.items()}):
            kind = columns[name].kind
            place = int(self._client.hincrby(f"{self._key}:about", "places", 1))
            sql_type = ("TAG", "SEPARATOR", "|") if kind == "text" else ("NUMERIC",)
            self._client.execute_command(
                "FT.ALTER", self._index, "SCHEMA", "ADD", indexed_field(place, kind), *sql_type
            )
            if not self._client.hsetnx(f"{self._key}:columns", name, f"{place} {kind}"):
                return self._add_columns(columns)  # another writer was faster
            known[name] = (place, kind)
        return [(known[name], column) for name, column in columns.items()]

    def _to_hashes(
        self, batch: Batch, columns: list[tuple[tuple[int, ColumnKind], Column]]
    ) -> Iterator[dict[str, Any]]:
        vectors = batch.vectors.astype(self._dtype)
        cells = [(place, kind, to_cells(column)) for (place, kind), column in columns]
        for n in range(len(batch)):
            fields: dict[str, Any] = {"v": vectors[n].tobytes()}
            if batch.texts is not None:
                fields["text"] = batch.texts[n]
            there = []
            for place, kind, values in cells:
                value = values[n]
                if value is None:
                    continue
                there.append(f"c{place}")
                if kind == "text":
                    fields[f"c{place}"] = value
                    fields[indexed_field(place, kind)] = to_tag(value)
                else:
                    fields[indexed_field(place, kind)] = number_to_text(value)
            fields["has"] = "|".join(there) or "nothing"
            yield fields

    def _read_names(
        self, names: Sequence[bytes], columns: Mapping[str, tuple[int, ColumnKind]]
    ) -> list[list[Any] | None]:
        """The fields of rows: id, vector, text and the columns; None for one that isn't there."""
        fields = ["v", "text", *(f"c{place}" for place, _ in columns.values())]
        rows: list[list[Any] | None] = []
        with self._connection.readable_errors():
            for start in range(0, len(names), BLOCK):
                part = names[start : start + BLOCK]
                with self._client.pipeline(transaction=False) as together:
                    for name in part:
                        together.hmget(_row_key(self._name, name), fields)
                    found = together.execute()
                rows += [
                    None if values[0] is None else [name, *values]
                    for name, values in zip(part, found, strict=True)
                ]
        return rows

    def _to_rows(
        self, found: Sequence[list[Any]], columns: Mapping[str, tuple[int, ColumnKind]]
    ) -> Rows:
        metadata = {}
        for place, (name, (_, kind)) in enumerate(columns.items(), start=3):
            cells = [cell_from_bytes(row[place], kind) for row in found]
            metadata[name] = from_cells(cells, kind) if cells else missing_values(kind, 0)
        vectors = np.frombuffer(b"".join(row[1] for row in found), self._dtype)
        return Rows(
            from_cells([row[0].decode() for row in found], "text"),
            vectors.astype(np.float32).reshape(len(found), self.fingerprint.dimension),
            metadata,
            from_cells([cell_from_bytes(row[2], "text") for row in found], "text"),
        )

    def _condition(self, where: Filter | None) -> str:
        if where is None:
            return ALL
        columns = self._columns()
        bound = bind(where, {name: kind for name, (_, kind) in columns.items()})
        return ConditionWriter(columns, self._tags).write(bound)

    def _tags(self, place: int) -> list[bytes]:
        with self._connection.readable_errors():
            found: list[bytes] = self._client.execute_command(
                "FT.TAGVALS", self._index, f"k{place}"
            )
        return found


def _index(name: str) -> str:
    return f"{store_key(name)}:index"


def _row_key(name: str, row: bytes) -> bytes:
    return f"{store_key(name)}:row:".encode() + row
