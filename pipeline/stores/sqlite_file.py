"""The file behind a store: tables, transactions, and what SQLite complains about in plain words.

WAL lets others read while one writes, and ``synchronous=FULL`` has every commit on the disk
before it is acknowledged.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.common.errors import InputError
from pipeline.stores.base import Fingerprint

_FORMAT = "1"
_PAGE = 2**15  # bytes; vectors are read in large pieces
_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE columns (place INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL);
CREATE TABLE reviews (row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
CREATE TABLE texts (row INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE chunks (first INTEGER PRIMARY KEY, rows INTEGER NOT NULL, vectors BLOB NOT NULL,
                     checksum INTEGER NOT NULL);
CREATE TABLE dead (row INTEGER PRIMARY KEY);
"""


@dataclass(frozen=True)
class State:
    """What a reader needs to know to tell whether something derived is up to date.

    Attributes:
        store: a random name, made with the file.
        epoch: counts the times that rows were numbered anew.
        version: counts commits.
        end: rows that will come have this number or a higher one.
    """

    store: str
    epoch: int
    version: int
    end: int


class _Connection(sqlite3.Connection):
    """One that can be referred to weakly."""


class SqliteFile:
    """One store file; any thread may use it, each over its own connection."""

    def __init__(self, path: Path, fingerprint: Fingerprint | None = None) -> None:
        """Open a store, or make it where there is none and a fingerprint is given.

        Raises:
            InputError: no store there, a damaged one, or one with another fingerprint.
        """
        self.path = path
        self._local = threading.local()
        # Weakly: a thread's connection closes with the thread.
        self._connections: weakref.WeakSet[_Connection] = weakref.WeakSet()
        if fingerprint is None and not path.is_file():
            raise InputError(f"There is no store '{path}'; analyse a file to make one")
        with self._errors():
            path.parent.mkdir(parents=True, exist_ok=True)
            database = self._connection()
            database.execute(f"PRAGMA page_size = {_PAGE}")  # counts when the file is made
            database.execute("PRAGMA journal_mode = WAL")
            if fingerprint is not None:
                self._create(fingerprint)
            self.fingerprint = self._read_fingerprint()
        if fingerprint is not None:
            self.fingerprint.check(fingerprint)
        self.number: Any = np.float16 if self.fingerprint.precision == "float16" else np.float32

    @contextmanager
    def reading(self) -> Iterator[State]:
        """A transaction in which everything is read as it is now, whoever writes meanwhile."""
        with self._errors(), self._transaction("BEGIN"):
            yield self.state()

    def state(self) -> State:
        """See :class:`State`."""
        meta = dict(self._execute("SELECT key, value FROM meta"))
        return State(meta["store"], int(meta["epoch"]), int(meta["version"]), int(meta["end"]))

    def close(self) -> None:
        """Close every connection, of all threads."""
        for database in list(self._connections):
            database.close()
        self._local = threading.local()

    def _create(self, fingerprint: Fingerprint) -> None:
        with self._transaction("BEGIN IMMEDIATE"):
            tables = self._execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if tables:
                return
            for statement in _TABLES.strip().split(";")[:-1]:
                self._execute(statement)
            values = {"format": _FORMAT, "store": secrets.token_hex(8), "epoch": 0, "version": 0}
            for key, value in {**values, "end": 0, **asdict(fingerprint)}.items():
                self._set(key, value)

    def _read_fingerprint(self) -> Fingerprint:
        meta = dict(self._execute("SELECT key, value FROM meta"))
        if meta.get("format") != _FORMAT or not set(meta) >= set(Fingerprint.__annotations__):
            raise sqlite3.DatabaseError("the format is unknown")
        precision: Any = meta["precision"]
        return Fingerprint(meta["model"], int(meta["dimension"]), meta["space"], precision)

    def _set(self, key: str, value: object) -> None:
        self._execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, str(value)))

    def _execute(self, sql: str, parameters: Sequence[Any] = ()) -> sqlite3.Cursor:
        return self._connection().execute(sql, parameters)

    def _execute_many(self, sql: str, parameters: Iterable[Sequence[Any]]) -> None:
        self._connection().executemany(sql, parameters)

    def _connection(self) -> _Connection:
        database: _Connection | None = getattr(self._local, "database", None)
        if database is None:
            database = sqlite3.connect(
                self.path,
                timeout=60,
                isolation_level=None,
                check_same_thread=False,
                factory=_Connection,
            )
            database.execute("PRAGMA synchronous = FULL")
            self._local.database = database
            self._connections.add(database)
        return database

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        database = self._connection()
        database.execute(begin)
        try:
            yield
            database.execute("COMMIT")
        except BaseException:
            if database.in_transaction:
                database.execute("ROLLBACK")
            raise

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """What SQLite and the disk complain about, as one clear line."""
        try:
            yield
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                what = "another program is writing to it; try again when that is done"
            else:
                what = f"{error}; check the disk and the rights of the folder"
            raise InputError(f"The store '{self.path}' can't be used: {what}") from error
        except OSError as error:
            raise InputError(f"The store '{self.path}' can't be used: {error.strerror}") from error
        except sqlite3.ProgrammingError:  # a mistake of ours
            raise
        except sqlite3.DatabaseError as error:
            raise InputError(
                f"The store '{self.path}' is damaged ({error}): analyse the file again"
            ) from error
