"""A vector store in Elasticsearch: an index, searched exactly (a flat ``dense_vector``).

Written for what the documentation of Elasticsearch 8.15 and newer says; docs/stores.md says what of
it was run. A bulk request is not a transaction, so that a writer that is killed leaves some rows of
its batch as they were and others as they were to become.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from pipeline.filters.binding import bind
from pipeline.filters.columns import Column, ColumnKind
from pipeline.filters.expressions import Filter
from pipeline.stores.base import Fingerprint, NearestRows, Rows, check_vectors
from pipeline.stores.batch import Batch, new_columns
from pipeline.stores.elasticsearch.connection import ElasticsearchConnection, index_of
from pipeline.stores.elasticsearch.query import EVERYTHING, to_query
from pipeline.stores.elasticsearch.rows import READ, to_documents, to_rows
from pipeline.stores.engine import as_nearest, nearest_of, no_store, unavailable
from pipeline.stores.server_store import ServerStore

_MOST = 10_000  # hits of a request
_REQUEST_BYTES = 20_000_000  # a server takes 100 MB
_RRF = 60  # the constant of reciprocal rank fusion (Cormack et al. 2009)


class ElasticsearchStore(ServerStore):
    """A :class:`pipeline.stores.engine.EngineStore` in an Elasticsearch server; thread-safe."""

    def __init__(
        self, connection: ElasticsearchConnection, name: str, fingerprint: Fingerprint
    ) -> None:
        self._connection, self._client = connection, connection.client
        self._name, self._index, self._fingerprint = name, index_of(name), fingerprint

    @property
    def fingerprint(self) -> Fingerprint:
        """The origin of all vectors in the store."""
        return self._fingerprint

    @property
    def schema(self) -> dict[str, ColumnKind]:
        """The metadata columns that filters can use."""
        return {name: kind for name, (_, kind) in self._columns().items()}

    @property
    def stamp(self) -> str:
        """What :meth:`set_stamp` was last given."""
        return str(self._about()["stamp"])

    def set_stamp(self, stamp: str) -> None:
        """Keep a stamp."""
        self._set_about({**self._about(), "stamp": stamp})

    def optimise(self) -> None:
        """Merge the segments, which search then reads in one go."""
        with self._connection.readable_errors():
            self._client.indices.forcemerge(index=self._index, max_num_segments=1)

    def search_hybrid(
        self, query: np.ndarray, text: str, *, top: int = 20, where: Filter | None = None
    ) -> list[tuple[str, float]]:
        """Rank rows by their vectors and by BM25 of their texts, fused by reciprocal rank.

        The ranks are fused here rather than by the server's ``rrf`` retriever, which its free
        licence doesn't include.

        Args:
            query: float (d,).
            text: that a reader has typed.
            top: maximum number of hits.
            where: applied before both rankings.

        Returns:
            (id, fused score) pairs, best first.
        """
        (array,) = check_vectors(query[None], self._fingerprint.dimension, what="queries")
        condition = self._condition(where)
        depth = min(max(top, 100), _MOST)
        near = [name for name, _ in self._nearest_hits(array, depth, condition)]
        matching = {"bool": {"must": [{"match": {"text": text}}], "filter": [condition]}}
        with self._connection.readable_errors():
            found = self._client.search(index=self._index, query=matching, size=depth, source=False)
        worded = [hit["_id"] for hit in found["hits"]["hits"]]
        scores: dict[str, float] = {}
        for ranking in (near, worded):
            for rank, name in enumerate(ranking, 1):
                scores[name] = scores.get(name, 0.0) + 1 / (_RRF + rank)
        return sorted(scores.items(), key=lambda pair: -pair[1])[:top]

    def count(self, where: Filter | None = None) -> int:
        """Count the rows that pass the filter."""
        condition = self._condition(where)
        with self._connection.readable_errors():
            return int(self._client.count(index=self._index, query=condition)["count"])

    def iterate(self, where: Filter | None = None, *, batch: int = 10_000) -> Iterator[Rows]:
        """Read the rows that pass the filter in batches, with what is written meanwhile."""
        condition, columns = self._condition(where), self._columns()
        after: list[Any] | None = None
        while True:
            with self._connection.readable_errors():
                answer = self._client.search(
                    index=self._index,
                    query=condition,
                    size=min(batch, _MOST),
                    sort=[{"row": "asc"}],
                    source=READ,
                    track_total_hits=False,
                    **({"search_after": after} if after else {}),
                )
            hits = answer["hits"]["hits"]
            if not hits:
                return
            after = hits[-1]["sort"]
            yield self._to_rows([hit["_source"] for hit in hits], columns)

    def _write(self, batch: Batch) -> None:
        columns = self._add_columns(batch.columns)
        part: list[dict[str, Any]] = []
        size = 0
        for name, row in zip(
            batch.ids, to_documents(batch, columns, self._fingerprint), strict=True
        ):
            part += [{"index": {"_id": name}}, row]
            size += 400 + 14 * self._fingerprint.dimension + 6 * len(row.get("text") or "")
            size += sum(6 * len(v) for v in row["kept"].values() if isinstance(v, str))
            if size > _REQUEST_BYTES:
                self._bulk(part)
                part, size = [], 0
        self._bulk(part)
        with self._connection.readable_errors():
            self._client.indices.refresh(index=self._index)

    def _delete(self, ids: list[str]) -> int:
        deleted = 0
        for start in range(0, len(ids), _MOST):
            part = [{"delete": {"_id": name}} for name in ids[start : start + _MOST] if name]
            deleted += self._bulk(part)
        with self._connection.readable_errors():
            self._client.indices.refresh(index=self._index)
        return deleted

    def _nearest(self, queries: np.ndarray, top: int, where: Filter | None) -> NearestRows:
        condition = self._condition(where)
        if top > _MOST and (top := min(top, self.count(where))) > _MOST:
            return nearest_of(self.iterate(where), queries, top)
        return as_nearest([self._nearest_hits(query, max(top, 1), condition) for query in queries])

    def _read(self, ids: list[str]) -> tuple[Mapping[str, Any], Any]:
        columns = self._columns()
        found: dict[str, dict[str, Any]] = {}
        for start in range(0, len(ids), 2_000):
            with self._connection.readable_errors():
                answer = self._client.mget(
                    index=self._index, ids=ids[start : start + 2_000], source=READ
                )
            found |= {d["_id"]: d["_source"] for d in answer["docs"] if d.get("found")}
        return found, columns

    def _to_rows(self, found: Sequence[Any], columns: Any) -> Rows:  # noqa: ANN401
        return to_rows(found, columns, self._fingerprint)

    def _nearest_hits(
        self, query: np.ndarray, top: int, condition: Mapping[str, Any]
    ) -> list[tuple[str, float]]:
        with self._connection.readable_errors():
            found = self._client.search(
                index=self._index,
                knn={
                    "field": "vector",
                    "query_vector": query.tolist(),
                    "k": top,
                    "num_candidates": min(max(top, 100), _MOST),
                    "filter": condition,
                },
                size=top,
                source=False,
            )
        return [(hit["_id"], _inner_product(hit["_score"])) for hit in found["hits"]["hits"]]

    def _bulk(self, operations: list[dict[str, Any]]) -> int:
        """Send a bulk request; how many rows it has found to delete.

        Raises:
            StoreUnavailableError: a row was refused.
        """
        if not operations:
            return 0
        with self._connection.readable_errors():
            answer = self._client.bulk(index=self._index, operations=operations)
        results = [result for item in answer["items"] for result in item.values()]
        refused = next((r["error"] for r in results if "error" in r), None)
        if refused is not None:
            raise unavailable(self._connection.address, RuntimeError(str(refused.get("reason"))))
        return sum(result.get("result") == "deleted" for result in results)

    def _about(self) -> dict[str, Any]:
        about = self._connection.about(self._name)
        if about is None:
            raise no_store(self._name, self._connection.address)
        return about

    def _set_about(
        self, about: Mapping[str, Any], properties: Mapping[str, Any] | None = None
    ) -> None:
        with self._connection.readable_errors():
            self._client.indices.put_mapping(
                index=self._index, meta=about, properties=properties or {"text": {"type": "text"}}
            )

    def _columns(self) -> dict[str, tuple[int, ColumnKind]]:
        """The metadata columns: name -> place and kind."""
        return {name: (place, kind) for name, (place, kind) in self._about()["columns"].items()}

    def _add_columns(self, columns: Mapping[str, Column]) -> dict[str, tuple[int, ColumnKind]]:
        about = self._about()
        known = {name: (place, kind) for name, (place, kind) in about["columns"].items()}
        names = new_columns(columns, {name: kind for name, (_, kind) in known.items()})
        if names:
            types = {"text": "keyword", "number": "double", "date": "long"}
            properties = {}
            for name in names:
                known[name] = (len(known), columns[name].kind)
                properties[f"c{len(known) - 1}"] = {"type": types[columns[name].kind]}
            self._set_about({**about, "columns": known}, properties)
        return known

    def _condition(self, where: Filter | None) -> dict[str, Any]:
        if where is None:
            return EVERYTHING
        columns = self._columns()
        return to_query(bind(where, {name: kind for name, (_, kind) in columns.items()}), columns)


def _inner_product(score: float) -> float:
    """The inner product in a score of the similarity ``max_inner_product``."""
    return score - 1 if score >= 1 else 1 - 1 / score
