"""The connection to a Milvus server, its collections, and its errors as one clear line."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

from pipeline.common.errors import InputError
from pipeline.filters.columns import ColumnKind
from pipeline.stores.base import Fingerprint
from pipeline.stores.engine import needs_extra, unavailable, without_password

LONG = "_long"  # the collection with the values that are too long for a field
NO_VECTOR = Fingerprint("", 2)  # of a collection that needs no vectors, but must have some
TEXT_BYTES = 65_535  # of a field
TIMEOUT = 60.0  # seconds
_PREFIX = "polyguest_"
_CONNECT_SECONDS = 10.0


class MilvusConnection:
    """A client of a server, for any thread.

    Args:
        uri: ``milvus://user:password@host:port/database``, ``milvuss://`` with TLS.

    Attributes:
        address: for people, without a password.
        client: of the library.
        version: of the server.
    """

    def __init__(self, uri: str) -> None:
        self.address = without_password(uri)
        parts = urlsplit(uri)
        with needs_extra("milvus", self.address):
            from pymilvus import MilvusClient
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # what it logs, it raises too
        scheme = "https" if parts.scheme == "milvuss" else "http"
        with self.readable_errors():
            self.client: Any = MilvusClient(
                uri=f"{scheme}://{parts.hostname or 'localhost'}:{parts.port or 19530}",
                user=unquote(parts.username or ""),
                password=unquote(parts.password or ""),
                db_name=parts.path.strip("/"),
                timeout=_CONNECT_SECONDS,
            )
            self.version = f"Milvus {self.client.get_server_version().lstrip('v')}"

    def make_collection(
        self,
        collection: str,
        fingerprint: Fingerprint,
        texts: Sequence[tuple[str, int]],
        others: Sequence[tuple[str, ColumnKind]] = (),
        *,
        dynamic: bool = True,
    ) -> None:
        """Make a collection with an id, a vector, and fields of text (name, bytes) or others."""
        from pymilvus import DataType

        schema = self.client.create_schema(auto_id=False, enable_dynamic_field=dynamic)
        schema.add_field("id", DataType.VARCHAR, max_length=600, is_primary=True)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=fingerprint.dimension)
        for field, most in texts:
            schema.add_field(field, DataType.VARCHAR, max_length=most)
        for field, kind in others:
            schema.add_field(field, DataType.DOUBLE if kind == "number" else DataType.INT64)
        index = self.client.prepare_index_params()
        index.add_index("vector", index_type="FLAT", metric_type="IP")
        with self.readable_errors():
            self.client.create_collection(
                collection, schema=schema, index_params=index, num_shards=1, timeout=TIMEOUT
            )

    def drop_collections(self, name: str) -> None:
        """Drop the collections of a store, as far as there are any."""
        for collection in (collection_of(name), f"{collection_of(name)}{LONG}"):
            with self.readable_errors():
                self.client.drop_collection(collection, timeout=TIMEOUT)

    @contextmanager
    def readable_errors(self) -> Iterator[None]:
        """Turn errors of the client into one clear line."""
        import grpc
        from pymilvus.exceptions import MilvusException

        try:
            yield
        except MilvusException as error:
            if "collection not found" in str(error) or "can't find collection" in str(error):
                raise InputError(
                    "A collection is missing in {address}: analyse the file again",
                    address=self.address,
                ) from error
            raise unavailable(self.address, error) from error
        except (grpc.RpcError, OSError) as error:
            raise unavailable(self.address, error) from error


def collection_of(name: str) -> str:
    """The collection of a store."""
    return f"{_PREFIX}{name}"
