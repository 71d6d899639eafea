"""The local vector store of one analysis: SQLite holds the rows, FAISS searches them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import numpy as np

from pipeline.common.scratch import remove_path
from pipeline.filters.binding import bind
from pipeline.filters.columns import ColumnKind
from pipeline.filters.expressions import Filter, to_sql
from pipeline.stores.base import Fingerprint, Rows
from pipeline.stores.blocks import block_checksums, file_is_intact
from pipeline.stores.engine import check_name, stamp_differs, without_password
from pipeline.stores.index_cache import IndexCache
from pipeline.stores.indexed_store import NO_FILTER, IndexedStore, RowReader, read_rows
from pipeline.stores.sqlite_file import SQLITE_VERSION, SqliteFile
from pipeline.stores.sqlite_rows import SqliteRows
from pipeline.stores.state import StoreState

STORE_NAME = "store.sqlite"
INDEX_NAME = "index"


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


class LocalStore(IndexedStore):
    """A :class:`pipeline.stores.base.VectorStore` in a folder, safe for threads and processes."""

    def __init__(self, folder: Path, fingerprint: Fingerprint | None = None) -> None:
        """See :func:`open_store`."""
        self._file = SqliteFile(folder / STORE_NAME, fingerprint)
        self._rows = SqliteRows(self._file)
        fingerprint = self._file.fingerprint
        super().__init__(fingerprint, IndexCache(folder / INDEX_NAME, fingerprint))

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

    def iterate(self, where: Filter | None = None, *, batch: int = 10_000) -> Iterator[Rows]:
        """Read the rows that pass the filter in batches, as of the start of the iteration."""
        file = SqliteFile(self._file.path)  # a connection of its own holds the transaction
        rows = SqliteRows(file)
        try:
            with file.read_transaction():
                columns = rows.columns()
                bound = bind(where or NO_FILTER, {n: kind for n, (_, kind) in columns.items()})
                sql, values = to_sql(bound, {name: c for name, (c, _) in columns.items()})
                last = -1
                while len(found := rows.select(f"{sql} AND row > ?", [*values, last], batch)):
                    last = int(found[-1])
                    yield read_rows(rows, found)
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
    def _reading(self) -> Iterator[tuple[StoreState, RowReader]]:
        with self._file.read_transaction() as state:
            yield state, self._rows
