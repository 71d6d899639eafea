"""A store whose rows lie in one place, the truth, while FAISS searches a copy of their vectors.

The rows are SQLite's (:mod:`pipeline.stores.local`) or those of a key-value server
(:mod:`pipeline.stores.redis.plain_store`). Row numbers are never used twice in an epoch, so that an
index over the rows up to some number stays valid: it only needs the later rows, which a second,
small index holds, and the deleted ones, which are left out.
"""

from __future__ import annotations

import logging
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

import numpy as np
from filelock import FileLock

from pipeline.common.translation import gettext_noop as N_
from pipeline.filters.binding import bind
from pipeline.filters.columns import Column, ColumnKind, concatenate_columns
from pipeline.filters.expressions import And, Filter, mask
from pipeline.stores.base import (
    Fingerprint,
    NearestRows,
    Rows,
    StoreUnavailableError,
    check_vectors,
)
from pipeline.stores.engine import unknown_id
from pipeline.stores.flat_index import FLOAT16_ABOVE, FlatIndex, create_index
from pipeline.stores.index_cache import IndexCache, IndexedRows
from pipeline.stores.state import RowsMovedError, StoreState
from pipeline.text.normalise import replace_surrogates

log = logging.getLogger(__name__)

NO_FILTER = And(())
_MAX_TAIL = 10_000  # rows searched beside the index before it is rebuilt
_BLOCK = 65_536  # rows read at once
_MAX_MASKS = 16  # filters whose results are kept: successive queries often share one
_BUSY = N_("The store is being written to all the time: try again when that is done")
_SECONDS = 60.0  # for a read that somebody keeps writing beside

T = TypeVar("T")


class RowReader(Protocol):
    """The rows of a store at one state.

    Any method may raise :class:`pipeline.stores.state.RowsMovedError`.
    """

    def columns(self) -> dict[str, tuple[str, ColumnKind]]:
        """The metadata columns: name -> (name in the store, kind)."""
        ...

    def live(self, first: int = 0) -> np.ndarray:
        """The numbers of the live rows from ``first`` on: int64 (n,), ascending."""
        ...

    def deleted(self) -> np.ndarray:
        """The numbers of the deleted rows of this epoch: int64 (n,), in any order."""
        ...

    def find(self, ids: Sequence[str]) -> dict[str, int]:
        """Row numbers by id; unknown ids are left out."""
        ...

    def ids(self, rows: np.ndarray) -> np.ndarray:
        """The ids of live rows: object (n,)."""
        ...

    def texts(self, rows: np.ndarray) -> np.ndarray:
        """The texts of rows: object (n,), None where a row has no text."""
        ...

    def metadata(self, names: Sequence[str], rows: np.ndarray) -> dict[str, Column]:
        """Columns of rows given in ascending order; missing where a row is deleted."""
        ...

    def vectors(self, rows: np.ndarray) -> np.ndarray:
        """The vectors of live rows given in ascending order: float32 (n, d)."""
        ...

    def has_commit(self, version: int, commit: str) -> bool:
        """Whether a commit belongs to what the store is now, or was before."""
        ...


@dataclass(frozen=True)
class Snapshot:
    """All live rows at one state, ready to be searched: those of the index, then the tail.

    Attributes:
        state: of the store.
        indexed: the rows of the index; some may be deleted by now.
        rows: int64 (n,), the numbers of all rows, ascending.
        tail: an index over the rows added later, None where there are none.
        tail_vectors: float32, their vectors.
        live: bool (n,), rows that are not deleted; None if all are live.
        schema: column -> (name in the store, kind).
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


class IndexedStore(ABC):
    """What searches rows by a cached index; safe for threads and processes.

    Args:
        fingerprint: of the vectors.
        cache: of the index.
    """

    def __init__(self, fingerprint: Fingerprint, cache: IndexCache) -> None:
        self._cache = cache
        self._dimension, self._precision = fingerprint.dimension, fingerprint.precision
        self._lock = threading.RLock()
        self._latest: Snapshot | None = None

    @abstractmethod
    def _reading(self) -> AbstractContextManager[tuple[StoreState, RowReader]]:
        """The state of the store, and its rows at that state."""

    def optimise(self) -> None:
        """Make the index, so that the first search need not."""
        self.count()

    def search(
        self, queries: np.ndarray, *, top: int = 20, where: Filter | None = None
    ) -> NearestRows:
        """Find the rows nearest to each query among those that pass the filter."""
        array = check_vectors(queries, self._dimension, what="queries")

        def find(snapshot: Snapshot, rows: RowReader) -> NearestRows:
            allowed = self._allowed(snapshot, rows, where)
            scores, positions = _search(snapshot, array, top, allowed)
            numbers, inverse = np.unique(snapshot.rows[positions], return_inverse=True)
            return NearestRows(rows.ids(numbers)[inverse.reshape(positions.shape)], scores)

        return self._with_snapshot(find)

    def count(self, where: Filter | None = None) -> int:
        """Count the rows that pass the filter."""

        def count(snapshot: Snapshot, rows: RowReader) -> int:
            allowed = self._allowed(snapshot, rows, where)
            return len(snapshot.rows) if allowed is None else int(np.count_nonzero(allowed))

        return self._with_snapshot(count)

    def get(self, ids: Sequence[str]) -> Rows:
        """Read the rows with these ids, in this order."""
        names = [replace_surrogates(str(name)) for name in ids]

        def read(_state: StoreState, rows: RowReader) -> Rows:
            found = rows.find(names)
            missing = next((name for name in names if name not in found), None)
            if missing is not None:
                raise unknown_id(missing)
            numbers = np.array([found[name] for name in names], np.int64)
            ordered, inverse = np.unique(numbers, return_inverse=True)
            return _take(read_rows(rows, ordered), inverse)

        return self._at_one_state(read)

    def _with_snapshot(self, work: Callable[[Snapshot, RowReader], T]) -> T:
        """What is found in the snapshot of the state that the store is in."""

        def look(state: StoreState, rows: RowReader) -> T:
            snapshot = self._snapshot_at(state, rows)
            if snapshot is None:
                raise RowsMovedError
            return work(snapshot, rows)

        return self._at_one_state(look)

    def _at_one_state(self, work: Callable[[StoreState, RowReader], T]) -> T:
        """What is read at one state; again where somebody has written meanwhile.

        Raises:
            StoreUnavailableError: somebody keeps writing.
        """
        end = time.monotonic() + _SECONDS
        while True:
            try:
                with self._reading() as (state, rows):
                    return work(state, rows)
            except RowsMovedError as error:
                if time.monotonic() > end:
                    raise StoreUnavailableError(_BUSY) from error

    def _snapshot_at(self, state: StoreState, rows: RowReader) -> Snapshot | None:
        """The snapshot of a state; None if there is a newer one."""
        latest = self._latest
        if latest is not None and latest.state == state:
            return latest
        with self._lock:
            latest = self._latest
            if latest is not None and not rows.has_commit(
                latest.state.version, latest.state.commit
            ):
                latest = None  # a server that was killed has lost what it was made of
            if latest is not None and latest.state.version > state.version:
                return None
            lineage = (state.store, state.epoch)
            if latest is None or (latest.state.store, latest.state.epoch) != lineage:
                indexed = self._cache.load(state, rows.has_commit)
                indexed = indexed or self._build_index(state, rows)
                latest = self._advance(state, rows, indexed, None)
            elif latest.state != state:
                latest = self._advance(state, rows, latest.indexed, latest)
            self._latest = latest
            return latest

    def _advance(
        self,
        state: StoreState,
        rows: RowReader,
        indexed: IndexedRows,
        previous: Snapshot | None,
    ) -> Snapshot:
        """Add later rows and deletions to indexed rows; rebuild the index if there are many."""
        later = rows.live(indexed.end)
        deleted = np.isin(indexed.rows, rows.deleted())
        too_many_later = len(later) > max(_MAX_TAIL, len(indexed.rows) // 20)
        if too_many_later or deleted.sum() > len(indexed.rows) // 4:
            indexed, previous = self._build_index(state, rows), None
            later = rows.live(indexed.end)
            deleted = np.zeros(len(indexed.rows), bool)
        live = np.concatenate((~deleted, np.ones(len(later), bool))) if deleted.any() else None
        vectors = _tail_vectors(rows, later, previous)
        tail = None
        if len(later):
            half = indexed.index.precision == "float16"
            index = create_index(self._dimension, half=half)
            index.add_with_ids(vectors, later)
            tail = FlatIndex(index)
        numbers = np.concatenate((indexed.rows, later))
        return Snapshot(state, indexed, numbers, tail, vectors, live, rows.columns())

    def _build_index(self, state: StoreState, rows: RowReader) -> IndexedRows:
        """Index all rows and cache the index; only one process of a machine at a time."""
        with self._building():
            live = rows.live()
            cached = self._cache.load(state, rows.has_commit)
            if cached is not None and cached.end == state.end and np.array_equal(cached.rows, live):
                return cached  # another process has just built it
            half = self._precision == "float16" or len(live) > FLOAT16_ABOVE
            index = create_index(self._dimension, half=half)
            for start in range(0, len(live), _BLOCK):
                part = live[start : start + _BLOCK]
                index.add_with_ids(rows.vectors(part), part)
            schema = rows.columns()
            metadata = rows.metadata(list(schema), live)
            columns = {stored: metadata[name] for name, (stored, _) in schema.items()}
            try:
                return self._cache.save(index, columns, state)
            except OSError:
                self._report("can't cache the index in %s")
                return IndexedRows(FlatIndex(index), live, state.end, columns)

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

    def _allowed(
        self, snapshot: Snapshot, rows: RowReader, where: Filter | None
    ) -> np.ndarray | None:
        """Which rows of the snapshot are live and pass: bool (n,), None for all."""
        if where is None or where == NO_FILTER:
            return snapshot.live
        bound = bind(where, {name: kind for name, (_, kind) in snapshot.schema.items()})
        allowed = snapshot.masks.get(bound)
        if allowed is None:
            allowed = mask(bound, _LazyColumns(self, snapshot, rows), len(snapshot.rows))
            if snapshot.live is not None:
                allowed &= snapshot.live
            if len(snapshot.masks) >= _MAX_MASKS:
                snapshot.masks.clear()
            snapshot.masks[bound] = allowed
        return allowed

    def column(self, snapshot: Snapshot, rows: RowReader, name: str) -> Column:
        """Load a column of a snapshot, at its state."""
        with self._lock:
            if name not in snapshot.columns:
                stored = snapshot.schema[name][0]
                covered = len(snapshot.indexed.rows)
                column = snapshot.indexed.column(stored)
                if column is None:
                    column = rows.metadata([name], snapshot.rows[:covered])[name]
                    snapshot.indexed.columns[stored] = column
                if covered < len(snapshot.rows):
                    tail = rows.metadata([name], snapshot.rows[covered:])[name]
                    column = concatenate_columns(column, tail)
                snapshot.columns[name] = column
            return snapshot.columns[name]


class _LazyColumns(Mapping[str, Column]):
    """The columns of a snapshot, each loaded when a filter first uses it."""

    def __init__(self, store: IndexedStore, snapshot: Snapshot, rows: RowReader) -> None:
        self._store, self._snapshot, self._rows = store, snapshot, rows

    def __getitem__(self, name: str) -> Column:
        return self._store.column(self._snapshot, self._rows, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._snapshot.schema)

    def __len__(self) -> int:
        return len(self._snapshot.schema)


def read_rows(rows: RowReader, numbers: np.ndarray) -> Rows:
    """Rows by their numbers, which ascend."""
    columns = rows.metadata(list(rows.columns()), numbers)
    metadata = {name: column.values() for name, column in columns.items()}
    return Rows(rows.ids(numbers), rows.vectors(numbers), metadata, rows.texts(numbers))


def _tail_vectors(rows: RowReader, later: np.ndarray, previous: Snapshot | None) -> np.ndarray:
    """The vectors of later rows; those in the previous snapshot are not read again."""
    known, known_vectors = np.empty(0, np.int64), np.empty((0, 1), np.float32)
    if previous:
        known = previous.rows[len(previous.indexed.rows) :]
        known_vectors = previous.tail_vectors[np.isin(known, later)]
    new_vectors = rows.vectors(later[~np.isin(later, known)])
    # Row numbers only grow, so that known rows come before new ones.
    return np.concatenate((known_vectors, new_vectors)) if len(known_vectors) else new_vectors


def _search(
    snapshot: Snapshot, queries: np.ndarray, top: int, allowed: np.ndarray | None
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


def _take(rows: Rows, positions: np.ndarray) -> Rows:
    metadata = {name: values[positions] for name, values in rows.metadata.items()}
    return Rows(rows.ids[positions], rows.vectors[positions], metadata, rows.texts[positions])
