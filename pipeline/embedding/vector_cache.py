"""Vectors that were computed before, by text: one SQLite file for all analyses and processes.

A vector is kept under a digest of the model's fingerprint and of the text; the text itself is not
kept. SQLite's write-ahead log makes every batch that was put in safe from a kill -9, and lets
several processes read and write at once; its B-tree needs no memory of its own at a million
vectors, which own files of segments with an index would. What is read is checked: each vector
carries a checksum over its key and its bytes, and a damaged file is put aside and begun anew.
"""

from __future__ import annotations

import hashlib
import logging
import sqlite3
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType

import numpy as np

from pipeline.common.paths import cache_folder
from pipeline.common.settings import vector_cache_megabytes

log = logging.getLogger(__name__)

_FILE = "texts-1.sqlite3"  # the number: of the format
_CHECKSUM = 8  # bytes before each vector
_AT_ONCE = 500  # keys in one question; SQLite's own limit was 999 for long
_SAME_USE = 3600  # seconds within which a second use is not written down
_KEEP = 0.9  # of the limit, once it is reached
_SECONDS_TO_WAIT = 30.0  # for another process that is writing


class VectorCache:
    """Half-precision vectors by key; used as a context by one thread.

    No method raises for a file that is damaged, locked or on a full disk: what can't be read is
    computed again, and what can't be kept costs time next time.

    Args:
        folder: where the file lies.
        megabytes: the most it may take; the vectors that were not used for longest go first.
    """

    def __init__(self, folder: Path | None = None, *, megabytes: int | None = None) -> None:
        self.path = (folder or cache_folder("vectors")) / _FILE
        self._limit = (vector_cache_megabytes() if megabytes is None else megabytes) * 1_000_000
        self._database: sqlite3.Connection | None = None

    def __enter__(self) -> VectorCache:
        if self._limit > 0:
            try:
                self._database = _open(self.path)
            except sqlite3.DatabaseError as error:
                self._give_up(error)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None

    def get(self, keys: Sequence[bytes], dimension: int) -> dict[bytes, np.ndarray]:
        """Those of the keys that are kept and whole: key -> float16 (dimension,)."""
        found: dict[bytes, np.ndarray] = {}
        now = int(time.time())
        try:
            for start in range(0, len(keys) if self._database else 0, _AT_ONCE):
                some = keys[start : start + _AT_ONCE]
                self._read(some, dimension, found, now)
        except sqlite3.DatabaseError as error:
            self._give_up(error)
        return found

    def known(self, keys: Sequence[bytes]) -> set[bytes]:
        """Those of the keys that are kept, whole or not: an estimate of the work to come."""
        found: set[bytes] = set()
        try:
            for start in range(0, len(keys) if self._database else 0, _AT_ONCE):
                some = keys[start : start + _AT_ONCE]
                marks = ",".join("?" * len(some))
                question = f"SELECT key FROM vectors WHERE key IN ({marks})"  # noqa: S608
                assert self._database is not None  # noqa: S101
                found.update(key for (key,) in self._database.execute(question, some))
        except sqlite3.DatabaseError as error:
            self._give_up(error)
        return found

    def put(self, vectors: Iterable[tuple[bytes, np.ndarray]]) -> None:
        """Keep float16 vectors (d,); once this returns, a kill -9 does not lose them."""
        if self._database is None:
            return
        now = int(time.time())
        rows = [(key, _sealed(key, vector), now) for key, vector in vectors]
        try:
            with self._database:
                self._database.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)
            self._forget_oldest()
        except sqlite3.DatabaseError as error:
            self._give_up(error)

    def _read(
        self, keys: Sequence[bytes], dimension: int, found: dict[bytes, np.ndarray], now: int
    ) -> None:
        assert self._database is not None  # noqa: S101
        marks = ",".join("?" * len(keys))
        question = f"SELECT key, data, used FROM vectors WHERE key IN ({marks})"  # noqa: S608
        stale = []
        for key, data, used in self._database.execute(question, keys):
            vector = np.frombuffer(data[_CHECKSUM:], "<f2") if len(data) % 2 == 0 else None
            if vector is None or len(vector) != dimension or data != _sealed(key, vector):
                log.warning("a vector in %s is damaged and is computed again", self.path)
                continue
            found[key] = vector
            if now - used > _SAME_USE:
                stale.append((now, key))
        if stale:
            with self._database:
                self._database.executemany("UPDATE vectors SET used = ? WHERE key = ?", stale)

    def _forget_oldest(self) -> None:
        assert self._database is not None  # noqa: S101
        held, free, page = (
            self._database.execute(f"PRAGMA {what}").fetchone()[0]
            for what in ("page_count", "freelist_count", "page_size")
        )
        size = (held - free) * page
        if size <= self._limit:
            return
        (count,) = self._database.execute("SELECT count(*) FROM vectors").fetchone()
        surplus = int(count * (1 - _KEEP * self._limit / size)) + 1
        with self._database:
            self._database.execute(
                "DELETE FROM vectors WHERE key IN (SELECT key FROM vectors ORDER BY used LIMIT ?)",
                (surplus,),
            )
        self._database.execute("PRAGMA incremental_vacuum").fetchall()

    def _give_up(self, error: sqlite3.DatabaseError) -> None:
        """Go on without; a file that is no database is put aside for the next time."""
        log.warning("the kept vectors in %s can't be used: %s", self.path, error)
        if self._database is not None:
            self._database.close()
            self._database = None
        if type(error) is sqlite3.DatabaseError:  # not "locked", not "disk full"
            for suffix in ("", "-wal", "-shm"):
                Path(f"{self.path}{suffix}").unlink(missing_ok=True)


def text_key(fingerprint: str, kind: str, text: str) -> bytes:
    """16 bytes that stand for a model, what it takes the text for ("documents"), and the text."""
    digest = hashlib.blake2b(f"{fingerprint}\0{kind}\0".encode(), digest_size=16)
    digest.update(text.encode("utf-8", "surrogatepass"))
    return digest.digest()


def _open(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=_SECONDS_TO_WAIT)
    try:
        path.chmod(0o600)
        database.execute("PRAGMA auto_vacuum = INCREMENTAL")  # heeded before the first table
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        with database:
            database.execute(
                "CREATE TABLE IF NOT EXISTS vectors "
                "(key BLOB PRIMARY KEY, data BLOB NOT NULL, used INTEGER NOT NULL)"
            )
            database.execute("CREATE INDEX IF NOT EXISTS by_use ON vectors (used)")
    except BaseException:
        database.close()
        raise
    return database


def _sealed(key: bytes, vector: np.ndarray) -> bytes:
    data = vector.astype("<f2", copy=False).tobytes()
    return hashlib.blake2b(key + data, digest_size=_CHECKSUM).digest() + data
