"""The interface of a vector store, independent of the engine behind it.

Rows are identified by a string id; batches are arrays and plain columns. Nothing here depends on
SQLite or FAISS, so that another engine can implement the same protocol:
``docs/stores.md`` describes how.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias

import numpy as np

from pipeline.common.errors import InputError
from pipeline.filters.columns import ColumnKind
from pipeline.filters.expressions import Filter

_MAX_LENGTH = 10_000.0  # of a vector; float16 ends at 65,504, and embeddings have length 1
Precision: TypeAlias = Literal["float32", "float16"]


class StoreUnavailableError(InputError):
    """A store can't be used now without being damaged: it is in use, or the disk is full."""


@dataclass(frozen=True)
class Fingerprint:
    """The origin of a store's vectors; vectors of different fingerprints are never mixed.

    Attributes:
        model: the encoder's fingerprint.
        dimension: length of a vector.
        space: "raw", or the fingerprint of the neutral space of the vectors.
        precision: the precision in which the store keeps them.
    """

    model: str
    dimension: int
    space: str = "raw"
    precision: Precision = "float32"

    def check(self, other: Fingerprint) -> None:
        """Check that vectors of another fingerprint may enter the store.

        Raises:
            InputError: the fingerprints differ; the message says where.
        """
        names = ("model", "dimension", "space", "precision")
        differing = [name for name in names if getattr(self, name) != getattr(other, name)]
        if differing:
            first = differing[0]
            raise InputError(
                "The store holds vectors of another {differing} ({value}, not {other}): "
                "vectors can't be mixed; analyse the file again",
                differing=" and ".join(differing),
                value=getattr(self, first),
                other=getattr(other, first),
            )


@dataclass(frozen=True)
class NearestRows:
    """The nearest rows of q queries, best first.

    Every query has the same number k of hits: ``top``, or all rows that pass the filter where
    these are fewer.

    Attributes:
        ids: object (q, k), strings.
        scores: float32 (q, k), inner products; cosines for vectors of length 1.
    """

    ids: np.ndarray
    scores: np.ndarray


@dataclass(frozen=True)
class Rows:
    """A batch of rows.

    Attributes:
        ids: object (n,), strings.
        vectors: float32 (n, d).
        metadata: column -> n values: object (None where missing), float64 or datetime64[D].
        texts: object (n,), None where a row has no text.
    """

    ids: np.ndarray
    vectors: np.ndarray
    metadata: dict[str, np.ndarray]
    texts: np.ndarray


class VectorStore(Protocol):
    """Vectors, metadata and texts by id. A write that has returned is durable."""

    @property
    def fingerprint(self) -> Fingerprint:
        """The origin of all vectors in the store."""
        ...

    @property
    def schema(self) -> dict[str, ColumnKind]:
        """The metadata columns that filters can use."""
        ...

    def upsert(
        self,
        ids: Sequence[str],
        vectors: np.ndarray,
        metadata: Mapping[str, Any],
        texts: Sequence[str] | None = None,
    ) -> None:
        """Insert rows or replace those with the same id; of equal ids in a batch the last counts.

        Args:
            ids: n strings, none empty.
            vectors: float (n, d), finite.
            metadata: column -> n values, see :func:`pipeline.filters.columns.make_column`. A new
                column is added to the schema; its values are missing in earlier rows.
            texts: n texts, or None.

        Raises:
            InputError: vectors of another dimension or with NaN, a column of another kind than
                before, an empty id. The store is unchanged then.
        """
        ...

    def delete(self, ids: Sequence[str]) -> int:
        """Delete rows and return how many existed. Unknown ids are ignored."""
        ...

    def search(
        self, queries: np.ndarray, *, top: int = 20, where: Filter | None = None
    ) -> NearestRows:
        """Find the rows nearest to each query among those that pass the filter.

        Args:
            queries: float (q, d).
            top: maximum number of hits per query.
            where: applied before ranking.

        Raises:
            InputError: queries of another dimension or with NaN, or a filter that doesn't fit the
                schema.
        """
        ...

    def get(self, ids: Sequence[str]) -> Rows:
        """Read the rows with these ids, in this order.

        Raises:
            InputError: an unknown id.
        """
        ...

    def count(self, where: Filter | None = None) -> int:
        """Count the rows that pass the filter."""
        ...

    def iterate(self, where: Filter | None = None, *, batch: int = 10_000) -> Iterator[Rows]:
        """Read the rows that pass the filter in batches, as of the start of the iteration."""
        ...

    def close(self) -> None:
        """Release files and connections; nothing needs to be flushed."""
        ...


def check_vectors(vectors: np.ndarray, dimension: int, *, what: str = "vectors") -> np.ndarray:
    """Validate vectors and return them as a contiguous float32 array (n, d).

    Raises:
        InputError: another shape; NaN, infinite or huge numbers.
    """
    array = np.ascontiguousarray(vectors, np.float32)
    if array.ndim != 2 or array.shape[1] != dimension:
        raise InputError(
            "The {what} must have the shape (n, {dimension}), but theirs is {shape}",
            what=what,
            dimension=dimension,
            shape=array.shape,
        )
    squares = np.einsum("ij,ij->i", array, array)
    invalid = ~(squares <= _MAX_LENGTH**2)  # true for NaN as well
    if invalid.any():
        row = int(np.flatnonzero(invalid)[0]) + 1
        raise InputError(
            "The {what} hold numbers that are not finite or far too large, first in row {row}",
            what=what,
            row=row,
        )
    return array
