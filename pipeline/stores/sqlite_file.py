"""The SQLite file of a store: schema, connections, transactions and error messages.

WAL mode lets others read during a write, and ``synchronous=FULL`` makes every commit durable
before it is acknowledged.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
import time
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.common.errors import InputError
from pipeline.stores.base import Fingerprint, StoreUnavailableError
from pipeline.stores.state import StoreState

SQLITE_VERSION = sqlite3.sqlite_version
_FORMAT = "1"
_CHECKPOINT_ATTEMPTS, _CHECKPOINT_PAUSE = 10, 0.2  # seconds
# What SQLite says of a disk that is full, can't be written or is out of reach.
_UNAVAILABLE = ("full", "readonly", "unable to open", "disk I/O")
_PAGE_BYTES = 2**15  # vectors are read in large blobs
_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE columns (place INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL);
CREATE TABLE reviews (row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
CREATE TABLE texts (row INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE chunks (first INTEGER PRIMARY KEY, rows INTEGER NOT NULL, vectors BLOB NOT NULL,
                     checksum INTEGER NOT NULL);
CREATE TABLE dead (row INTEGER PRIMARY KEY);
"""


class _Connection(sqlite3.Connection):
    """A connection that can be referenced weakly."""


class SqliteFile:
    """One store file, usable from any thread; each thread has its own connection.

    Attributes:
        path: of the file.
        fingerprint: of all vectors in it.
        dtype: of the vectors as they are stored.
    """

    def __init__(self, path: Path, fingerprint: Fingerprint | None = None) -> None:
        """Open a store, or create it where there is none and a fingerprint is given.

        Raises:
            InputError: there is no store, it is damaged, or it has another fingerprint.
        """
        self.path = path
        self._local = threading.local()
        # Weak references: a thread's connection closes with the thread.
        self._connections: weakref.WeakSet[_Connection] = weakref.WeakSet()
        if fingerprint is None and not path.is_file():
            raise InputError(
                "There is no store '{path}'; analyse a file to make one",
                path=path,
            )
        self._is_immutable = False
        with self._readable_errors():
            if fingerprint is None:
                self.fingerprint = self._open_for_reading()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._prepare()
                self._create(fingerprint)
                self.fingerprint = self._read_fingerprint()
        if fingerprint is not None:
            self.fingerprint.check(fingerprint)
        self.dtype: Any = np.float16 if self.fingerprint.precision == "float16" else np.float32

    @contextmanager
    def read_transaction(self) -> Iterator[StoreState]:
        """Read everything at one state, whatever is written meanwhile."""
        with self._readable_errors(), self._transaction("BEGIN"):
            yield self.state()

    @contextmanager
    def write_transaction(self) -> Iterator[None]:
        """Write all or nothing; durable when the block has ended."""
        with self._readable_errors(), self._transaction("BEGIN IMMEDIATE"):
            yield

    def state(self) -> StoreState:
        """Read the state, within a transaction."""
        meta = dict(self.execute("SELECT key, value FROM meta"))
        return StoreState(meta["store"], int(meta["epoch"]), int(meta["version"]), int(meta["end"]))

    def get_meta(self, key: str) -> str:
        """Read a value of the table ``meta``, within a transaction; "" where it has none."""
        row = self.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else ""

    def set_meta(self, key: str, value: object) -> None:
        """Write a value of the table ``meta``, within a transaction."""
        self.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, str(value)))

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Execute a statement on this thread's connection."""
        return self._connection().execute(sql, parameters)

    def execute_many(self, sql: str, parameters: Iterable[Sequence[Any]]) -> None:
        """Execute a statement once for each sequence of parameters."""
        self._connection().executemany(sql, parameters)

    def checkpoint(self) -> bool:
        """Move all commits from the log into the file; False while somebody reads it."""
        with self._readable_errors():
            for _ in range(_CHECKPOINT_ATTEMPTS):
                if not self.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                    return True
                time.sleep(_CHECKPOINT_PAUSE)
        return False

    def close(self) -> None:
        """Close the connections of all threads."""
        for connection in list(self._connections):
            connection.close()
        self._local = threading.local()

    def _prepare(self) -> None:
        connection = self._connection()
        connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")  # only effective on creation
        connection.execute("PRAGMA journal_mode = WAL")

    def _open_for_reading(self) -> Fingerprint:
        """Open the file, on a disk that can't be written as one that nobody changes."""
        try:
            self._prepare()
            return self._read_fingerprint()
        except sqlite3.OperationalError as error:
            log = self.path.with_name(f"{self.path.name}-wal")
            unfinished = log.is_file() and log.stat().st_size > 0
            if unfinished or not any(words in str(error) for words in _UNAVAILABLE):
                raise
            self.close()
            self._is_immutable = True
            return self._read_fingerprint()

    def _create(self, fingerprint: Fingerprint) -> None:
        with self._transaction("BEGIN IMMEDIATE"):
            tables = self.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if tables:
                return
            for statement in _SCHEMA.strip().split(";")[:-1]:
                self.execute(statement)
            values = {"format": _FORMAT, "store": secrets.token_hex(8), "epoch": 0, "version": 0}
            for key, value in {**values, "end": 0, **asdict(fingerprint)}.items():
                self.set_meta(key, value)

    def _read_fingerprint(self) -> Fingerprint:
        meta = dict(self.execute("SELECT key, value FROM meta"))
        if meta.get("format") != _FORMAT or not set(meta) >= set(Fingerprint.__annotations__):
            raise sqlite3.DatabaseError("the format is unknown")
        precision: Any = meta["precision"]
        return Fingerprint(meta["model"], int(meta["dimension"]), meta["space"], precision)

    def _connection(self) -> _Connection:
        connection: _Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            path = f"{self.path.absolute().as_uri()}?immutable=1"
            connection = sqlite3.connect(
                path if self._is_immutable else self.path,
                uri=self._is_immutable,
                timeout=60,
                isolation_level=None,
                check_same_thread=False,
                factory=_Connection,
            )
            connection.execute("PRAGMA synchronous = FULL")
            self._local.connection = connection
            self._connections.add(connection)
        return connection

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        connection = self._connection()
        connection.execute(begin)
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    @contextmanager
    def _readable_errors(self) -> Iterator[None]:
        """Turn errors of SQLite and the disk into one clear line."""
        try:
            yield
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise StoreUnavailableError(
                    "The store '{path}' can't be used: another program is writing to it; try again "
                    "when that is done",
                    path=self.path,
                ) from error
            what = f"{error}; check the disk and the rights of the folder"
            message = f"The store '{self.path}' can't be used: {what}"
            unavailable = any(words in str(error) for words in _UNAVAILABLE)
            raise (StoreUnavailableError if unavailable else InputError)(message) from error
        except OSError as error:
            raise InputError(
                "The store '{path}' can't be used: {reason}",
                path=self.path,
                reason=error.strerror,
            ) from error
        except sqlite3.ProgrammingError:  # a bug in this program
            raise
        except sqlite3.DatabaseError as error:
            raise InputError(
                "The store '{path}' is damaged ({error}): analyse the file again",
                path=self.path,
                error=error,
            ) from error
