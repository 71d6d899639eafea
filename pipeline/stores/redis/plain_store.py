"""Vector stores in Redis or Valkey without the search module: Redis has the rows, FAISS finds them.

Redis is the truth of all there is: ids, texts, metadata and the vectors themselves. The index of
FAISS is a copy of the vectors on the disk of each machine that searches, made anew whenever it is
not of what Redis has. It names the commit that it was made of; where Redis was killed and has lost
that commit, whatever has been written since, the index doesn't count.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from pipeline.common.paths import cache_folder, report_unusable_cache
from pipeline.common.scratch import remove_path
from pipeline.filters.columns import ColumnKind
from pipeline.filters.expressions import Filter
from pipeline.stores.base import Fingerprint, Rows
from pipeline.stores.batch import Batch
from pipeline.stores.index_cache import IndexCache
from pipeline.stores.indexed_store import IndexedStore, RowReader
from pipeline.stores.redis.connection import RedisConnection
from pipeline.stores.redis.keys import STORES, Client, store_key
from pipeline.stores.redis.plain_rows import PlainReader, PlainRows
from pipeline.stores.server_store import ServerWriter
from pipeline.stores.state import StoreState


def create_plain_store(client: Client, name: str, fingerprint: Fingerprint) -> None:
    """Create an empty store; nothing where somebody else has just done so."""
    import redis

    key, commit = f"{store_key(name)}:about", secrets.token_hex(8)
    about = {**asdict(fingerprint), "kind": "faiss", "store": secrets.token_hex(8)}
    with client.pipeline(transaction=True) as together:
        together.watch(key)
        if together.exists(key):
            return
        together.multi()
        together.hset(key, mapping={**about, "epoch": 0, "version": 0, "end": 0, "commit": commit})
        together.hset(f"{store_key(name)}:commits", "0", commit)
        together.sadd(STORES, name)
        try:
            together.execute()
        except redis.WatchError:
            return


class IndexFolders:
    """Where this machine keeps the indexes of a server's stores: in the cache.

    Args:
        address: of the server.
    """

    def __init__(self, address: str) -> None:
        digest = hashlib.sha256(address.encode()).hexdigest()[:16]
        self._folder = cache_folder("indexes") / digest

    def make(self, name: str) -> Path:
        """The folder of a store, made where there is none and the cache can be written."""
        folder = self._folder / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            report_unusable_cache(folder, error)
        return folder

    def remove(self, name: str) -> None:
        """Delete the index of a store."""
        remove_path(self._folder / name)

    def keep_only(self, names: Callable[[], Sequence[str]]) -> None:
        """Delete the indexes of stores that other machines have deleted."""
        found = [path.name for path in self._folder.glob("*")]
        if found:  # before the names are asked for: a store that is being made has its name first
            for name in set(found) - set(names()):
                self.remove(name)


class RedisPlainStore(ServerWriter, IndexedStore):
    """A :class:`pipeline.stores.engine.EngineStore` in a Redis server; thread-safe.

    Args:
        connection: to the server.
        name: of the store.
        fingerprint: of its vectors.
        folder: of this machine's index.
    """

    def __init__(
        self, connection: RedisConnection, name: str, fingerprint: Fingerprint, folder: Path
    ) -> None:
        super().__init__(fingerprint, IndexCache(folder, fingerprint))
        self._fingerprint = fingerprint
        self._connection, self._client = connection, connection.client
        self._rows = PlainRows(connection, name, fingerprint)

    @property
    def fingerprint(self) -> Fingerprint:
        """The origin of all vectors in the store."""
        return self._fingerprint

    @property
    def schema(self) -> dict[str, ColumnKind]:
        """The metadata columns that filters can use."""
        return {name: kind for name, (_, kind) in self._rows.columns().items()}

    @property
    def stamp(self) -> str:
        """What :meth:`set_stamp` was last given."""
        with self._connection.readable_errors():
            found: bytes | None = self._client.hget(self._rows.key("about"), "stamp")
        return (found or b"").decode()

    def set_stamp(self, stamp: str) -> None:
        """Keep a stamp."""
        with self._connection.readable_errors():
            self._client.hset(self._rows.key("about"), "stamp", stamp)

    def iterate(self, where: Filter | None = None, *, batch: int = 10_000) -> Iterator[Rows]:
        """Read the rows that pass the filter in batches; those deleted meanwhile are left out."""
        numbers = self._with_snapshot(
            lambda snapshot, rows: (
                snapshot.rows
                if (allowed := self._allowed(snapshot, rows, where)) is None
                else snapshot.rows[allowed]
            )
        )
        for start in range(0, len(numbers), batch):
            yield self._rows.read(numbers[start : start + batch])

    def close(self) -> None:
        """Release the index, and leave the connection to the engine."""
        with self._lock:
            self._latest = None

    def _write(self, batch: Batch) -> None:
        self._rows.upsert(batch)  # all at once

    def _delete(self, ids: list[str]) -> int:
        return self._rows.delete(ids)

    @contextmanager
    def _reading(self) -> Iterator[tuple[StoreState, RowReader]]:
        state = self._rows.state()
        yield state, PlainReader(self._rows, state)
