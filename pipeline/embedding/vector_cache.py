"""Cache of computed vectors by text: one SQLite file for all analyses and processes.

A vector is stored under a digest of the model's fingerprint and the text; the text itself is not
stored. SQLite's write-ahead log keeps every stored batch safe from a kill -9 and lets several
processes read and write at once, and its B-tree takes no memory even at a million vectors, which
an index of our own would. Everything read is checked: each vector has a checksum over its key and
its bytes, and a damaged file is deleted and created anew.
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

from pipeline.common.paths import cache_folder, report_unusable_cache
from pipeline.common.scratch import remove_path
from pipeline.common.settings import vector_cache_megabytes

log = logging.getLogger(__name__)

_FILE = "texts-1.sqlite3"  # with the version of the format
_CHECKSUM_BYTES = 8  # before each vector
_KEYS_PER_QUERY = 500  # older versions of SQLite allow 999 parameters
_USE_RESOLUTION = 3600  # seconds; a repeated use within them is not recorded
_EVICTION_TARGET = 0.9  # of the size limit
_LOCK_TIMEOUT = 30.0  # seconds, for another process that is writing


class VectorCache:
    """Half-precision vectors by key; a context manager for one thread.

    No method raises an error if the file is damaged, locked or on a full disk: vectors that can't
    be read or stored are computed again.

    Args:
        folder: of the file; the user's cache folder when left out.
        megabytes: size limit, 0 for no cache; the least recently used vectors are evicted first.
    """

    def __init__(self, folder: Path | None = None, *, megabytes: int | None = None) -> None:
        self.path = (folder or cache_folder("vectors")) / _FILE
        self._limit = (vector_cache_megabytes() if megabytes is None else megabytes) * 1_000_000
        self._database: sqlite3.Connection | None = None

    def __enter__(self) -> VectorCache:
        if self._limit > 0:
            try:
                self._database = _open(self.path)
            except (sqlite3.DatabaseError, OSError) as error:
                self._disable(error)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None

    def get(self, keys: Sequence[bytes], dimension: int) -> dict[bytes, np.ndarray]:
        """The cached, undamaged vectors among the keys: key -> float16 (dimension,)."""
        found: dict[bytes, np.ndarray] = {}
        now = int(time.time())
        try:
            for start in range(0, len(keys) if self._database else 0, _KEYS_PER_QUERY):
                batch = keys[start : start + _KEYS_PER_QUERY]
                self._read(batch, dimension, found, now)
        except sqlite3.DatabaseError as error:
            self._disable(error)
        return found

    def known(self, keys: Sequence[bytes]) -> set[bytes]:
        """The keys that are cached, unchecked: good enough to estimate the remaining work."""
        found: set[bytes] = set()
        try:
            for start in range(0, len(keys) if self._database else 0, _KEYS_PER_QUERY):
                batch = keys[start : start + _KEYS_PER_QUERY]
                placeholders = ",".join("?" * len(batch))
                query = f"SELECT key FROM vectors WHERE key IN ({placeholders})"  # noqa: S608
                assert self._database is not None  # noqa: S101
                found.update(key for (key,) in self._database.execute(query, batch))
        except sqlite3.DatabaseError as error:
            self._disable(error)
        return found

    def put(self, vectors: Iterable[tuple[bytes, np.ndarray]]) -> None:
        """Store float16 vectors (d,); once this returns, a kill -9 does not lose them."""
        if self._database is None:
            return
        now = int(time.time())
        rows = [(key, pack_vector(key, vector), now) for key, vector in vectors]
        try:
            with self._database:
                self._database.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)
            self._evict()
        except sqlite3.DatabaseError as error:
            self._disable(error)

    def _read(
        self, keys: Sequence[bytes], dimension: int, found: dict[bytes, np.ndarray], now: int
    ) -> None:
        assert self._database is not None  # noqa: S101
        placeholders = ",".join("?" * len(keys))
        query = f"SELECT key, data, used FROM vectors WHERE key IN ({placeholders})"  # noqa: S608
        reused = []
        for key, data, used in self._database.execute(query, keys):
            vector = unpack_vector(key, data, dimension)
            if vector is None:
                log.warning("a vector in %s is damaged and is computed again", self.path)
                continue
            found[key] = vector
            if now - used > _USE_RESOLUTION:
                reused.append((now, key))
        if reused:
            with self._database:
                self._database.executemany("UPDATE vectors SET used = ? WHERE key = ?", reused)

    def _evict(self) -> None:
        assert self._database is not None  # noqa: S101
        pages, free, page_size = (
            self._database.execute(f"PRAGMA {what}").fetchone()[0]
            for what in ("page_count", "freelist_count", "page_size")
        )
        size = (pages - free) * page_size
        if size <= self._limit:
            return
        (count,) = self._database.execute("SELECT count(*) FROM vectors").fetchone()
        surplus = int(count * (1 - _EVICTION_TARGET * self._limit / size)) + 1
        with self._database:
            self._database.execute(
                "DELETE FROM vectors WHERE key IN (SELECT key FROM vectors ORDER BY used LIMIT ?)",
                (surplus,),
            )
        self._database.execute("PRAGMA incremental_vacuum").fetchall()

    def _disable(self, error: sqlite3.DatabaseError | OSError) -> None:
        """Continue without a cache; delete a damaged file, so that the next use creates it anew."""
        report_unusable_cache(self.path, error)
        if self._database is not None:
            self._database.close()
            self._database = None
        if type(error) is sqlite3.DatabaseError:  # not "locked", not "disk full"
            for suffix in ("", "-wal", "-shm"):
                remove_path(Path(f"{self.path}{suffix}"))


def text_key(fingerprint: str, kind: str, text: str) -> bytes:
    """Cache key, 16 bytes, of a model, the kind of text ("documents" or "queries"), and a text."""
    digest = hashlib.blake2b(f"{fingerprint}\0{kind}\0".encode(), digest_size=16)
    digest.update(text.encode("utf-8", "surrogatepass"))
    return digest.digest()


def pack_vector(key: bytes, vector: np.ndarray) -> bytes:
    """A float16 vector as it is stored, its checksum before it."""
    data = vector.astype("<f2", copy=False).tobytes()
    return hashlib.blake2b(key + data, digest_size=_CHECKSUM_BYTES).digest() + data


def unpack_vector(key: bytes, data: bytes, dimension: int) -> np.ndarray | None:
    """The vector that was stored, float16 (dimension,); None where it is damaged."""
    vector = np.frombuffer(data[_CHECKSUM_BYTES:], "<f2") if len(data) % 2 == 0 else None
    if vector is None or len(vector) != dimension or data != pack_vector(key, vector):
        return None
    return vector


def _open(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=_LOCK_TIMEOUT)
    try:
        path.chmod(0o600)
        database.execute(
            "PRAGMA auto_vacuum = INCREMENTAL"
        )  # takes effect only before the first table
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
