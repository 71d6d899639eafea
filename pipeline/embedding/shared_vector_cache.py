"""Cache of computed vectors by text in the PostgreSQL database that several machines share.

Rows are those of :mod:`pipeline.embedding.vector_cache`: a digest of model and text, a checksum and
the vector. Whatever machine embedded a text, no other does it again, and an interrupted run goes on
anywhere.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

import numpy as np

from pipeline.common.errors import InputError
from pipeline.common.settings import vector_cache_megabytes
from pipeline.database.connection import Database
from pipeline.embedding.vector_cache import pack_vector, unpack_vector

log = logging.getLogger(__name__)

_KEYS_PER_QUERY = 5_000
_BYTES_PER_ROW = 900  # of table and indexes, with 384 dimensions
_EVICTION_TARGET = 0.9  # of the size limit
_EVICTION_SECONDS = 60.0  # between two looks at the size, of a process
_EVICTION_LOCK = 0x766563  # "vec": one process at a time


class SharedVectorCache:
    """Half-precision vectors by key; a context manager for one thread.

    No method raises an error when the database can't be used: vectors are computed again.

    Args:
        database: which has the table.
        megabytes: size limit; the setting when None. The least recently used are evicted first.
    """

    _looked: ClassVar[float] = float("-inf")  # when this process looked at the size

    def __init__(self, database: Database, *, megabytes: int | None = None) -> None:
        self._database: Database | None = database
        self._limit = (vector_cache_megabytes() if megabytes is None else megabytes) * 1_000_000

    def __enter__(self) -> SharedVectorCache:
        return self

    def __exit__(self, *_: object) -> None:
        self._database = None

    def get(self, keys: Sequence[bytes], dimension: int) -> dict[bytes, np.ndarray]:
        """The cached, undamaged vectors among the keys: key -> float16 (dimension,)."""
        found: dict[bytes, np.ndarray] = {}
        rows = self._read("select key, data, used < current_date from text_vectors", keys)
        reused = []
        for key, data, is_old in rows:
            vector = unpack_vector(key, data, dimension)
            if vector is None:
                log.warning("a shared vector is damaged and is computed again")
                continue
            found[key] = vector
            if is_old:
                reused.append(key)
        if reused:  # rows that another process is about to mark are left to it
            self._write(
                "update text_vectors set used = current_date where key in (select key from "
                "text_vectors where key = any(%s) order by key for update skip locked)",
                [reused],
            )
        return found

    def known(self, keys: Sequence[bytes]) -> set[bytes]:
        """The keys that are cached, unchecked: good enough to estimate the remaining work."""
        return {key for (key,) in self._read("select key from text_vectors", keys)}

    def put(self, vectors: Iterable[tuple[bytes, np.ndarray]]) -> None:
        """Store float16 vectors (d,); they are committed once this returns."""
        # In the order of the keys, so that two processes never wait for each other.
        rows = sorted((key, pack_vector(key, vector)) for key, vector in vectors)
        self._write(
            "insert into text_vectors (key, data) select * from unnest(%s::bytea[], %s::bytea[]) "
            "on conflict (key) do update set data = excluded.data, used = excluded.used",
            [[key for key, _data in rows], [data for _key, data in rows]],
        )
        if time.monotonic() - SharedVectorCache._looked > _EVICTION_SECONDS:
            SharedVectorCache._looked = time.monotonic()
            self.evict()

    def evict(self) -> None:
        """Delete the least recently used vectors beyond the size limit, by the table's statistics.

        Counting a hundred million rows would take minutes.
        """
        if self._database is None:
            return
        most = self._limit // _BYTES_PER_ROW
        try:
            with self._database.transaction() as connection:
                (is_ours,) = connection.execute(
                    "select pg_try_advisory_xact_lock(%s)", [_EVICTION_LOCK]
                ).fetchone() or (False,)
                (count,) = connection.execute(
                    "select reltuples::bigint from pg_class where oid = 'text_vectors'::regclass"
                ).fetchone() or (0,)
                if is_ours and count > most:
                    connection.execute(
                        "delete from text_vectors where key in "
                        "(select key from text_vectors order by used limit %s)",
                        [count - int(most * _EVICTION_TARGET)],
                    )
                    connection.execute("analyze text_vectors")
        except InputError as error:
            self._disable(error)

    def _read(self, select: str, keys: Sequence[bytes]) -> Iterator[tuple[Any, ...]]:
        for start in range(0, len(keys), _KEYS_PER_QUERY):
            if self._database is None:
                return
            batch = list(keys[start : start + _KEYS_PER_QUERY])
            try:
                with self._database.transaction() as connection:
                    cursor = connection.cursor(binary=True)
                    rows = cursor.execute(f"{select} where key = any(%s)", [batch]).fetchall()
            except InputError as error:
                self._disable(error)
                return
            yield from rows

    def _write(self, statement: str, values: list[Any]) -> None:
        if self._database is None:
            return
        try:
            with self._database.transaction() as connection:
                connection.execute(statement, values)
        except InputError as error:
            self._disable(error)

    def _disable(self, error: InputError) -> None:
        log.warning("vectors are computed without the shared cache: %s", error)
        self._database = None
