"""The local vector store of one analysis: SQLite holds the rows, FAISS searches them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import numpy as np
from filelock import FileLock

from pipeline.common.errors import InputError
from pipeline.common.scratch import remove_path
from pipeline.filters.binding import bind
from pipeline.filters.columns import Column, ColumnKind, concatenate_columns
from pipeline.filters.expressions import And, Filter, mask, to_sql
from pipeline.stores.base import Fingerprint, NearestRows, Rows, check_vectors
from pipeline.stores.blocks import block_checksums, file_is_intact
from pipeline.stores.engine import check_name, stamp_differs, without_password
from pipeline.stores.flat_index import FLOAT16_ABOVE, FlatIndex, create_index
from pipeline.stores.index_cache import IndexCache, IndexedRows
from pipeline.stores.sqlite_file import SQLITE_VERSION, SqliteFile, StoreState
from pipeline.stores.sqlite_rows import SqliteRows
from pipeline.text.normalise import replace_surrogates

log = logging.getLogger(__name__)

STORE_NAME = "store.sqlite"
INDEX_NAME = "index"
_MAX_TAIL = 10_000  # rows searched beside the index before it is rebuilt
_BLOCK = 65_536  # rows read at once
_MAX_MASKS = 16  # filters whose results are kept: successive queries often share one
_NO_FILTER = And(())


def open_store(folder: Path, fingerprint: Fingerprint | None = None) -> LocalStore:
    """Open the store in a folder, or create it where there is none and a fingerprint is given.

    Raises:
        InputError: there is no store, it is damaged, or it has another fingerprint.
    """
    return LocalStore(folder, fingerprint)


def has_store(folder: Path) -> bool:
    """Whether there is a store in a folder; it may be damaged."""
    return (folder / STORE_NAME).is_file()


def is_intact(folder: Path, recorded: Mapping[str, Any], *, everything: bool = False) -> bool:
    """Whether the file of a store is what it was when its checksums were recorded.

    Args:
        folder: of the store.
        recorded: see :meth:`LocalStore.checksums`.
        everything: whether all of the file is read, although it seems not to have been modified.
    """
    return file_is_intact(folder / STORE_NAME, recorded, everything=everything)


def delete_store(folder: Path) -> None:
    """Delete the store in a folder, where there is one; it must not be open."""
    for path in [*folder.glob(f"{STORE_NAME}*"), folder / INDEX_NAME]:
        remove_path(path)


class LocalEngine:
    """A folder of stores as a :class:`pipeline.stores.engine.Engine`.

    Args:
        uri: ``sqlite:///folder``.
    """

    keeps_batches_whole = True
    tolerance = 2e-3  # large stores search vectors of half precision
    version = f"SQLite {SQLITE_VERSION}"

    def __init__(self, uri: str) -> None:
        self.address = without_password(uri)
        self._folder = Path(unquote(urlsplit(uri).path))

    def open(
        self, name: str, fingerprint: Fingerprint | None = None, *, stamp: str | None = None
    ) -> LocalStore:
        """Open a store, or create it."""
        store = open_store(self._folder / check_name(name), fingerprint)
        if stamp is not None and store.stamp != stamp:
            store.close()
            raise stamp_differs(name, self.address)
        return store

    def delete(self, name: str) -> bool:
        """Delete a store."""
        folder = self._folder / check_name(name)
        existed = has_store(folder)
        remove_path(folder)
        return existed

    def names(self) -> list[str]:
        """The names of all stores."""
        return sorted(path.parent.name for path in self._folder.glob(f"*/{STORE_NAME}"))

    def close(self) -> None:
        """Nothing is open but the stores."""


@dataclass(frozen=True)
class _Snapshot:
    """All live rows at one state, ready to be searched: those of the index, then the tail.

    Attributes:
        state: of the store.
        indexed: the rows of the index; some may be deleted by now.
        rows: int64 (n,), the numbers of all rows, ascending.
        tail: an index over the rows added later, None where there are none.
        tail_vectors: float32, their vectors.
        live: bool (n,), rows that are not deleted; None if all are live.
        schema: column -> (name in SQL, kind).
        columns: metadata as far as loaded.
        masks: bool (n,), live rows that pass recently used filters.
    """

    state: StoreState
    indexed: IndexedRows
    rows: np.ndarray
    tail: FlatIndex | None
    tail_vectors: np.ndarray
    live: np.ndarray | None
    schema: dict[str, tuple[str, ColumnKind]]
    columns: dict[str, Column] = field(default_factory=dict)
    masks: dict[Filter, np.ndarray] = field(default_factory=dict)


class LocalStore:
    """A :class:`pipeline.stores.base.VectorStore` in a folder, safe for threads and processes."""

    def __init__(self, folder: Path, fingerprint: Fingerprint | None = None) -> None:
        """See :func:`open_store`."""
        self._file = SqliteFile(folder / STORE_NAME, fingerprint)
        self._rows = SqliteRows(self._file)
        self._cache = IndexCache(folder / INDEX_NAME, self._file.fingerprint)
        self._lock = threading.RLock()
        self._latest: _Snapshot | None = None

    @property
    def fingerprint(self) -> Fingerprint:
        """The origin of all vectors in the store."""
        return self._file.fingerprint

    @property
    def schema(self) -> dict[str, ColumnKind]:
        """The metadata columns that filters can use."""
        with self._file.read_transaction():
            return {name: kind for name, (_, kind) in self._rows.columns().items()}

    @property
    def stamp(self) -> str:
        """What :meth:`set_stamp` was last given."""
        with self._file.read_transaction():
            return self._file.get_meta("stamp")

    def set_stamp(self, stamp: str) -> None:
        """Keep a stamp."""
        with self._file.write_transaction():
            self._file.set_meta("stamp", stamp)

    def optimise(self) -> None:
        """Make the index, so that the first search need not."""
        self.count()

    def upsert(
        self,
        ids: Sequence[str],
        vectors: np.ndarray,
        metadata: Mapping[str, Any],
        texts: Sequence[str] | None = None,
    ) -> None:
        """Insert or replace rows; durable when this returns."""
        self._rows.upsert(ids, vectors, metadata, texts)

    def delete(self, ids: Sequence[str]) -> int:
        """Delete rows and return how many existed."""
        return self._rows.delete(ids)

    def search(
        self, queries: np.ndarray, *, top: int = 20, where: Filter | None = None
    ) -> NearestRows:
        """Find the rows nearest to each query among those that pass the filter."""
        array = check_vectors(queries, self.fingerprint.dimension, what="queries")
        with self._snapshot() as snapshot:
            allowed = self._allowed(snapshot, where)
            scores, positions = _search(snapshot, array, top, allowed)
            numbers, inverse = np.unique(snapshot.rows[positions], return_inverse=True)
            ids = self._rows.ids(numbers)[inverse.reshape(positions.shape)]
        return NearestRows(ids, scores)

    def count(self, where: Filter | None = None) -> int:
        """Count the rows that pass the filter."""
        with self._snapshot() as snapshot:
            allowed = self._allowed(snapshot, where)
            return len(snapshot.rows) if allowed is None else int(np.count_nonzero(allowed))

    def get(self, ids: Sequence[str]) -> Rows:
        """Read the rows with these ids, in this order."""
        with self._file.read_transaction():
            names = [replace_surrogates(name) for name in ids]
            found = self._rows.find(names)
            missing = next((name for name in names if name not in found), None)
            if missing is not None:
                raise InputError(f"There is no review with the id '{missing[:80]}'")
            numbers = np.array([found[name] for name in names], np.int64)
            ordered, inverse = np.unique(numbers, return_inverse=True)
            return _take(_read(self._rows, ordered), inverse)

    def iterate(self, where: Filter | None = None, *, batch: int = 10_000) -> Iterator[Rows]:
        """Read the rows that pass the filter in batches, as of the start of the iteration."""
        file = SqliteFile(self._file.path)  # a connection of its own holds the transaction
        rows = SqliteRows(file)
        try:
            with file.read_transaction():
                columns = rows.columns()
                bound = bind(where or _NO_FILTER, {n: kind for n, (_, kind) in columns.items()})
                sql, values = to_sql(bound, {name: c for name, (c, _) in columns.items()})
                last = -1
                while len(found := rows.select(f"{sql} AND row > ?", [*values, last], batch)):
                    last = int(found[-1])
                    yield _read(rows, found)
        finally:
            file.close()

    def verify(self) -> bool:
        """Check the whole index and drop it if it is damaged; returns whether it was intact."""
        with self._file.read_transaction() as state:
            intact = self._cache.verify(state)
        if not intact:
            with self._lock:
                self._cache.remove()
                self._latest = None
        return intact

    def checksums(self) -> dict[str, Any] | None:
        """The checksums of the file, for :func:`is_intact`; None while somebody else uses it."""
        path = self._file.path
        return block_checksums(path) if self._file.checkpoint() else None

    def close(self) -> None:
        """Release the files."""
        with self._lock:
            self._latest = None
        self._file.close()

    @contextmanager
    def _snapshot(self) -> Iterator[_Snapshot]:
        """A read transaction with the snapshot of its state."""
        while True:
            with self._file.read_transaction() as state:
                snapshot = self._snapshot_at(state)
                if snapshot is not None:
                    yield snapshot
                    return

    def _snapshot_at(self, state: StoreState) -> _Snapshot | None:
        """The snapshot of a state, within its transaction; None if there is a newer one."""
        latest = self._latest
        if latest is not None and latest.state == state:
            return latest
        with self._lock:
            latest = self._latest
            if latest is not None and latest.state.version > state.version:
                return None
            if latest is None or latest.state.epoch != state.epoch:
                indexed = self._cache.load(state) or self._build_index(state)
                latest = self._advance(state, indexed, None)
            elif latest.state != state:
                latest = self._advance(state, latest.indexed, latest)
            self._latest = latest
            return latest

    def _advance(
        self, state: StoreState, indexed: IndexedRows, previous: _Snapshot | None
    ) -> _Snapshot:
        """Add later rows and deletions to indexed rows; rebuild the index if there are many."""
        later = self._rows.live(indexed.end)
        deleted = np.isin(indexed.rows, self._rows.deleted())
        too_many_later = len(later) > max(_MAX_TAIL, len(indexed.rows) // 20)
        if too_many_later or deleted.sum() > len(indexed.rows) // 4:
            indexed, previous = self._build_index(state), None
            later = self._rows.live(indexed.end)
            deleted = np.zeros(len(indexed.rows), bool)
        live = np.concatenate((~deleted, np.ones(len(later), bool))) if deleted.any() else None
        vectors = self._tail_vectors(later, previous)
        tail = None
        if len(later):
            half = indexed.index.precision == "float16"
            index = create_index(self.fingerprint.dimension, half=half)
            index.add_with_ids(vectors, later)
            tail = FlatIndex(index)
        rows = np.concatenate((indexed.rows, later))
        return _Snapshot(state, indexed, rows, tail, vectors, live, self._rows.columns())

    def _tail_vectors(self, later: np.ndarray, previous: _Snapshot | None) -> np.ndarray:
        """The vectors of later rows; those in the previous snapshot are not read again."""
        known, known_vectors = np.empty(0, np.int64), np.empty((0, 1), np.float32)
        if previous:
            known = previous.rows[len(previous.indexed.rows) :]
            known_vectors = previous.tail_vectors[np.isin(known, later)]
        new_vectors = self._rows.vectors(later[~np.isin(later, known)])
        # Row numbers only grow, so that known rows come before new ones.
        return np.concatenate((known_vectors, new_vectors)) if len(known_vectors) else new_vectors

    def _build_index(self, state: StoreState) -> IndexedRows:
        """Index all rows and cache the index; only one process at a time."""
        with self._building():
            rows = self._rows.live()
            cached = self._cache.load(state)
            if cached is not None and cached.end == state.end and np.array_equal(cached.rows, rows):
                return cached  # another process has just built it
            half = self.fingerprint.precision == "float16" or len(rows) > FLOAT16_ABOVE
            index = create_index(self.fingerprint.dimension, half=half)
            for start in range(0, len(rows), _BLOCK):
                part = rows[start : start + _BLOCK]
                index.add_with_ids(self._rows.vectors(part), part)
            schema = self._rows.columns()
            metadata = self._rows.metadata(list(schema), rows)
            columns = {sql_name: metadata[name] for name, (sql_name, _) in schema.items()}
            try:
                return self._cache.save(index, columns, state)
            except OSError:
                self._report("can't cache the index in %s")
                return IndexedRows(FlatIndex(index), rows, state.end, columns)

    @contextmanager
    def _building(self) -> Iterator[None]:
        """Keep other processes from building the index; not on a disk that can't be written."""
        with ExitStack() as locked:
            try:
                self._cache.folder.mkdir(exist_ok=True)
                locked.enter_context(FileLock(self._cache.folder / "lock"))
            except OSError:
                self._report("can't lock the index in %s")
            yield

    def _report(self, problem: str) -> None:
        """Log the error that is being handled; not when somebody has deleted the analysis."""
        folder = self._cache.folder
        if folder.parent.exists():
            log.warning(problem, folder, exc_info=True)
        else:
            log.info(problem + ": it was moved or deleted meanwhile", folder)

    def _allowed(self, snapshot: _Snapshot, where: Filter | None) -> np.ndarray | None:
        """Which rows of the snapshot are live and pass: bool (n,), None for all."""
        if where is None or where == _NO_FILTER:
            return snapshot.live
        bound = bind(where, {name: kind for name, (_, kind) in snapshot.schema.items()})
        allowed = snapshot.masks.get(bound)
        if allowed is None:
            allowed = mask(bound, _LazyColumns(self, snapshot), len(snapshot.rows))
            if snapshot.live is not None:
                allowed &= snapshot.live
            if len(snapshot.masks) >= _MAX_MASKS:
                snapshot.masks.clear()
            snapshot.masks[bound] = allowed
        return allowed

    def _column(self, snapshot: _Snapshot, name: str) -> Column:
        """Load a column of a snapshot, within its transaction."""
        with self._lock:
            if name not in snapshot.columns:
                sql_name = snapshot.schema[name][0]
                covered = len(snapshot.indexed.rows)
                column = snapshot.indexed.column(sql_name)
                if column is None:
                    column = self._rows.metadata([name], snapshot.rows[:covered])[name]
                    snapshot.indexed.columns[sql_name] = column
                if covered < len(snapshot.rows):
                    tail = self._rows.metadata([name], snapshot.rows[covered:])[name]
                    column = concatenate_columns(column, tail)
                snapshot.columns[name] = column
            return snapshot.columns[name]


class _LazyColumns(Mapping[str, Column]):
    """The columns of a snapshot, each loaded when a filter first uses it."""

    def __init__(self, store: LocalStore, snapshot: _Snapshot) -> None:
        self._store = store
        self._snapshot = snapshot

    def __getitem__(self, name: str) -> Column:
        return self._store._column(self._snapshot, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._snapshot.schema)

    def __len__(self) -> int:
        return len(self._snapshot.schema)


def _search(
    snapshot: _Snapshot, queries: np.ndarray, top: int, allowed: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """Search index and tail, and merge the hits: scores and positions (q, k)."""
    covered = len(snapshot.indexed.rows)
    in_index, in_tail = (None, None) if allowed is None else (allowed[:covered], allowed[covered:])
    scores, positions = snapshot.indexed.index.search(queries, top, in_index)
    if snapshot.tail is None:
        return scores, positions
    tail_scores, tail_positions = snapshot.tail.search(queries, top, in_tail)
    scores = np.hstack((scores, tail_scores))
    positions = np.hstack((positions, tail_positions + covered))
    order = np.lexsort((positions, -scores), axis=1)[:, : max(top, 0)]
    return np.take_along_axis(scores, order, axis=1), np.take_along_axis(positions, order, axis=1)


def _read(rows: SqliteRows, numbers: np.ndarray) -> Rows:
    columns = rows.metadata(list(rows.columns()), numbers)
    metadata = {name: column.values() for name, column in columns.items()}
    return Rows(rows.ids(numbers), rows.vectors(numbers), metadata, rows.texts(numbers))


def _take(rows: Rows, positions: np.ndarray) -> Rows:
    metadata = {name: values[positions] for name, values in rows.metadata.items()}
    return Rows(rows.ids[positions], rows.vectors[positions], metadata, rows.texts[positions])
