"""The engine of Milvus: which stores a server has."""

from __future__ import annotations

from pipeline.stores.base import Fingerprint
from pipeline.stores.engine import check_found, check_name, no_store
from pipeline.stores.milvus.connection import MilvusConnection
from pipeline.stores.milvus.registry import StoreEntry, StoreRegistry
from pipeline.stores.milvus.store import MilvusStore


class MilvusEngine:
    """A Milvus server as a :class:`pipeline.stores.engine.Engine`.

    Args:
        uri: ``milvus://user:password@host:port/database``, ``milvuss://`` with TLS.
    """

    keeps_batches_whole = False
    tolerance = 1e-5

    def __init__(self, uri: str) -> None:
        self._connection = MilvusConnection(uri)
        self.address, self.version = self._connection.address, self._connection.version
        self._registry = StoreRegistry(self._connection)

    def open(
        self, name: str, fingerprint: Fingerprint | None = None, *, stamp: str | None = None
    ) -> MilvusStore:
        """Open a store, or create it."""
        check_name(name)
        entry = self._registry.entry(name, "Session")
        if entry is None or (stamp is not None and entry.stamp != stamp):
            entry = self._registry.entry(name, "Strong")  # what others have just written
        if entry is None:
            if fingerprint is None:
                raise no_store(name, self.address)
            self._drop(name)  # what a killed writer may have left
            entry = StoreEntry(fingerprint, "", {})
            self._registry.save(name, entry)
        check_found(name, self.address, (entry.fingerprint, entry.stamp), (fingerprint, stamp))
        return MilvusStore(self._connection, self._registry, name, entry)

    def delete(self, name: str) -> bool:
        """Delete a store."""
        check_name(name)
        existed = self._registry.entry(name, "Strong") is not None
        self._registry.remove(name)
        self._drop(name)
        return existed

    def names(self) -> list[str]:
        """The names of all stores."""
        return self._registry.names()

    def close(self) -> None:
        """Release the connection."""
        self._connection.client.close()

    def _drop(self, name: str) -> None:
        self._connection.drop_collections(name)
        self._registry.forget(name)
