"""Vector stores in Milvus: a collection for each, searched exactly (a FLAT index).

Milvus knows no transactions, so that a writer that is killed leaves some rows of its batch as they
were and others as they were to become. A collection has up to 64 fields, and all from the start:
the columns of the first batch have a field each, what comes later goes into Milvus' dynamic field.
There are no missing values before Milvus 2.5, so that one value of each kind stands for them.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import numpy as np

from pipeline.common.errors import InputError
from pipeline.filters.binding import bind
from pipeline.filters.columns import Column, ColumnKind, days_since_epoch
from pipeline.filters.expressions import And, Filter, In, IsMissing, Not, Or, Range, Value
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
    nearest_of,
    needs_extra,
    no_store,
    stamp_differs,
    unavailable,
    unknown_id,
    without_password,
)
from pipeline.stores.long_values import digest_in, shorten
from pipeline.text.normalise import replace_surrogates

_PREFIX = "polyguest_"
_REGISTRY = "polyguest_stores"
_LONG = "_long"  # the collection with the values that are too long for a field
_FIELDS = 50  # of metadata; 64 are allowed in all
_TEXT_BYTES = 65_535  # of a field
_DYNAMIC_BYTES = 200  # of a value in the dynamic field, which has 64 kB a row
_PART = 15_000  # characters of a long value in a row of its collection
_REQUEST_BYTES = 16_000_000  # a server takes 64 MB
_MAX_HITS = 16_384  # of a query or a search
_TIMEOUT = 60.0  # seconds
_CONNECT_SECONDS = 10.0
_MISSING: dict[ColumnKind, Any] = {"text": "", "number": -1.7976931348623157e308, "date": -(10**15)}
_HUGE = math.nextafter(1.7976931348623157e308, 0)  # stands for infinity
_TRUE, _FALSE = 'id != ""', 'id == ""'

log = logging.getLogger(__name__)


@dataclass
class _Entry:
    """What the registry has of a store.

    Attributes:
        fingerprint: of the vectors.
        stamp: see :class:`pipeline.stores.engine.EngineStore`.
        columns: name -> place and kind; the first ``fields`` have a field of their own.
        fields: -1 while there is no collection, which is made with the first rows.
    """

    fingerprint: Fingerprint
    stamp: str
    columns: dict[str, tuple[int, ColumnKind]]
    fields: int = -1

    @property
    def kinds(self) -> dict[str, ColumnKind]:
        return {name: kind for name, (_, kind) in self.columns.items()}


class MilvusEngine:
    """A Milvus server as a :class:`pipeline.stores.engine.Engine`.

    Args:
        uri: ``milvus://user:password@host:port/database``, ``milvuss://`` with TLS.
    """

    keeps_batches_whole = False
    tolerance = 1e-5

    def __init__(self, uri: str) -> None:
        self.address = without_password(uri)
        parts = urlsplit(uri)
        with needs_extra("milvus", self.address):
            from pymilvus import MilvusClient
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # what it logs, it raises too
        scheme = "https" if parts.scheme == "milvuss" else "http"
        self._read: dict[
            str, str
        ] = {}  # stamps of the stores whose rows this process has waited for
        with self.readable_errors():
            self.client: Any = MilvusClient(
                uri=f"{scheme}://{parts.hostname or 'localhost'}:{parts.port or 19530}",
                user=unquote(parts.username or ""),
                password=unquote(parts.password or ""),
                db_name=parts.path.strip("/"),
                timeout=_CONNECT_SECONDS,
            )
            self.version = f"Milvus {self.client.get_server_version().lstrip('v')}"
            if not self.client.has_collection(_REGISTRY, timeout=_TIMEOUT):
                fields = [("about", _TEXT_BYTES)]
                self.make_collection(_REGISTRY, _no_vector(), fields, dynamic=False)

    def open(
        self, name: str, fingerprint: Fingerprint | None = None, *, stamp: str | None = None
    ) -> MilvusStore:
        """Open a store, or create it."""
        check_name(name)
        entry = self.entry(name, "Session")
        if entry is None or (stamp is not None and entry.stamp != stamp):
            entry = self.entry(name, "Strong")  # what others have just written
        if entry is None:
            if fingerprint is None:
                raise no_store(name, self.address)
            self._drop(name)  # what a killed writer may have left
            entry = _Entry(fingerprint, "", {})
            self.save(name, entry)
        store = MilvusStore(self, name, entry)
        if fingerprint is not None:
            store.fingerprint.check(fingerprint)
        if stamp is not None and entry.stamp != stamp:
            raise stamp_differs(name, self.address)
        return store

    def delete(self, name: str) -> bool:
        """Delete a store."""
        check_name(name)
        with self.readable_errors():
            existed = self.entry(name, "Strong") is not None
            self.client.delete(_REGISTRY, ids=[name], timeout=_TIMEOUT)
            self._drop(name)
        return existed

    def names(self) -> list[str]:
        """The names of all stores."""
        with self.readable_errors():
            found = self.client.query(
                _REGISTRY, filter=_TRUE, output_fields=["id"], consistency_level="Strong"
            )
        return sorted(row["id"] for row in found)

    def close(self) -> None:
        """Release the connection."""
        self.client.close()

    def entry(self, name: str, level: str) -> _Entry | None:
        """What the registry has of a store."""
        with self.readable_errors():
            found = self.client.query(
                _REGISTRY,
                filter=f"id == {_quoted(name)}",
                output_fields=["about"],
                consistency_level=level,
                timeout=_TIMEOUT,
            )
        if not found:
            return None
        about = json.loads(found[0]["about"])
        columns = {name: (place, kind) for name, (place, kind) in about["columns"].items()}
        return _Entry(Fingerprint(**about["fingerprint"]), about["stamp"], columns, about["fields"])

    def save(self, name: str, entry: _Entry) -> None:
        """Write what the registry has of a store."""
        about = json.dumps({**vars(entry), "fingerprint": asdict(entry.fingerprint)})
        if len(about) > _TEXT_BYTES:  # JSON is ASCII
            raise InputError("The names of the columns are too long for Milvus: leave some out")
        row = {"id": name, "about": about, "vector": [0.0, 0.0]}
        with self.readable_errors():
            self.client.upsert(_REGISTRY, [row], timeout=_TIMEOUT)

    def level(self, name: str, stamp: str) -> str:
        """The consistency level of a read: rows that others have written are waited for once."""
        if self._read.get(name) == stamp:
            return "Session"
        self._read[name] = stamp
        return "Strong"

    def forget(self, name: str) -> None:
        """Let the next read of a store wait for what has just been written."""
        self._read.pop(name, None)

    def make_collection(
        self,
        collection: str,
        fingerprint: Fingerprint,
        texts: Sequence[tuple[str, int]],
        others: Sequence[tuple[str, ColumnKind]] = (),
        *,
        dynamic: bool = True,
    ) -> None:
        """Make a collection with an id, a vector, and fields of text (name, bytes) or others."""
        from pymilvus import DataType

        schema = self.client.create_schema(auto_id=False, enable_dynamic_field=dynamic)
        schema.add_field("id", DataType.VARCHAR, max_length=600, is_primary=True)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=fingerprint.dimension)
        for field, most in texts:
            schema.add_field(field, DataType.VARCHAR, max_length=most)
        for field, kind in others:
            schema.add_field(field, DataType.DOUBLE if kind == "number" else DataType.INT64)
        index = self.client.prepare_index_params()
        index.add_index("vector", index_type="FLAT", metric_type="IP")
        with self.readable_errors():
            self.client.create_collection(
                collection, schema=schema, index_params=index, num_shards=1, timeout=_TIMEOUT
            )

    def _drop(self, name: str) -> None:
        for collection in (f"{_PREFIX}{name}", f"{_PREFIX}{name}{_LONG}"):
            with self.readable_errors():
                self.client.drop_collection(collection, timeout=_TIMEOUT)
        self.forget(name)

    @contextmanager
    def readable_errors(self) -> Iterator[None]:
        """Turn errors of the client into one clear line."""
        import grpc
        from pymilvus.exceptions import MilvusException

        try:
            yield
        except MilvusException as error:
            if "collection not found" in str(error) or "can't find collection" in str(error):
                raise InputError(
                    "A collection is missing in {address}: analyse the file again",
                    address=self.address,
                ) from error
            raise unavailable(self.address, error) from error
        except (grpc.RpcError, OSError) as error:
            raise unavailable(self.address, error) from error


class MilvusStore:
    """A :class:`pipeline.stores.engine.EngineStore` in a Milvus server; thread-safe."""

    def __init__(self, engine: MilvusEngine, name: str, entry: _Entry) -> None:
        self._engine, self._client = engine, engine.client
        self._name, self._collection = name, f"{_PREFIX}{name}"
        self._entry = entry

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
        self._engine.save(self._name, entry)
        self._entry = entry

    def optimise(self) -> None:
        """Leave it to the server, which does so unasked."""

    def upsert(
        self,
        ids: Sequence[str],
        vectors: np.ndarray,
        metadata: Mapping[str, Any],
        texts: Sequence[str] | None = None,
    ) -> None:
        """Insert or replace rows; durable when this returns."""
        batch = make_batch(ids, vectors, metadata, texts, self.fingerprint.dimension)
        check_ids(batch.ids)
        if not len(batch):
            return
        entry = self._with_columns(batch.columns)
        rows, size = [], 0
        with self._engine.readable_errors():
            for row in self._to_rows(batch, entry):
                rows.append(row)
                size += 400 + 4 * self.fingerprint.dimension + 4 * len(row["text"])
                size += sum(4 * len(value) for value in row.values() if isinstance(value, str))
                if size > _REQUEST_BYTES:
                    self._client.upsert(self._collection, rows, timeout=_TIMEOUT)
                    rows, size = [], 0
            if rows:
                self._client.upsert(self._collection, rows, timeout=_TIMEOUT)
        self._engine.forget(self._name)

    def delete(self, ids: Sequence[str]) -> int:
        """Delete rows and return how many existed."""
        if self._current().fields < 0:
            return 0
        names = list(dict.fromkeys(replace_surrogates(str(name)) for name in ids))
        existing = [row["id"] for row in self._read_ids(names, ["id"])]
        with self._engine.readable_errors():
            for start in range(0, len(existing), 1000):
                part = existing[start : start + 1000]
                self._client.delete(self._collection, ids=part, timeout=_TIMEOUT)
        self._engine.forget(self._name)
        return len(existing)

    def search(
        self, queries: np.ndarray, *, top: int = 20, where: Filter | None = None
    ) -> NearestRows:
        """Find the rows nearest to each query among those that pass the filter."""
        array = check_vectors(queries, self.fingerprint.dimension, what="queries")
        condition = self._condition(where)
        if top <= 0 or not len(array) or self._entry.fields < 0:
            return NearestRows(
                np.empty((len(array), 0), object), np.empty((len(array), 0), np.float32)
            )
        if top > _MAX_HITS and (top := min(top, self.count(where))) > _MAX_HITS:
            return nearest_of(self.iterate(where), array, top)
        with self._engine.readable_errors():
            found = self._client.search(
                self._collection,
                data=list(array),
                limit=top,
                filter=condition,
                search_params={"metric_type": "IP"},
                consistency_level=self._consistency(),
                timeout=_TIMEOUT,
            )
        return as_nearest([[(hit["id"], hit["distance"]) for hit in hits] for hits in found])

    def get(self, ids: Sequence[str]) -> Rows:
        """Read the rows with these ids, in this order."""
        names = [replace_surrogates(str(name)) for name in ids]
        entry = self._current()
        found = {row["id"]: row for row in self._read_ids(list(dict.fromkeys(names)), ["*"])}
        missing = next((name for name in names if name not in found), None)
        if missing is not None:
            raise unknown_id(missing)
        return self._rows([found[name] for name in names], entry)

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
            after = f"id > {_quoted(names[-1])}" if names else _TRUE
            sql = f"({condition}) and {after}" if condition else after
            found = sorted(row["id"] for row in self._query(sql, ["id"], limit=_MAX_HITS))
            names += found
            if len(found) < _MAX_HITS:
                break
        for start in range(0, len(names), batch):
            part = names[start : start + batch]
            rows = {row["id"]: row for row in self._read_ids(part, ["*"])}
            yield self._rows([rows[name] for name in part if name in rows], entry)

    def close(self) -> None:
        """Leave the connection to the engine."""

    def _consistency(self) -> str:
        return self._engine.level(self._name, self._entry.stamp)

    def _current(self) -> _Entry:
        entry = self._engine.entry(self._name, "Session")
        if entry is None:
            raise no_store(self._name, self._engine.address)
        self._entry = entry
        return entry

    def _query(self, condition: str, fields: list[str], **options: int) -> list[dict[str, Any]]:
        with self._engine.readable_errors():
            found: list[dict[str, Any]] = self._client.query(
                self._collection,
                filter=condition,
                output_fields=fields,
                consistency_level=self._consistency(),
                timeout=_TIMEOUT,
                **options,
            )
        return found

    def _read_ids(self, names: Sequence[str], fields: list[str]) -> Iterator[dict[str, Any]]:
        if self._entry.fields < 0:
            return
        for start in range(0, len(names), 2000):
            listed = ", ".join(map(_quoted, names[start : start + 2000]))
            yield from self._query(f"id in [{listed}]", fields)

    def _with_columns(self, columns: Mapping[str, Column]) -> _Entry:
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
            texts = [(f"c{place}", _TEXT_BYTES) for place, kind in first if kind == "text"]
            others = [(f"c{place}", kind) for place, kind in first if kind != "text"]
            self._engine._drop(self._name)  # what a killed writer may have left
            self._engine.make_collection(
                self._collection, entry.fingerprint, [("text", _TEXT_BYTES), *texts], others
            )
        self._engine.save(self._name, entry)
        return entry

    def _to_rows(self, batch: Batch, entry: _Entry) -> Iterator[dict[str, Any]]:
        vectors = batch.vectors
        if self.fingerprint.precision == "float16":
            vectors = vectors.astype(np.float16).astype(np.float32)
        texts = batch.texts
        long: dict[str, str] = {}
        cells = {
            entry.columns[name]: [
                _shortened(c, _most(entry, entry.columns[name][0]), long) for c in to_cells(column)
            ]
            for name, column in batch.columns.items()
        }
        blank = {
            f"c{place}": _MISSING[kind]
            for place, kind in entry.columns.values()
            if place < entry.fields
        }
        rows = []
        for n, name in enumerate(batch.ids):
            text = None if texts is None else f"t{texts[n]}"  # "": no text, unlike a blank one
            row = {"id": name, "vector": vectors[n], "text": _shortened(text, _TEXT_BYTES, long)}
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
        collection = f"{self._collection}{_LONG}"
        if not self._client.has_collection(collection, timeout=_TIMEOUT):
            fields = [("part", _TEXT_BYTES)]
            self._engine.make_collection(collection, _no_vector(), fields, dynamic=False)
        for digest, value in long.items():
            parts = [value[start : start + _PART] for start in range(0, len(value), _PART)]
            for n, part in enumerate(parts):
                row = {"id": f"{digest}-{n:05d}", "part": part, "vector": [0.0, 0.0]}
                self._client.upsert(collection, [row], timeout=_TIMEOUT)

    def _whole(self, value: str) -> str:
        """A value that may be long, as it was written."""
        digest = digest_in(value)
        if not digest:
            return value
        with self._engine.readable_errors():
            found = self._client.query(
                f"{self._collection}{_LONG}",
                filter=f'id > "{digest}-" and id < "{digest}."',
                output_fields=["part"],
                consistency_level="Strong",
                timeout=_TIMEOUT,
            )
        return "".join(row["part"] for row in sorted(found, key=lambda row: row["id"])) or value

    def _rows(self, found: Sequence[Mapping[str, Any]], entry: _Entry) -> Rows:
        metadata = {}
        for name, (place, kind) in entry.columns.items():
            missing = _MISSING[kind]
            cells = [row.get(f"c{place}", missing) for row in found]
            if kind == "text":
                cells = [self._whole(cell) for cell in cells]
            elif kind == "number":
                cells = [math.copysign(math.inf, c) if abs(c) == _HUGE else c for c in cells]
            cells = [None if cell == missing else cell for cell in cells]
            metadata[name] = from_cells(cells, kind) if cells else missing_values(kind, 0)
        texts = [self._whole(row["text"])[1:] if row["text"] else None for row in found]
        vectors = np.array([row["vector"] for row in found], np.float32)
        return Rows(
            from_cells([row["id"] for row in found], "text"),
            vectors.reshape(len(found), self.fingerprint.dimension),
            metadata,
            from_cells(texts, "text"),
        )

    def _condition(self, where: Filter | None) -> str:
        if where is None:
            return ""
        entry = self._current()
        bound = bind(where, entry.kinds)
        return _condition(bound, entry)


def _condition(bound: Filter, entry: _Entry) -> str:
    """A bound filter in Milvus' language."""
    if isinstance(bound, And | Or):
        word, alone = ("and", _TRUE) if isinstance(bound, And) else ("or", _FALSE)
        return f" {word} ".join(f"({_condition(part, entry)})" for part in bound.parts) or alone
    if isinstance(bound, Not):
        return f"not ({_condition(bound.part, entry)})"
    place, kind = entry.columns[bound.column]
    field, is_dynamic = f"c{place}", place >= entry.fields
    there = f"exists {field}" if is_dynamic else f"{field} != {_literal(_MISSING[kind])}"
    if isinstance(bound, IsMissing):
        return f"not ({there})"
    most = _most(entry, place)
    if isinstance(bound, Range):
        ends = [there]
        if bound.low is not None:
            ends.append(f"{field} >{'' if bound.open_low else '='} {_value(bound.low, most)}")
        if bound.high is not None:
            ends.append(f"{field} <{'' if bound.open_high else '='} {_value(bound.high, most)}")
        return " and ".join(f"({end})" for end in ends)
    chosen = bound.values if isinstance(bound, In) else (bound.value,)
    if not chosen:
        return _FALSE
    return f"{field} in [{', '.join(_value(value, most) for value in chosen)}]"


def _most(entry: _Entry, place: int) -> int:
    """The most bytes of a column's values."""
    return _TEXT_BYTES if place < entry.fields else _DYNAMIC_BYTES


def _value(value: Value, most: int) -> str:
    if isinstance(value, np.datetime64):
        return str(days_since_epoch(value))
    return _literal(_shortened(value, most, {}))


def _literal(value: Any) -> str:  # noqa: ANN401 - a text or a number
    return _quoted(value) if isinstance(value, str) else repr(value)


def _shortened(value: Any, most: int, long: dict[str, str]) -> Any:  # noqa: ANN401
    """A value as it is kept; a text that is too long is put into ``long`` by its digest."""
    if isinstance(value, float):
        return min(max(value, -_HUGE), _HUGE)
    if not isinstance(value, str):
        return value
    value = replace_surrogates(value)
    short = shorten(value, most)
    if short is not value:
        long[digest_in(short)] = value
    return short


def _quoted(text: str) -> str:
    """A text in the language of filters."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else _escaped(c) for c in escaped) + '"'


def _escaped(char: str) -> str:
    code = ord(char)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _no_vector() -> Fingerprint:
    """Of a collection that needs no vectors, but must have some."""
    return Fingerprint("", 2)
