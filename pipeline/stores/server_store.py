"""What the stores of all servers do alike: checks before what is sent, the order after it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pipeline.filters.expressions import Filter
from pipeline.stores.base import Fingerprint, NearestRows, Rows, check_vectors
from pipeline.stores.batch import Batch, make_batch
from pipeline.stores.engine import as_nearest, check_ids, unknown_id
from pipeline.text.normalise import replace_surrogates


class ServerWriter(ABC):
    """How rows of a :class:`pipeline.stores.engine.EngineStore` are written and deleted."""

    @property
    @abstractmethod
    def fingerprint(self) -> Fingerprint:
        """The origin of all vectors in the store."""

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
        self._write(batch)

    def delete(self, ids: Sequence[str]) -> int:
        """Delete rows and return how many existed."""
        names = list(dict.fromkeys(self._to_id(name) for name in ids))
        return self._delete(names) if names else 0

    @staticmethod
    def _to_id(name: object) -> str:
        """An id as the engine keeps it."""
        return replace_surrogates(str(name))

    @abstractmethod
    def _write(self, batch: Batch) -> None:
        """Insert or replace rows."""

    @abstractmethod
    def _delete(self, ids: list[str]) -> int:
        """Delete the rows with these ids, one at least, and return how many existed."""


class ServerStore(ServerWriter):
    """A :class:`pipeline.stores.engine.EngineStore`, but for what is each engine's own."""

    def search(
        self, queries: np.ndarray, *, top: int = 20, where: Filter | None = None
    ) -> NearestRows:
        """Find the rows nearest to each query among those that pass the filter."""
        array = check_vectors(queries, self.fingerprint.dimension, what="queries")
        if top <= 0 or not len(array):
            return as_nearest([[] for _ in array])
        return self._nearest(array, top, where)

    def get(self, ids: Sequence[str]) -> Rows:
        """Read the rows with these ids, in this order."""
        names = [self._to_id(name) for name in ids]
        found, columns = self._read(list(dict.fromkeys(names)))
        missing = next((name for name in names if name not in found), None)
        if missing is not None:
            raise unknown_id(missing)
        return self._to_rows([found[name] for name in names], columns)

    def close(self) -> None:
        """Leave the connections to the engine."""

    @abstractmethod
    def _nearest(self, queries: np.ndarray, top: int, where: Filter | None) -> NearestRows:
        """The hits of queries, one at least: float32 (q, d), ``top`` or as many as pass."""

    @abstractmethod
    def _read(self, ids: list[str]) -> tuple[Mapping[str, Any], Any]:
        """The rows of distinct ids as the engine gives them, by id, and their columns."""

    @abstractmethod
    def _to_rows(self, found: Sequence[Any], columns: Any) -> Rows:  # noqa: ANN401 - the engine's
        """Rows of what the engine gives."""
