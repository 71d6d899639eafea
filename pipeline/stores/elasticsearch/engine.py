"""The engine of Elasticsearch: which stores a server has."""

from __future__ import annotations

from pipeline.stores.base import Fingerprint
from pipeline.stores.elasticsearch.connection import PREFIX, ElasticsearchConnection, index_of
from pipeline.stores.elasticsearch.store import ElasticsearchStore
from pipeline.stores.engine import check_found, no_store


class ElasticsearchEngine:
    """An Elasticsearch server as a :class:`pipeline.stores.engine.Engine`.

    Args:
        uri: ``elasticsearch://user:password@host:9200``, ``elasticsearchs://`` with TLS. The user
            ``api-key`` with a key as the password stands for an API key.
    """

    keeps_batches_whole = False
    tolerance = 1e-5

    def __init__(self, uri: str) -> None:
        self._connection = ElasticsearchConnection(uri)
        self.address, self.version = self._connection.address, self._connection.version

    def open(
        self, name: str, fingerprint: Fingerprint | None = None, *, stamp: str | None = None
    ) -> ElasticsearchStore:
        """Open a store, or create it."""
        about = self._connection.about(name)
        if about is None:
            if fingerprint is None:
                raise no_store(name, self.address)
            self._create(name, fingerprint)
            about = self._connection.about(name)
            if about is None:  # somebody has deleted it already
                raise no_store(name, self.address)
        kept = Fingerprint(**about["fingerprint"])
        check_found(name, self.address, (kept, about.get("stamp", "")), (fingerprint, stamp))
        return ElasticsearchStore(self._connection, name, kept)

    def delete(self, name: str) -> bool:
        """Delete a store."""
        index = index_of(name)
        with self._connection.readable_errors():
            existed = bool(self._connection.client.indices.exists(index=index))
            if existed:
                self._connection.client.indices.delete(index=index, ignore_unavailable=True)
        return existed

    def names(self) -> list[str]:
        """The names of all stores."""
        with self._connection.readable_errors():
            found = self._connection.client.indices.get_mapping(
                index=f"{PREFIX}*", allow_no_indices=True
            )
        return sorted(index.removeprefix(PREFIX) for index in found)

    def close(self) -> None:
        """Release the connections."""
        self._connection.client.close()

    def _create(self, name: str, fingerprint: Fingerprint) -> None:
        mappings = {
            "dynamic": False,
            "_meta": {"fingerprint": vars(fingerprint), "stamp": "", "columns": {}},
            "properties": {
                "row": {"type": "keyword"},  # the id, to sort by
                "vector": {
                    "type": "dense_vector",
                    "dims": fingerprint.dimension,
                    "index": True,
                    "similarity": "max_inner_product",
                    "index_options": {"type": "flat"},
                },
                "text": {"type": "text"},
            },
        }
        settings = {"number_of_shards": 1}
        with self._connection.readable_errors():
            self._connection.client.indices.create(
                index=index_of(name), mappings=mappings, settings=settings
            )
