"""The store of one analysis: SQLite keeps it, FAISS searches it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock

from pipeline.common.errors import InputError
from pipeline.filters.binding import bind
from pipeline.filters.columns import Column, Kind, clean_text, concatenate
from pipeline.filters.expressions import And, Filter, mask, to_sql
from pipeline.stores.base import Fingerprint, Found, Rows, check_vectors
from pipeline.stores.flat_index import FLOAT16_ABOVE, FlatIndex, create_index
from pipeline.stores.index_cache import Base, IndexCache
from pipeline.stores.sqlite_file import State
from pipeline.stores.sqlite_rows import SqliteRows

log = logging.getLogger(__name__)

STORE_NAME = "store.sqlite"
INDEX_NAME = "index"
_TAIL = 10_000  # later rows that are searched beside the index before it is made again
_BLOCK = 65_536
_MASKS = 16  # of the latest filters: people ask one thing after another with the same one
_EVERYTHING = And(())


def open_store(folder: Path, fingerprint: Fingerprint | None = None) -> LocalStore:
    """Open the store in a folder; with a fingerprint, make it where there is none.

    Raises:
        InputError: no store, a damaged one, or one of another fingerprint.
    """
    return LocalStore(folder, fingerprint)


@dataclass(frozen=True)
class _View:
    """All living rows at one state, ready for searching: first the index's, then later ones."""

    state: State
    base: Base
    rows: np.ndarray
    tail: FlatIndex | None
    tail_vectors: np.ndarray
    alive: np.ndarray | None
    schema: dict[str, tuple[str, Kind]]
    columns: dict[str, Column] = field(default_factory=dict)
    masks: dict[Filter, np.ndarray] = field(default_factory=dict)


class LocalStore:
    """A :class:`pipeline.stores.base.VectorStore` in a folder; safe in threads and processes."""

    def __init__(self, folder: Path, fingerprint: Fingerprint | None = None) -> None:
        """See :func:`open_store`."""
        self._rows = SqliteRows(folder / STORE_NAME, fingerprint)
        self._cache = IndexCache(folder / INDEX_NAME, self._rows.fingerprint)
        self._lock = threading.RLock()
        self._view: _View | None = None

    @property
    def fingerprint(self) -> Fingerprint:
        """Of every vector in it."""
        return self._rows.fingerprint

    @property
    def schema(self) -> dict[str, Kind]:
        """The metadata columns that filters can name."""
        with self._rows.reading():
            return {name: kind for name, (_, kind) in self._rows.columns().items()}

    def upsert(
        self,
        ids: Sequence[str],
        vectors: np.ndarray,
        metadata: Mapping[str, Any],
        texts: Sequence[str] | None = None,
    ) -> None:
        """Insert or replace rows; on the disk when this returns."""
        self._rows.upsert(ids, vectors, metadata, texts)

    def delete(self, ids: Sequence[str]) -> int:
        """Delete rows; returns how many there were."""
        return self._rows.delete(ids)

    def search(self, queries: np.ndarray, *, top: int = 20, where: Filter | None = None) -> Found:
        """The nearest rows among those that pass the filter."""
        array = check_vectors(queries, self.fingerprint.dimension, what="queries")
        with self._viewing() as view:
            allowed = self._allowed(view, where)
            scores, places = _search(view, array, top, allowed)
            numbers, inverse = np.unique(view.rows[places], return_inverse=True)
            ids = self._rows.ids(numbers)[inverse.reshape(places.shape)]
        return Found(ids, scores)

    def count(self, where: Filter | None = None) -> int:
        """How many rows pass the filter."""
        with self._viewing() as view:
            allowed = self._allowed(view, where)
            return len(view.rows) if allowed is None else int(np.count_nonzero(allowed))

    def get(self, ids: Sequence[str]) -> Rows:
        """The rows of some ids in that order."""
        with self._rows.reading():
            names = [clean_text(name) for name in ids]
            found = self._rows.find(names)
            missing = next((name for name in names if name not in found), None)
            if missing is not None:
                raise InputError(f"There is no review with the id '{missing[:80]}'")
            numbers = np.array([found[name] for name in names], np.int64)
            ordered, inverse = np.unique(numbers, return_inverse=True)
            return _taken(self._read(ordered), inverse)

    def iterate(self, where: Filter | None = None, *, batch: int = 10_000) -> Iterator[Rows]:
        """The rows that pass the filter, as they were when the iteration began, in batches."""
        rows = SqliteRows(self._rows.path)  # a connection of its own keeps the moment
        try:
            with rows.reading():
                columns = rows.columns()
                bound = bind(where or _EVERYTHING, {n: kind for n, (_, kind) in columns.items()})
                sql, values = to_sql(bound, {name: c for name, (c, _) in columns.items()})
                last = -1
                while len(found := rows.select(f"{sql} AND row > ?", [*values, last], batch)):
                    last = int(found[-1])
                    yield self._read(found, rows)
        finally:
            rows.close()

    def verify(self) -> bool:
        """Read the whole cache; drop it where it is damaged. Whether it was whole."""
        with self._rows.reading() as state:
            whole = self._cache.verify(state)
        if not whole:
            with self._lock:
                (self._cache.folder / "index.json").unlink(missing_ok=True)
                self._view = None
        return whole

    def close(self) -> None:
        """Let go of the files."""
        with self._lock:
            self._view = None
        self._rows.close()

    def _read(self, numbers: np.ndarray, rows: SqliteRows | None = None) -> Rows:
        rows = rows or self._rows
        columns = rows.table(list(rows.columns()), numbers)
        metadata = {name: column.values() for name, column in columns.items()}
        return Rows(rows.ids(numbers), rows.vectors(numbers), metadata, rows.texts(numbers))

    def _viewing(self) -> _Viewing:
        return _Viewing(self)

    def _allowed(self, view: _View, where: Filter | None) -> np.ndarray | None:
        """Which of the view's rows are alive and pass: bool (n,), None for all."""
        if where is None or where == _EVERYTHING:
            return view.alive
        bound = bind(where, {name: kind for name, (_, kind) in view.schema.items()})
        found = view.masks.get(bound)
        if found is None:
            found = mask(bound, _Columns(self, view), len(view.rows))
            if view.alive is not None:
                found &= view.alive
            if len(view.masks) >= _MASKS:
                view.masks.clear()
            view.masks[bound] = found
        return found

    def _column(self, view: _View, name: str) -> Column:
        with self._lock:
            if name not in view.columns:
                sql_name = view.schema[name][0]
                covered = len(view.base.rows)
                column = view.base.column(sql_name)
                if column is None:
                    column = self._rows.table([name], view.rows[:covered])[name]
                    view.base.columns[sql_name] = column
                if covered < len(view.rows):
                    column = concatenate(
                        column, self._rows.table([name], view.rows[covered:])[name]
                    )
                view.columns[name] = column
            return view.columns[name]

    def _view_of(self, state: State) -> _View | None:
        """The view of a state, within its transaction; None when a later one is in place."""
        view = self._view
        if view is not None and view.state == state:
            return view
        with self._lock:
            view = self._view
            if view is not None and view.state.version > state.version:
                return None
            if view is None or view.state.epoch != state.epoch:
                base = self._cache.load(state) or self._build(state)
                view = self._advance(state, base, None)
            elif view.state != state:
                view = self._advance(state, view.base, view)
            self._view = view
            return view

    def _advance(self, state: State, base: Base, old: _View | None) -> _View:
        later = self._rows.rows(base.end)
        dead = np.isin(base.rows, self._rows.dead())
        if len(later) > max(_TAIL, len(base.rows) // 20) or dead.sum() > len(base.rows) // 4:
            base, old = self._build(state), None
            later, dead = self._rows.rows(base.end), np.zeros(len(base.rows), bool)
        alive = np.concatenate((~dead, np.ones(len(later), bool))) if dead.any() else None
        vectors = self._tail_vectors(later, old)
        tail = None
        if len(later):
            index = create_index(self.fingerprint.dimension, half=base.segment.kind == "float16")
            index.add_with_ids(vectors, later)
            tail = FlatIndex(index)
        rows = np.concatenate((base.rows, later))
        return _View(state, base, rows, tail, vectors, alive, self._rows.columns())

    def _tail_vectors(self, later: np.ndarray, old: _View | None) -> np.ndarray:
        """The vectors of later rows; those that an older view has are not read again."""
        known = old.rows[len(old.base.rows) :] if old else np.empty(0, np.int64)
        new = later[~np.isin(later, known)]
        kept = old.tail_vectors[np.isin(known, later)] if old else np.empty((0, 1), np.float32)
        fresh = self._rows.vectors(new)
        # Rows only ever come at the end, so that old ones stand before new ones.
        return np.concatenate((kept, fresh)) if len(kept) else fresh

    def _build(self, state: State) -> Base:
        """Read everything, index it and put the index on the disk, one process at a time."""
        self._cache.folder.mkdir(parents=True, exist_ok=True)
        with FileLock(self._cache.folder / "lock"):
            rows = self._rows.rows()
            ready = self._cache.load(state)
            if ready is not None and ready.end == state.end and np.array_equal(ready.rows, rows):
                return ready  # another process was quicker
            half = self.fingerprint.precision == "float16" or len(rows) > FLOAT16_ABOVE
            index = create_index(self.fingerprint.dimension, half=half)
            for start in range(0, len(rows), _BLOCK):
                part = rows[start : start + _BLOCK]
                index.add_with_ids(self._rows.vectors(part), part)
            names = self._rows.columns()
            table = self._rows.table(list(names), rows)
            columns = {sql: table[name] for name, (sql, _) in names.items()}
            try:
                return self._cache.save(index, columns, state)
            except OSError:
                log.warning("the index can't be kept in %s", self._cache.folder, exc_info=True)
                return Base(FlatIndex(index), rows, state.end, columns)


class _Viewing:
    """A transaction and the view of its state."""

    def __init__(self, store: LocalStore) -> None:
        self._store = store

    def __enter__(self) -> _View:
        store = self._store
        while True:
            self._reading = store._rows.reading()
            state = self._reading.__enter__()
            try:
                view = store._view_of(state)
            except BaseException as error:
                self._reading.__exit__(type(error), error, error.__traceback__)
                raise
            if view is not None:
                return view
            self._reading.__exit__(None, None, None)

    def __exit__(self, *error: Any) -> None:
        self._reading.__exit__(*error)


class _Columns(Mapping[str, Column]):
    """The columns of a view, read when a filter names them."""

    def __init__(self, store: LocalStore, view: _View) -> None:
        self._store = store
        self._view = view

    def __getitem__(self, name: str) -> Column:
        return self._store._column(self._view, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._view.schema)

    def __len__(self) -> int:
        return len(self._view.schema)


def _search(
    view: _View, queries: np.ndarray, top: int, allowed: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    covered = len(view.base.rows)
    first, last = (None, None) if allowed is None else (allowed[:covered], allowed[covered:])
    scores, places = view.base.segment.search(queries, top, first)
    if view.tail is None:
        return scores, places
    later, at = view.tail.search(queries, top, last)
    scores, places = np.hstack((scores, later)), np.hstack((places, at + covered))
    order = np.lexsort((places, -scores), axis=1)[:, : max(top, 0)]
    return np.take_along_axis(scores, order, axis=1), np.take_along_axis(places, order, axis=1)


def _taken(rows: Rows, places: np.ndarray) -> Rows:
    metadata = {name: values[places] for name, values in rows.metadata.items()}
    return Rows(rows.ids[places], rows.vectors[places], metadata, rows.texts[places])
