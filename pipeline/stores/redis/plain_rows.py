"""Rows in Redis without any module: a hash for ids, one for vectors, one for each column.

``polyguest:NAME:column:3`` has the values of a column by row number; so have ``names``, ``vectors``
and ``texts`` theirs, and ``numbers`` has the row numbers by id. What is deleted or replaced leaves
these at once, and its number goes into ``dead``. A write is one MULTI ... EXEC that also gives the
store the random name of the commit; who finds another name after reading reads again.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from pipeline.common.errors import InputError
from pipeline.filters.columns import Column, ColumnKind, make_column
from pipeline.stores.base import Fingerprint, Rows
from pipeline.stores.batch import Batch, from_cells, missing_values, new_columns, to_cells
from pipeline.stores.engine import no_store
from pipeline.stores.redis.connection import RedisConnection
from pipeline.stores.redis.keys import (
    Client,
    cell_from_bytes,
    number_to_text,
    parse_columns,
    store_key,
)
from pipeline.stores.state import RowsMovedError, StoreState

_FIELDS = 4_096  # asked for at once
_KNOWN_COMMITS = 1_000  # an index of an earlier one is made anew
_LEAST_DEAD = 4_096  # numbers, from which on those of more than all live rows are forgotten
_PARTS = ("numbers", "names", "vectors", "texts", "dead", "commits", "columns")


class PlainRows:
    """The rows of a store.

    Args:
        connection: to the server.
        name: of the store.
        fingerprint: of its vectors.
    """

    def __init__(self, connection: RedisConnection, name: str, fingerprint: Fingerprint) -> None:
        self.client, self.name, self.fingerprint = connection.client, name, fingerprint
        self.readable_errors = connection.readable_errors
        self._address = connection.address
        self.dtype: Any = np.float16 if fingerprint.precision == "float16" else np.float32

    def key(self, part: str) -> str:
        """The key of a part of the store."""
        return f"{store_key(self.name)}:{part}"

    def damaged(self) -> InputError:
        """What is said where rows are gone that nobody has deleted."""
        return InputError(
            "Rows are missing in {address}: analyse the file again", address=self._address
        )

    def state(self) -> StoreState:
        """The state that the store is in.

        Raises:
            InputError: it was deleted.
        """
        with self.readable_errors():
            return self._parse_state(self.client.hgetall(self.key("about")))

    def upsert(self, batch: Batch) -> None:
        """Insert or replace rows, all at once."""

        def change(together: Client, state: StoreState) -> None:
            known = parse_columns(together.hgetall(self.key("columns")))
            added = new_columns(batch.columns, {name: kind for name, (_, kind) in known.items()})
            for name in added:
                known[name] = (len(known), batch.columns[name].kind)
            names = [name.encode() for name in batch.ids]
            replaced = self._numbers(together, names)
            live, dead = self._sizes(together)
            together.multi()
            if added:
                places = {name: f"{known[name][0]} {known[name][1]}" for name in added}
                together.hset(self.key("columns"), mapping=places)
            self._remove(together, replaced, [place for place, _ in known.values()])
            self._append(together, batch, names, known, state.end)
            live += len(batch) - len(replaced)
            self._commit(together, state, replaced, (live, dead), state.end + len(batch))

        if len(batch):
            self._write(change)

    def delete(self, ids: Sequence[str]) -> int:
        """Delete rows; how many there were."""
        deleted = 0

        def change(together: Client, state: StoreState) -> None:
            nonlocal deleted
            columns = parse_columns(together.hgetall(self.key("columns")))
            names = [name.encode() for name in ids]
            gone = self._numbers(together, names)
            deleted = len(gone)
            live, dead = self._sizes(together)
            together.multi()
            if gone:
                together.hdel(self.key("numbers"), *names)
                self._remove(together, gone, [place for place, _ in columns.values()])
                self._commit(together, state, gone, (live - len(gone), dead), state.end)

        if ids:
            self._write(change)
        return deleted

    def columns(self) -> dict[str, tuple[int, ColumnKind]]:
        """The metadata columns: name -> place and kind."""
        with self.readable_errors():
            return parse_columns(self.client.hgetall(self.key("columns")))

    def read(self, numbers: np.ndarray) -> Rows:
        """Those of some rows that there are still, as they are at one moment."""
        columns = self.columns()
        fields = _fields(numbers)
        keys = ["names", "vectors", "texts", *(f"column:{place}" for place, _ in columns.values())]
        with self.readable_errors(), self.client.pipeline(transaction=True) as together:
            for part in keys:
                together.hmget(self.key(part), fields)
            found = together.execute() if fields else [[] for _ in keys]
        there = [n for n, name in enumerate(found[0]) if name is not None]
        ids, vectors, texts, *cells = ([part[n] for n in there] for part in found)
        return Rows(
            from_cells([name.decode() for name in ids], "text"),
            self.to_vectors(vectors),
            {
                name: to_values(values, kind)
                for (name, (_, kind)), values in zip(columns.items(), cells, strict=True)
            },
            to_values(texts, "text"),
        )

    def to_vectors(self, blobs: Sequence[bytes]) -> np.ndarray:
        """Vectors as they were written: float32 (n, d)."""
        array = np.frombuffer(b"".join(blobs), self.dtype).astype(np.float32)
        return array.reshape(len(blobs), self.fingerprint.dimension)

    def _write(self, change: Callable[[Client, StoreState], None]) -> None:
        """Change the store as nobody else does at the same moment."""
        import redis

        with self.readable_errors(), self.client.pipeline(transaction=True) as together:
            while True:
                together.watch(self.key("about"))
                change(together, self._parse_state(together.hgetall(self.key("about"))))
                try:
                    together.execute()
                except redis.WatchError:
                    continue
                return

    def _parse_state(self, about: Mapping[bytes, bytes]) -> StoreState:
        if b"store" not in about:
            raise no_store(self.name, self._address)
        epoch, version, end = (int(about[key]) for key in (b"epoch", b"version", b"end"))
        return StoreState(about[b"store"].decode(), epoch, version, end, about[b"commit"].decode())

    def _sizes(self, client: Client) -> tuple[int, int]:
        """How many rows are live, and the numbers of how many are known to be dead."""
        return int(client.hlen(self.key("names"))), int(client.strlen(self.key("dead"))) // 8

    def _numbers(self, client: Client, names: Sequence[bytes]) -> list[int]:
        found = list(read_fields(client, self.key("numbers"), names))
        return sorted({int(number) for number in found if number is not None})

    def _remove(self, together: Client, numbers: Sequence[int], places: Sequence[int]) -> None:
        if not numbers:
            return
        parts = ["names", "vectors", "texts", *(f"column:{place}" for place in places)]
        for start in range(0, len(numbers), _FIELDS):
            for part in parts:
                together.hdel(self.key(part), *numbers[start : start + _FIELDS])

    def _append(
        self,
        together: Client,
        batch: Batch,
        names: Sequence[bytes],
        columns: Mapping[str, tuple[int, ColumnKind]],
        first: int,
    ) -> None:
        numbers = range(first, first + len(batch))
        vectors = np.ascontiguousarray(batch.vectors, self.dtype)
        together.hset(self.key("numbers"), mapping=dict(zip(names, numbers, strict=True)))
        together.hset(self.key("names"), mapping=dict(zip(numbers, names, strict=True)))
        blobs = {number: vectors[n].tobytes() for n, number in enumerate(numbers)}
        together.hset(self.key("vectors"), mapping=blobs)
        if batch.texts is not None:
            texts = dict(zip(numbers, batch.texts, strict=True))
            together.hset(self.key("texts"), mapping=texts)
        for name, column in batch.columns.items():
            place, kind = columns[name]
            cells = zip(numbers, to_cells(column), strict=True)
            values = {
                number: number_to_text(cell) if kind == "number" else cell
                for number, cell in cells
                if cell is not None
            }
            if values:
                together.hset(self.key(f"column:{place}"), mapping=values)

    def _commit(
        self,
        together: Client,
        state: StoreState,
        gone: Sequence[int],
        sizes: tuple[int, int],
        end: int,
    ) -> None:
        live, dead = sizes
        version, commit = state.version + 1, secrets.token_hex(8)
        about: dict[str, int | str] = {"version": version, "commit": commit, "end": end}
        if gone:
            together.append(self.key("dead"), np.array(gone, "<i8").tobytes())
            if dead + len(gone) > max(_LEAST_DEAD, live):
                together.delete(self.key("dead"))
                about["epoch"] = state.epoch + 1
        together.hset(self.key("about"), mapping=about)
        together.hset(self.key("commits"), str(version), commit)
        together.hdel(self.key("commits"), str(version - _KNOWN_COMMITS))


class PlainReader:
    """The rows of a store at one state: a :class:`pipeline.stores.indexed_store.RowReader`.

    Args:
        rows: of the store.
        state: that it was in.
    """

    def __init__(self, rows: PlainRows, state: StoreState) -> None:
        self._rows, self._state = rows, state

    def columns(self) -> dict[str, tuple[str, ColumnKind]]:
        """The metadata columns: name -> (name in the store, kind)."""
        found = self._rows.columns()
        self._check()
        return {name: (f"c{place}", kind) for name, (place, kind) in found.items()}

    def live(self, first: int = 0) -> np.ndarray:
        """The numbers of the live rows from ``first`` on: int64 (n,), ascending."""
        if first or not self._state.epoch:  # in an epoch every number is of a live row or a dead
            numbers = np.arange(first, self._state.end, dtype=np.int64)
            return numbers[~np.isin(numbers, self.deleted())]
        with self._rows.readable_errors():
            found = self._rows.client.hkeys(self._rows.key("names"))
        self._check()
        return np.sort(np.array(found, np.int64)) if found else np.empty(0, np.int64)

    def deleted(self) -> np.ndarray:
        """The numbers of the deleted rows of this epoch: int64 (n,)."""
        with self._rows.readable_errors():
            found = self._rows.client.get(self._rows.key("dead"))
        self._check()
        return np.frombuffer(found or b"", "<i8").astype(np.int64)

    def find(self, ids: Sequence[str]) -> dict[str, int]:
        """Row numbers by id; unknown ids are left out."""
        found = self._values("numbers", [name.encode() for name in ids])
        return {name: int(n) for name, n in zip(ids, found, strict=True) if n is not None}

    def ids(self, rows: np.ndarray) -> np.ndarray:
        """The ids of live rows: object (n,)."""
        return from_cells([name.decode() for name in self._all("names", rows)], "text")

    def texts(self, rows: np.ndarray) -> np.ndarray:
        """The texts of rows: object (n,), None where a row has no text."""
        return to_values(self._values("texts", _fields(rows)), "text")

    def metadata(self, names: Sequence[str], rows: np.ndarray) -> dict[str, Column]:
        """Columns of rows; missing where a row is deleted."""
        known, fields = self._rows.columns(), _fields(rows)
        values = {}
        for name in names:
            place, kind = known[name]
            cells = self._values(f"column:{place}", fields)
            values[name] = make_column(to_values(cells, kind), kind=kind)
        return values

    def vectors(self, rows: np.ndarray) -> np.ndarray:
        """The vectors of live rows: float32 (n, d)."""
        return self._rows.to_vectors(self._all("vectors", rows))

    def has_commit(self, version: int, commit: str) -> bool:
        """Whether a commit belongs to what the store is now, or was before."""
        with self._rows.readable_errors():
            found = self._rows.client.hget(self._rows.key("commits"), str(version))
        return bool(found == commit.encode())

    def _all(self, part: str, rows: np.ndarray) -> list[bytes]:
        found = [value for value in self._values(part, _fields(rows)) if value is not None]
        if len(found) != len(rows):  # and nobody has written meanwhile
            raise self._rows.damaged()
        return found

    def _values(self, part: str, fields: Sequence[bytes]) -> list[bytes | None]:
        with self._rows.readable_errors():
            found = list(read_fields(self._rows.client, self._rows.key(part), fields))
        self._check()
        return found

    def _check(self) -> None:
        """Check, after reading, that nobody has written since the state.

        Raises:
            RowsMovedError: somebody has.
        """
        with self._rows.readable_errors():
            commit = self._rows.client.hget(self._rows.key("about"), "commit")
        if commit != self._state.commit.encode():
            raise RowsMovedError


def delete_plain_rows(client: Client, name: str) -> None:
    """Delete what there is of a store but its description."""
    columns = parse_columns(client.hgetall(f"{store_key(name)}:columns"))
    parts = [*_PARTS, *(f"column:{place}" for place, _ in columns.values())]
    client.unlink(*(f"{store_key(name)}:{part}" for part in parts))


def read_fields(client: Client, key: str, fields: Sequence[bytes]) -> Iterator[bytes | None]:
    """The values of fields of a hash, None where it has none."""
    for start in range(0, len(fields), _FIELDS):
        yield from client.hmget(key, fields[start : start + _FIELDS])


def to_values(cells: Sequence[bytes | None], kind: ColumnKind) -> np.ndarray:
    """The values of a column as they were written: object, float64 or datetime64[D]."""
    if not cells:
        return missing_values(kind, 0)
    return from_cells([cell_from_bytes(cell, kind) for cell in cells], kind)


def _fields(numbers: np.ndarray) -> list[bytes]:
    return [b"%d" % number for number in numbers.tolist()]
