"""What is known of the stores in a Milvus: a collection of its own, a row a store."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from pipeline.common.errors import InputError
from pipeline.filters.columns import ColumnKind
from pipeline.stores.base import Fingerprint
from pipeline.stores.milvus.connection import NO_VECTOR, TEXT_BYTES, TIMEOUT, MilvusConnection
from pipeline.stores.milvus.query import TRUE, quoted

_COLLECTION = "polyguest_stores"


@dataclass
class StoreEntry:
    """What the registry has of a store.

    Attributes:
        fingerprint: of the vectors.
        stamp: see :class:`pipeline.stores.engine.EngineStore`.
        columns: name -> place and kind; the first ``fields`` have a field of their own.
        fields: -1 while there is no collection, which is made with the first rows.
    """

    fingerprint: Fingerprint
    stamp: str
    columns: dict[str, tuple[int, ColumnKind]]
    fields: int = -1

    @property
    def kinds(self) -> dict[str, ColumnKind]:
        """The kinds of the columns."""
        return {name: kind for name, (_, kind) in self.columns.items()}


class StoreRegistry:
    """The entries of all stores.

    Args:
        connection: to the server.
    """

    def __init__(self, connection: MilvusConnection) -> None:
        self._connection, self._client = connection, connection.client
        self._read: dict[str, str] = {}  # stamps of the stores whose rows were waited for
        with connection.readable_errors():
            if not self._client.has_collection(_COLLECTION, timeout=TIMEOUT):
                fields = [("about", TEXT_BYTES)]
                connection.make_collection(_COLLECTION, NO_VECTOR, fields, dynamic=False)

    def names(self) -> list[str]:
        """The names of all stores, sorted."""
        with self._connection.readable_errors():
            found = self._client.query(
                _COLLECTION, filter=TRUE, output_fields=["id"], consistency_level="Strong"
            )
        return sorted(row["id"] for row in found)

    def entry(self, name: str, level: str) -> StoreEntry | None:
        """What the registry has of a store."""
        with self._connection.readable_errors():
            found = self._client.query(
                _COLLECTION,
                filter=f"id == {quoted(name)}",
                output_fields=["about"],
                consistency_level=level,
                timeout=TIMEOUT,
            )
        if not found:
            return None
        about = json.loads(found[0]["about"])
        columns = {name: (place, kind) for name, (place, kind) in about["columns"].items()}
        return StoreEntry(
            Fingerprint(**about["fingerprint"]), about["stamp"], columns, about["fields"]
        )

    def save(self, name: str, entry: StoreEntry) -> None:
        """Write what the registry has of a store."""
        about = json.dumps({**vars(entry), "fingerprint": asdict(entry.fingerprint)})
        if len(about) > TEXT_BYTES:  # JSON is ASCII
            raise InputError("The names of the columns are too long for Milvus: leave some out")
        row = {"id": name, "about": about, "vector": [0.0, 0.0]}
        with self._connection.readable_errors():
            self._client.upsert(_COLLECTION, [row], timeout=TIMEOUT)

    def level(self, name: str, stamp: str) -> str:
        """The consistency level of a read: rows that others have written are waited for once."""
        if self._read.get(name) == stamp:
            return "Session"
        self._read[name] = stamp
        return "Strong"

    def forget(self, name: str) -> None:
        """Let the next read of a store wait for what has just been written."""
        self._read.pop(name, None)

    def remove(self, name: str) -> None:
        """Remove a store's entry."""
        with self._connection.readable_errors():
            self._client.delete(_COLLECTION, ids=[name], timeout=TIMEOUT)
