"""Vector stores in Redis or Valkey with the search module: a hash a row, an index a store.

A batch is one MULTI ... EXEC. Texts are compared by tags, which the module splits and strips unless
they are plain: each is written in hexadecimal digits. The module has no order of texts, so that a
range of them is asked for as the texts in it that the store has.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import numpy as np

from pipeline.common.errors import InputError
from pipeline.filters.binding import bind
from pipeline.filters.columns import Column, ColumnKind, days_since_epoch
from pipeline.filters.expressions import And, Equals, Filter, In, IsMissing, Not, Or, Range, Value
from pipeline.stores.base import Fingerprint, NearestRows, Rows, check_vectors
from pipeline.stores.batch import (
    Batch,
    from_cells,
    make_batch,
    missing_values,
    new_columns,
    to_cells,
)
from pipeline.stores.engine import (
    as_nearest,
    check_ids,
    check_name,
    needs_extra,
    no_store,
    stamp_differs,
    unavailable,
    unknown_id,
    without_password,
)
from pipeline.stores.long_values import shorten
from pipeline.text.normalise import replace_surrogates

_PREFIX = "polyguest"
_STORES = f"{_PREFIX}:stores"  # a set of names
_TAG_BYTES = 1_000  # of a text as it is compared
_SECONDS = 60.0  # for an answer
_ALL = "*"
_NONE = "@has:{none}"  # a condition that no row passes
_BLOCK = 2_000  # rows read at once
_MOST = 1_000_000  # hits; the module gives no more unless it is told to


class RedisEngine:
    """A Redis server as a :class:`pipeline.stores.engine.Engine`.

    Args:
        uri: ``redis://user:password@host:port/0``, ``rediss://`` with TLS.
    """

    keeps_batches_whole = True
    tolerance = 1e-5

    def __init__(self, uri: str) -> None:
        self.address = without_password(uri)
        with needs_extra("redis", self.address):
            import redis
        self.client: Any = redis.Redis.from_url(
            uri, socket_timeout=_SECONDS, socket_connect_timeout=10, protocol=2
        )
        with self.readable_errors():
            about = self.client.info("server")
            modules = {m[b"name"]: m[b"ver"] for m in map(_pairs, self.client.module_list())}
            if b"search" not in modules:
                raise InputError(
                    "{address} has no search module: start Redis Stack, Redis 8, or a server with "
                    "redisearch.so",
                    address=self.address,
                )
        server = "Valkey" if "valkey_version" in about else "Redis"
        number = about.get("valkey_version", about["redis_version"])
        major, rest = divmod(int(modules[b"search"]), 10_000)
        self.version = f"{server} {number}, search {major}.{rest // 100}.{rest % 100}"

    def open(
        self, name: str, fingerprint: Fingerprint | None = None, *, stamp: str | None = None
    ) -> RedisStore:
        """Open a store, or create it."""
        check_name(name)
        with self.readable_errors():
            about = self._about(name)
            if about is None:
                if fingerprint is None:
                    raise no_store(name, self.address)
                self._create(name, fingerprint)
                about = self._about(name) or {}
            precision: Any = about["precision"]
            kept = Fingerprint(about["model"], int(about["dimension"]), about["space"], precision)
            self._wait_for_index(name)
        if fingerprint is not None:
            kept.check(fingerprint)
        if stamp is not None and about.get("stamp", "") != stamp:
            raise stamp_differs(name, self.address)
        return RedisStore(self, name, kept)

    def delete(self, name: str) -> bool:
        """Delete a store."""
        check_name(name)
        with self.readable_errors():
            existed = bool(self.client.srem(_STORES, name))
            # Without its description it is none any more; then what it had goes.
            self.client.delete(f"{_key(name)}:about")
            self._drop_index(name)
            rows = self.client.zrange(f"{_key(name)}:ids", 0, -1)
            for start in range(0, len(rows), _BLOCK):
                keys = [_row_key(name, row) for row in rows[start : start + _BLOCK]]
                self.client.unlink(*keys)
            self.client.unlink(f"{_key(name)}:ids", f"{_key(name)}:columns")
        return existed

    def names(self) -> list[str]:
        """The names of all stores."""
        with self.readable_errors():
            return sorted(name.decode() for name in self.client.smembers(_STORES))

    def close(self) -> None:
        """Release the connections."""
        self.client.close()

    @contextmanager
    def readable_errors(self) -> Iterator[None]:
        """Turn errors of the client into one clear line."""
        import redis

        try:
            yield
        except redis.ResponseError as error:
            words = str(error).lower()
            if "no such index" in words or "unknown index" in words or "not found" in words:
                raise InputError(
                    "An index is missing in {address}: analyse the file again",
                    address=self.address,
                ) from error
            raise unavailable(self.address, error) from error
        except (redis.RedisError, OSError) as error:
            raise unavailable(self.address, error) from error

    def _about(self, name: str) -> dict[str, str] | None:
        found = self.client.hgetall(f"{_key(name)}:about")
        return {key.decode(): value.decode() for key, value in found.items()} or None

    def _create(self, name: str, fingerprint: Fingerprint) -> None:
        self.delete(name)  # what may be left of another one
        half = fingerprint.precision == "float16"
        vector = ["TYPE", "FLOAT16" if half else "FLOAT32", "DIM", fingerprint.dimension]
        vector += ["DISTANCE_METRIC", "IP"]
        self.client.execute_command(
            *("FT.CREATE", _index(name), "ON", "HASH", "PREFIX", 1, _row_key(name, b"")),
            *("SCHEMA", "v", "VECTOR", "FLAT", len(vector), *vector),
            *("has", "TAG", "SEPARATOR", "|"),
        )
        with self.client.pipeline() as together:
            together.hset(f"{_key(name)}:about", mapping=asdict(fingerprint))
            together.sadd(_STORES, name)
            together.execute()

    def _drop_index(self, name: str) -> None:
        import redis

        try:
            self.client.execute_command("FT.DROPINDEX", _index(name))
        except redis.ResponseError as error:
            if "index" not in str(error).lower():
                raise

    def _wait_for_index(self, name: str) -> None:
        """Wait while a server that was started again indexes its rows."""
        import time

        end = time.monotonic() + _SECONDS
        while True:
            found = self.client.execute_command("FT.INFO", _index(name))
            about = dict(zip(found[::2], found[1::2], strict=False))
            if int(about.get(b"indexing", 0)) == 0:
                return
            if time.monotonic() > end:
                raise unavailable(self.address, TimeoutError("it still builds its index"))
            time.sleep(0.05)


class RedisStore:
    """A :class:`pipeline.stores.engine.EngineStore` in a Redis server; thread-safe."""

    def __init__(self, engine: RedisEngine, name: str, fingerprint: Fingerprint) -> None:
        self.fingerprint = fingerprint
        self._engine, self._client = engine, engine.client
        self._name, self._key, self._index = name, _key(name), _index(name)
        self._dtype: Any = np.float16 if fingerprint.precision == "float16" else np.float32

    @property
    def schema(self) -> dict[str, ColumnKind]:
        """The metadata columns that filters can use."""
        return {name: kind for name, (_, kind) in self._columns().items()}

    @property
    def stamp(self) -> str:
        """What :meth:`set_stamp` was last given."""
        with self._engine.readable_errors():
            return (self._client.hget(f"{self._key}:about", "stamp") or b"").decode()

    def set_stamp(self, stamp: str) -> None:
        """Keep a stamp."""
        with self._engine.readable_errors():
            self._client.hset(f"{self._key}:about", "stamp", stamp)

    def optimise(self) -> None:
        """Leave it to the server, which does so unasked."""

    def upsert(
        self,
        ids: Sequence[str],
        vectors: np.ndarray,
        metadata: Mapping[str, Any],
        texts: Sequence[str] | None = None,
    ) -> None:
        """Insert or replace rows, all at once."""
        batch = make_batch(ids, vectors, metadata, texts, self.fingerprint.dimension)
        check_ids(batch.ids)
        with self._engine.readable_errors():
            columns = self._add_columns(batch.columns)
            last = int(self._client.hincrby(f"{self._key}:about", "rows", len(batch)))
            with self._client.pipeline(transaction=True) as together:
                names = [name.encode() for name in batch.ids]
                keys = [_row_key(self._name, name) for name in names]
                for start in range(0, len(keys), _BLOCK):
                    together.unlink(*keys[start : start + _BLOCK])
                    part = zip(
                        names[start : start + _BLOCK], range(start, len(names)), strict=False
                    )
                    first = last - len(batch)
                    together.zadd(f"{self._key}:ids", {name: first + n for name, n in part})
                for key, fields in zip(keys, self._to_hashes(batch, columns), strict=True):
                    together.hset(key, mapping=fields)
                together.execute()

    def delete(self, ids: Sequence[str]) -> int:
        """Delete rows and return how many existed."""
        names = [n.encode() for n in dict.fromkeys(replace_surrogates(str(n)) for n in ids)]
        if not names:
            return 0
        with self._engine.readable_errors(), self._client.pipeline(transaction=True) as together:
            together.unlink(*(_row_key(self._name, name) for name in names))
            together.zrem(f"{self._key}:ids", *names)
            return int(together.execute()[0])

    def search(
        self, queries: np.ndarray, *, top: int = 20, where: Filter | None = None
    ) -> NearestRows:
        """Find the rows nearest to each query among those that pass the filter."""
        array = check_vectors(queries, self.fingerprint.dimension, what="queries")
        condition = self._condition(where)
        if top <= 0 or not len(array):
            return as_nearest([[] for _ in array])
        top = min(top, _MOST)
        asked = f"({condition})=>[KNN {top} @v $q AS distance]"
        skip = len(_row_key(self._name, b""))
        hits = []
        with self._engine.readable_errors():
            for query in array:
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

    def get(self, ids: Sequence[str]) -> Rows:
        """Read the rows with these ids, in this order."""
        names = [replace_surrogates(str(name)) for name in ids]
        columns = self._columns()
        found = self._read([name.encode() for name in names], columns)
        missing = next((n for n, row in zip(names, found, strict=True) if row is None), None)
        if missing is not None:
            raise unknown_id(missing)
        return self._rows([row for row in found if row is not None], columns)

    def count(self, where: Filter | None = None) -> int:
        """Count the rows that pass the filter."""
        condition = self._condition(where)
        with self._engine.readable_errors():
            if where is None:
                return int(self._client.zcard(f"{self._key}:ids"))
            return int(self._search(condition, "LIMIT", 0, 0)[0])

    def iterate(self, where: Filter | None = None, *, batch: int = 10_000) -> Iterator[Rows]:
        """Read the rows that pass the filter in batches; those deleted meanwhile are left out."""
        condition = self._condition(where)
        columns = self._columns()
        with self._engine.readable_errors():
            names = self._client.zrange(f"{self._key}:ids", 0, -1)
            if where is not None:
                skip = len(_row_key(self._name, b""))
                _, *keys = self._search(condition, "NOCONTENT", "LIMIT", 0, _MOST)
                passing = {key[skip:] for key in keys}
                names = [name for name in names if name in passing]
        for start in range(0, len(names), batch):
            found = self._read(names[start : start + batch], columns)
            yield self._rows([row for row in found if row is not None], columns)

    def close(self) -> None:
        """Leave the connections to the engine."""

    def _search(self, condition: str, *options: object) -> list[Any]:
        found: list[Any] = self._client.execute_command(
            *("FT.SEARCH", self._index, condition, *options),
            *("TIMEOUT", int(_SECONDS * 1000), "DIALECT", 2),  # else it gives what it has so far
        )
        return found

    def _columns(self) -> dict[str, tuple[int, ColumnKind]]:
        """The metadata columns: name -> place and kind, by place."""
        with self._engine.readable_errors():
            found = self._client.hgetall(f"{self._key}:columns")
        columns: dict[str, tuple[int, ColumnKind]] = {}
        for name, about in sorted(found.items(), key=lambda item: int(item[1].split()[0])):
            place, kind = about.decode().split()
            columns[name.decode()] = (int(place), kind)
        return columns

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
                "FT.ALTER", self._index, "SCHEMA", "ADD", _field(place, kind), *sql_type
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
                    fields[_field(place, kind)] = _tag(value)
                else:
                    fields[_field(place, kind)] = _number(value)
            fields["has"] = "|".join(there) or "nothing"
            yield fields

    def _read(
        self, names: Sequence[bytes], columns: Mapping[str, tuple[int, ColumnKind]]
    ) -> list[list[Any] | None]:
        """The fields of rows: id, vector, text and the columns; None for one that isn't there."""
        fields = ["v", "text", *(f"c{place}" for place, _ in columns.values())]
        rows: list[list[Any] | None] = []
        with self._engine.readable_errors():
            for start in range(0, len(names), _BLOCK):
                part = names[start : start + _BLOCK]
                with self._client.pipeline(transaction=False) as together:
                    for name in part:
                        together.hmget(_row_key(self._name, name), fields)
                    found = together.execute()
                rows += [
                    None if values[0] is None else [name, *values]
                    for name, values in zip(part, found, strict=True)
                ]
        return rows

    def _rows(
        self, found: Sequence[list[Any]], columns: Mapping[str, tuple[int, ColumnKind]]
    ) -> Rows:
        metadata = {}
        for place, (name, (_, kind)) in enumerate(columns.items(), start=3):
            cells = [_from_bytes(row[place], kind) for row in found]
            metadata[name] = from_cells(cells, kind) if cells else missing_values(kind, 0)
        vectors = np.frombuffer(b"".join(row[1] for row in found), self._dtype)
        return Rows(
            from_cells([row[0].decode() for row in found], "text"),
            vectors.astype(np.float32).reshape(len(found), self.fingerprint.dimension),
            metadata,
            from_cells([_from_bytes(row[2], "text") for row in found], "text"),
        )

    def _condition(self, where: Filter | None) -> str:
        if where is None:
            return _ALL
        columns = self._columns()
        bound = bind(where, {name: kind for name, (_, kind) in columns.items()})
        return self._translate(bound, columns)

    def _translate(self, bound: Filter, columns: Mapping[str, tuple[int, ColumnKind]]) -> str:
        """A bound filter in the module's language."""
        if isinstance(bound, And | Or):
            word, alone = (" ", _ALL) if isinstance(bound, And) else (" | ", _NONE)
            parts = [f"({self._translate(part, columns)})" for part in bound.parts]
            if isinstance(bound, And):  # "*" may only stand alone
                parts = [part for part in parts if part != f"({_ALL})"]
            elif f"({_ALL})" in parts:
                return _ALL
            return word.join(parts) or alone
        if isinstance(bound, Not):
            inner = self._translate(bound.part, columns)
            return _NONE if inner == _ALL else f"-({inner})"
        return self._compare(bound, *columns[bound.column])

    def _compare(self, bound: Equals | In | Range | IsMissing, place: int, kind: ColumnKind) -> str:
        field = _field(place, kind)
        if isinstance(bound, IsMissing):
            return f"-@has:{{c{place}}}"
        if isinstance(bound, Range):
            if bound.low is None and bound.high is None:
                return f"@has:{{c{place}}}"
            if kind == "text":
                return self._texts_between(place, bound)
            low = "-inf" if bound.low is None else _end(bound.low, bound.open_low)
            high = "+inf" if bound.high is None else _end(bound.high, bound.open_high)
            return f"@{field}:[{low} {high}]"
        chosen = bound.values if isinstance(bound, In) else (bound.value,)
        if not chosen:
            return _NONE
        if kind == "text":
            return f"@{field}:{{{'|'.join(_tag(str(value)) for value in chosen)}}}"
        ends = [_end(value, False) for value in chosen]
        return " | ".join(f"(@{field}:[{end} {end}])" for end in ends)

    def _texts_between(self, place: int, bound: Range) -> str:
        with self._engine.readable_errors():
            found = self._client.execute_command("FT.TAGVALS", self._index, f"k{place}")
        low, high = (
            None if end is None else shorten(str(end), _TAG_BYTES).encode()
            for end in (bound.low, bound.high)
        )
        chosen = []
        for tag in found:
            value = bytes.fromhex(tag.decode())
            above = low is None or value > low or (value == low and not bound.open_low)
            below = high is None or value < high or (value == high and not bound.open_high)
            if above and below:
                chosen.append(tag.decode())
        return f"@k{place}:{{{'|'.join(chosen)}}}" if chosen else _NONE


def _key(name: str) -> str:
    return f"{_PREFIX}:{name}"


def _index(name: str) -> str:
    return f"{_PREFIX}:{name}:index"


def _row_key(name: str, row: bytes) -> bytes:
    return f"{_key(name)}:row:".encode() + row


def _field(place: int, kind: ColumnKind) -> str:
    """The name of what is indexed of a column: of texts their tags, beside the texts."""
    return f"k{place}" if kind == "text" else f"c{place}"


def _tag(value: str) -> str:
    return shorten(replace_surrogates(value), _TAG_BYTES).encode().hex()


def _number(value: float) -> str:
    return repr(value) if math.isfinite(value) else ("inf" if value > 0 else "-inf")


def _end(value: Value, is_open: bool) -> str:
    number = days_since_epoch(value) if isinstance(value, np.datetime64) else float(str(value))
    return ("(" if is_open else "") + _number(number)


def _from_bytes(cell: bytes | None, kind: ColumnKind) -> Any:  # noqa: ANN401
    if cell is None:
        return None
    return cell.decode() if kind == "text" else (float if kind == "number" else int)(cell)


def _pairs(found: Any) -> dict[bytes, Any]:  # noqa: ANN401 - a dictionary or its items in a list
    return dict(zip(found[::2], found[1::2], strict=True)) if isinstance(found, list) else found
