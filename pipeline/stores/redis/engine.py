"""The engine of Redis or Valkey: which kind of store a server can keep, and what stores it has.

With the search module a store is an index of that module. Without it, or with ``?search=faiss`` in
the address, Redis keeps rows and FAISS finds the nearest. A store stays of the kind it was made.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from pipeline.common.errors import InputError
from pipeline.stores.base import Fingerprint
from pipeline.stores.engine import EngineStore, check_found, check_name, no_store
from pipeline.stores.redis.connection import RedisConnection
from pipeline.stores.redis.keys import STORES, store_key
from pipeline.stores.redis.plain_rows import delete_plain_rows
from pipeline.stores.redis.plain_store import IndexFolders, RedisPlainStore, create_plain_store
from pipeline.stores.redis.search_store import (
    RedisSearchStore,
    create_search_store,
    delete_search_store,
    wait_for_index,
)


class RedisEngine:
    """A Redis server as a :class:`pipeline.stores.engine.Engine`.

    Args:
        uri: ``redis://user:password@host:port/0``, ``rediss://`` with TLS; ``?search=faiss`` to
            leave its search module alone, ``?search=module`` to insist on it.
    """

    keeps_batches_whole = True

    def __init__(self, uri: str) -> None:
        parts = urlsplit(uri)
        options = dict(parse_qsl(parts.query))
        wanted = options.pop("search", "")
        self._connection = RedisConnection(urlunsplit((*parts[:3], urlencode(options), "")))
        self._client, self.address = self._connection.client, self._connection.address
        module = self._connection.search_version
        if wanted not in ("", "faiss", "module"):
            raise InputError(
                "{address} has search={value}: give faiss or module, or leave it out",
                address=self.address,
                value=wanted[:40],
            )
        if wanted == "module" and not module:
            raise InputError(
                "{address} has no search module: start Redis Stack, Redis 8, or a server with "
                "redisearch.so",
                address=self.address,
            )
        self._has_module = bool(module)
        self._uses_module = self._has_module and wanted != "faiss"
        self.tolerance = 1e-5 if self._uses_module else 2e-3  # FAISS: large ones in half precision
        searched = f"search {module}" if self._uses_module else "FAISS"
        self.version = f"{self._connection.server}, {searched}"
        self._folders = IndexFolders(self.address)
        self._folders.keep_only(self.names)

    def open(
        self, name: str, fingerprint: Fingerprint | None = None, *, stamp: str | None = None
    ) -> EngineStore:
        """Open a store, or create it."""
        check_name(name)
        with self._connection.readable_errors():
            about = self._about(name)
            if about is None:
                if fingerprint is None:
                    raise no_store(name, self.address)
                self.delete(name)  # what may be left of another one
                create = create_search_store if self._uses_module else create_plain_store
                create(self._client, name, fingerprint)
                about = self._about(name) or {}
            precision: Any = about["precision"]
            kept = Fingerprint(about["model"], int(about["dimension"]), about["space"], precision)
            is_plain = about.get("kind") == "faiss"
            if not is_plain:
                wait_for_index(self._connection, name)
        check_found(name, self.address, (kept, about.get("stamp", "")), (fingerprint, stamp))
        if is_plain:
            return RedisPlainStore(self._connection, name, kept, self._folders.make(name))
        return RedisSearchStore(self._connection, name, kept)

    def delete(self, name: str) -> bool:
        """Delete a store."""
        check_name(name)
        with self._connection.readable_errors():
            existed = bool(self._client.srem(STORES, name))
            # Without its description it is none any more; then what it had goes.
            self._client.delete(f"{store_key(name)}:about")
            if self._has_module:
                delete_search_store(self._client, name)
            delete_plain_rows(self._client, name)
        self._folders.remove(name)
        return existed

    def names(self) -> list[str]:
        """The names of all stores."""
        with self._connection.readable_errors():
            return sorted(name.decode() for name in self._client.smembers(STORES))

    def close(self) -> None:
        """Release the connections."""
        self._client.close()

    def _about(self, name: str) -> dict[str, str] | None:
        """What is known of a store; None where there is none that this server can search."""
        found = self._client.hgetall(f"{store_key(name)}:about")
        about = {key.decode(): value.decode() for key, value in found.items()}
        if not about or (about.get("kind") != "faiss" and not self._has_module):
            return None
        return about
