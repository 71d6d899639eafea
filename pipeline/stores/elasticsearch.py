"""Vector stores in Elasticsearch: an index for each, searched exactly (a flat ``dense_vector``).

Written for what the documentation of Elasticsearch 8.15 and newer says; docs/stores.md says what of
it was run. A bulk request is not a transaction, so that a writer that is killed leaves some rows of
its batch as they were and others as they were to become.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

import numpy as np

from pipeline.common.errors import InputError
from pipeline.filters.binding import bind
from pipeline.filters.columns import Column, ColumnKind, days_since_epoch
from pipeline.filters.expressions import And, Filter, In, IsMissing, Not, Or, Range, Value
from pipeline.stores.base import Fingerprint, NearestRows, Rows, check_vectors
from pipeline.stores.batch import (
    Batch,
    from_cells,
    make_batch,
    missing_values,
    new_columns,
    to_cells,
)
from pipeline.stores.engine import (
    as_nearest,
    check_ids,
    check_name,
    nearest_of,
    needs_extra,
    no_store,
    stamp_differs,
    unavailable,
    unknown_id,
    without_password,
)
from pipeline.stores.long_values import shorten
from pipeline.text.normalise import replace_surrogates

_PREFIX = "polyguest-"
_KEYWORD_BYTES = 8_000  # of a text as it is compared; 32,766 are allowed
_MOST = 10_000  # hits of a request
_REQUEST_BYTES = 20_000_000  # a server takes 100 MB
_SECONDS = 60.0
_HUGE = 1.7976931348623157e308  # stands for infinity, which JSON has not
_RRF = 60  # the constant of reciprocal rank fusion (Cormack et al. 2009)
_NOTHING: dict[str, Any] = {"match_none": {}}


class ElasticsearchEngine:
    """An Elasticsearch server as a :class:`pipeline.stores.engine.Engine`.

    Args:
        uri: ``elasticsearch://user:password@host:9200``, ``elasticsearchs://`` with TLS. The user
            ``api-key`` with a key as the password stands for an API key.
    """

    keeps_batches_whole = False
    tolerance = 1e-5

    def __init__(self, uri: str) -> None:
        self.address = without_password(uri)
        parts = urlsplit(uri)
        with needs_extra("elasticsearch", self.address):
            from elasticsearch import Elasticsearch
        scheme = "https" if parts.scheme == "elasticsearchs" else "http"
        options: dict[str, Any] = {}
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        if user == "api-key":
            options["api_key"] = password
        elif user:
            options["basic_auth"] = (user, password)
        self.client: Any = Elasticsearch(
            f"{scheme}://{parts.hostname or 'localhost'}:{parts.port or 9200}",
            request_timeout=_SECONDS,
            retry_on_timeout=True,
            max_retries=2,
            **options,
        )
        with self.readable_errors():
            self.version = f"Elasticsearch {self.client.info()['version']['number']}"
        number = self.version.split()[1]
        if tuple(map(int, number.split(".")[:2])) < (8, 15):
            raise InputError(
                "{address} is no Elasticsearch that can be used ({version}): version 8.15 or newer "
                "is needed",
                address=self.address,
                version=number,
            )

    def open(
        self, name: str, fingerprint: Fingerprint | None = None, *, stamp: str | None = None
    ) -> ElasticsearchStore:
        """Open a store, or create it."""
        about = self.about(name)
        if about is None:
            if fingerprint is None:
                raise no_store(name, self.address)
            self._create(name, fingerprint)
            about = self.about(name)
            if about is None:  # somebody has deleted it already
                raise no_store(name, self.address)
        store = ElasticsearchStore(self, name, Fingerprint(**about["fingerprint"]))
        if fingerprint is not None:
            store.fingerprint.check(fingerprint)
        if stamp is not None and about.get("stamp", "") != stamp:
            raise stamp_differs(name, self.address)
        return store

    def delete(self, name: str) -> bool:
        """Delete a store."""
        index = index_of(name)
        with self.readable_errors():
            existed = bool(self.client.indices.exists(index=index))
            if existed:
                self.client.indices.delete(index=index, ignore_unavailable=True)
        return existed

    def names(self) -> list[str]:
        """The names of all stores."""
        with self.readable_errors():
            found = self.client.indices.get_mapping(index=f"{_PREFIX}*", allow_no_indices=True)
        return sorted(index.removeprefix(_PREFIX) for index in found)

    def close(self) -> None:
        """Release the connections."""
        self.client.close()

    def about(self, name: str) -> dict[str, Any] | None:
        """What an index says of itself: fingerprint, stamp and columns."""
        from elasticsearch import NotFoundError

        with self.readable_errors():
            try:
                found = self.client.indices.get_mapping(index=index_of(name))
            except NotFoundError:
                return None
        mappings = next(iter(found.values()))["mappings"]
        about: dict[str, Any] = mappings.get("_meta") or {}
        return about if "fingerprint" in about else None

    @contextmanager
    def readable_errors(self) -> Iterator[None]:
        """Turn errors of the client into one clear line."""
        from elasticsearch import ApiError, NotFoundError, TransportError

        try:
            yield
        except NotFoundError as error:
            raise InputError(
                "An index is missing in {address}: analyse the file again", address=self.address
            ) from error
        except (ApiError, TransportError, OSError) as error:
            raise unavailable(self.address, error) from error

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
        with self.readable_errors():
            self.client.indices.create(index=index_of(name), mappings=mappings, settings=settings)


class ElasticsearchStore:
    """A :class:`pipeline.stores.engine.EngineStore` in an Elasticsearch server; thread-safe."""

    def __init__(self, engine: ElasticsearchEngine, name: str, fingerprint: Fingerprint) -> None:
        self.fingerprint = fingerprint
        self._engine, self._client = engine, engine.client
        self._name, self._index = name, index_of(name)

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
        with self._engine.readable_errors():
            self._client.indices.forcemerge(index=self._index, max_num_segments=1)

    def upsert(
        self,
        ids: Sequence[str],
        vectors: np.ndarray,
        metadata: Mapping[str, Any],
        texts: Sequence[str] | None = None,
    ) -> None:
        """Insert or replace rows; durable and found when this returns."""
        batch = make_batch(ids, vectors, metadata, texts, self.fingerprint.dimension)
        check_ids(batch.ids)
        columns = self._add_columns(batch.columns)
        part: list[dict[str, Any]] = []
        size = 0
        for name, row in zip(batch.ids, self._to_documents(batch, columns), strict=True):
            part += [{"index": {"_id": name}}, row]
            size += 400 + 14 * self.fingerprint.dimension + 6 * len(row.get("text") or "")
            size += sum(6 * len(v) for v in row["kept"].values() if isinstance(v, str))
            if size > _REQUEST_BYTES:
                self._bulk(part)
                part, size = [], 0
        self._bulk(part)
        with self._engine.readable_errors():
            self._client.indices.refresh(index=self._index)

    def delete(self, ids: Sequence[str]) -> int:
        """Delete rows and return how many existed."""
        names = list(dict.fromkeys(replace_surrogates(str(name)) for name in ids))
        deleted = 0
        for start in range(0, len(names), _MOST):
            part = [{"delete": {"_id": name}} for name in names[start : start + _MOST] if name]
            deleted += self._bulk(part)
        with self._engine.readable_errors():
            self._client.indices.refresh(index=self._index)
        return deleted

    def search(
        self, queries: np.ndarray, *, top: int = 20, where: Filter | None = None
    ) -> NearestRows:
        """Find the rows nearest to each query among those that pass the filter."""
        array = check_vectors(queries, self.fingerprint.dimension, what="queries")
        condition = self._condition(where)
        if top <= 0 or not len(array):
            return as_nearest([[] for _ in array])
        if top > _MOST and (top := min(top, self.count(where))) > _MOST:
            return nearest_of(self.iterate(where), array, top)
        hits = [self._nearest(query, max(top, 1), condition) for query in array]
        return as_nearest(hits)

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
        (array,) = check_vectors(query[None], self.fingerprint.dimension, what="queries")
        condition = self._condition(where)
        depth = min(max(top, 100), _MOST)
        near = [name for name, _ in self._nearest(array, depth, condition)]
        matching = {"bool": {"must": [{"match": {"text": text}}], "filter": [condition]}}
        with self._engine.readable_errors():
            found = self._client.search(index=self._index, query=matching, size=depth, source=False)
        worded = [hit["_id"] for hit in found["hits"]["hits"]]
        scores: dict[str, float] = {}
        for ranking in (near, worded):
            for rank, name in enumerate(ranking, 1):
                scores[name] = scores.get(name, 0.0) + 1 / (_RRF + rank)
        return sorted(scores.items(), key=lambda pair: -pair[1])[:top]

    def get(self, ids: Sequence[str]) -> Rows:
        """Read the rows with these ids, in this order."""
        names = [replace_surrogates(str(name)) for name in ids]
        columns = self._columns()
        found: dict[str, dict[str, Any]] = {}
        distinct = list(dict.fromkeys(names))
        for start in range(0, len(distinct), 2_000):
            with self._engine.readable_errors():
                answer = self._client.mget(
                    index=self._index, ids=distinct[start : start + 2_000], source=_READ
                )
            found |= {d["_id"]: d["_source"] for d in answer["docs"] if d.get("found")}
        missing = next((name for name in names if name not in found), None)
        if missing is not None:
            raise unknown_id(missing)
        return self._rows([found[name] for name in names], columns)

    def count(self, where: Filter | None = None) -> int:
        """Count the rows that pass the filter."""
        condition = self._condition(where)
        with self._engine.readable_errors():
            return int(self._client.count(index=self._index, query=condition)["count"])

    def iterate(self, where: Filter | None = None, *, batch: int = 10_000) -> Iterator[Rows]:
        """Read the rows that pass the filter in batches, with what is written meanwhile."""
        condition, columns = self._condition(where), self._columns()
        after: list[Any] | None = None
        while True:
            with self._engine.readable_errors():
                answer = self._client.search(
                    index=self._index,
                    query=condition,
                    size=min(batch, _MOST),
                    sort=[{"row": "asc"}],
                    source=_READ,
                    track_total_hits=False,
                    **({"search_after": after} if after else {}),
                )
            hits = answer["hits"]["hits"]
            if not hits:
                return
            after = hits[-1]["sort"]
            yield self._rows([hit["_source"] for hit in hits], columns)

    def close(self) -> None:
        """Leave the connections to the engine."""

    def _nearest(
        self, query: np.ndarray, top: int, condition: Mapping[str, Any]
    ) -> list[tuple[str, float]]:
        with self._engine.readable_errors():
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
        with self._engine.readable_errors():
            answer = self._client.bulk(index=self._index, operations=operations)
        results = [result for item in answer["items"] for result in item.values()]
        refused = next((r["error"] for r in results if "error" in r), None)
        if refused is not None:
            raise unavailable(self._engine.address, RuntimeError(str(refused.get("reason"))))
        return sum(result.get("result") == "deleted" for result in results)

    def _about(self) -> dict[str, Any]:
        about = self._engine.about(self._name)
        if about is None:
            raise no_store(self._name, self._engine.address)
        return about

    def _set_about(
        self, about: Mapping[str, Any], properties: Mapping[str, Any] | None = None
    ) -> None:
        with self._engine.readable_errors():
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

    def _to_documents(
        self, batch: Batch, columns: Mapping[str, tuple[int, ColumnKind]]
    ) -> Iterator[dict[str, Any]]:
        half = self.fingerprint.precision == "float16"
        vectors = batch.vectors.astype(np.float16).astype(np.float32) if half else batch.vectors
        cells = [(*columns[name], to_cells(column)) for name, column in batch.columns.items()]
        for n, name in enumerate(batch.ids):
            row: dict[str, Any] = {"row": name, "vector": vectors[n].tolist()}
            # A digit of a number in JSON may be lost: the bytes are what is read.
            row["bytes"] = base64.b64encode(vectors[n].tobytes()).decode()
            row["kept"] = {f"c{p}": _json(v[n]) for p, _, v in cells if v[n] is not None}
            row |= {
                f"c{p}": shorten(v[n], _KEYWORD_BYTES) if kind == "text" else _json(v[n])
                for p, kind, v in cells
                if v[n] is not None
            }
            if batch.texts is not None:
                row["text"] = batch.texts[n]
            yield row

    def _rows(
        self,
        found: Sequence[Mapping[str, Any]],
        columns: Mapping[str, tuple[int, ColumnKind]],
    ) -> Rows:
        metadata = {}
        for name, (place, kind) in columns.items():
            cells = [row.get("kept", {}).get(f"c{place}") for row in found]
            if kind == "number":
                cells = [
                    c if c is None or abs(c) < _HUGE else math.copysign(math.inf, c) for c in cells
                ]
            metadata[name] = from_cells(cells, kind) if cells else missing_values(kind, 0)
        blobs = b"".join(base64.b64decode(row["bytes"]) for row in found)
        vectors = np.frombuffer(blobs, np.float32).reshape(len(found), self.fingerprint.dimension)
        return Rows(
            from_cells([row["row"] for row in found], "text"),
            vectors.copy(),
            metadata,
            from_cells([row.get("text") for row in found], "text"),
        )

    def _condition(self, where: Filter | None) -> dict[str, Any]:
        if where is None:
            return {"match_all": {}}
        columns = self._columns()
        return _translate(bind(where, {name: kind for name, (_, kind) in columns.items()}), columns)


_READ = ["row", "bytes", "kept", "text"]


def index_of(name: str) -> str:
    """The index of a store."""
    return f"{_PREFIX}{check_name(name)}"


def _translate(bound: Filter, columns: Mapping[str, tuple[int, ColumnKind]]) -> dict[str, Any]:
    """A bound filter as a query."""
    if isinstance(bound, And):
        parts = [_translate(part, columns) for part in bound.parts]
        return {"bool": {"filter": parts}} if parts else {"match_all": {}}
    if isinstance(bound, Or):
        parts = [_translate(part, columns) for part in bound.parts]
        return {"bool": {"should": parts, "minimum_should_match": 1}} if parts else _NOTHING
    if isinstance(bound, Not):
        return {"bool": {"must_not": [_translate(bound.part, columns)]}}
    field = f"c{columns[bound.column][0]}"
    if isinstance(bound, IsMissing):
        return {"bool": {"must_not": [{"exists": {"field": field}}]}}
    if isinstance(bound, Range):
        ends = {}
        if bound.low is not None:
            ends["gt" if bound.open_low else "gte"] = _value(bound.low)
        if bound.high is not None:
            ends["lt" if bound.open_high else "lte"] = _value(bound.high)
        return {"range": {field: ends}} if ends else {"exists": {"field": field}}
    chosen = bound.values if isinstance(bound, In) else (bound.value,)
    return {"terms": {field: [_value(value) for value in chosen]}} if chosen else _NOTHING


def _value(value: Value) -> Any:  # noqa: ANN401 - as JSON has it
    if isinstance(value, np.datetime64):
        return days_since_epoch(value)
    if isinstance(value, str):
        return shorten(replace_surrogates(value), _KEYWORD_BYTES)
    return _json(value)


def _json(value: Any) -> Any:  # noqa: ANN401
    """A value as JSON has it."""
    return min(max(value, -_HUGE), _HUGE) if isinstance(value, float) else value


def _inner_product(score: float) -> float:
    """The inner product in a score of the similarity ``max_inner_product``."""
    return score - 1 if score >= 1 else 1 - 1 / score
