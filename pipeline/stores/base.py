"""What a vector store promises, whatever engine stands behind it.

Rows are found by an id, a text. Batches are arrays and plain columns. Nothing here speaks of
SQLite or FAISS, so that pgvector or Qdrant can stand behind the same lines; ``docs/store.md``
says how.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias

import numpy as np

from pipeline.common.errors import InputError
from pipeline.filters.columns import Kind
from pipeline.filters.expressions import Filter

_LONGEST = 10_000.0  # of a vector; float16 ends at 65,504, and lengths are 1
Precision: TypeAlias = Literal["float32", "float16"]


@dataclass(frozen=True)
class Fingerprint:
    """Where vectors come from; vectors of different fingerprints are never mixed.

    Attributes:
        model: the encoder's fingerprint.
        dimension: numbers a vector.
        space: "raw", or the fingerprint of the neutral space they were brought into.
        precision: how the store keeps them.
    """

    model: str
    dimension: int
    space: str = "raw"
    precision: Precision = "float32"

    def check(self, other: Fingerprint) -> None:
        """Refuse vectors of another fingerprint.

        Raises:
            InputError: says what differs.
        """
        names = ("model", "dimension", "space", "precision")
        differing = [name for name in names if getattr(self, name) != getattr(other, name)]
        if differing:
            first = differing[0]
            raise InputError(
                f"The store holds vectors of another {' and '.join(differing)} "
                f"({getattr(self, first)}, not {getattr(other, first)}): "
                "vectors can't be mixed; analyse the file again"
            )


@dataclass(frozen=True)
class Found:
    """The nearest rows of q queries, best first.

    Every query finds the same number k: ``top``, or all that pass the filter where those are fewer.

    Attributes:
        ids: object (q, k), texts.
        scores: float32 (q, k), inner products; cosines for vectors of length 1.
    """

    ids: np.ndarray
    scores: np.ndarray


@dataclass(frozen=True)
class Rows:
    """A batch of rows.

    Attributes:
        ids: object (n,), texts.
        vectors: float32 (n, d).
        metadata: column -> n values: object (None where missing), float64 or datetime64[D].
        texts: object (n,), None where a row has none.
    """

    ids: np.ndarray
    vectors: np.ndarray
    metadata: dict[str, np.ndarray]
    texts: np.ndarray


class VectorStore(Protocol):
    """Vectors, metadata and texts by id. A call that returned is kept, come what may."""

    @property
    def fingerprint(self) -> Fingerprint:
        """Of every vector in it."""
        ...

    @property
    def schema(self) -> dict[str, Kind]:
        """The metadata columns that filters can name."""
        ...

    def upsert(
        self,
        ids: Sequence[str],
        vectors: np.ndarray,
        metadata: Mapping[str, Any],
        texts: Sequence[str] | None = None,
    ) -> None:
        """Insert rows, replacing those with the same id whole; of equal ids the last one counts.

        Args:
            ids: n texts, none empty.
            vectors: float (n, d), finite.
            metadata: column -> n values, see :func:`pipeline.filters.columns.make_column`. A new
                column is added; in rows that were there it is missing.
            texts: n, or None.

        Raises:
            InputError: vectors of another dimension or with NaN, a column of another kind than
                before, an empty id. Nothing is changed then.
        """
        ...

    def delete(self, ids: Sequence[str]) -> int:
        """Delete rows; returns how many there were. Unknown ids are passed over."""
        ...

    def search(self, queries: np.ndarray, *, top: int = 20, where: Filter | None = None) -> Found:
        """The nearest rows among those that pass the filter, which is applied before ranking.

        Raises:
            InputError: queries (q, d) of another dimension or with NaN; a filter that doesn't fit.
        """
        ...

    def get(self, ids: Sequence[str]) -> Rows:
        """The rows of some ids in that order.

        Raises:
            InputError: an id that isn't there.
        """
        ...

    def count(self, where: Filter | None = None) -> int:
        """How many rows pass the filter."""
        ...

    def iterate(self, where: Filter | None = None, *, batch: int = 10_000) -> Iterator[Rows]:
        """The rows that pass the filter, as they were when the iteration began, in batches."""
        ...

    def close(self) -> None:
        """Let go of files; whatever was acknowledged is kept already."""
        ...


def check_vectors(vectors: np.ndarray, dimension: int, *, what: str = "vectors") -> np.ndarray:
    """The vectors as float32 (n, d), in one piece.

    Raises:
        InputError: another shape, NaN, infinite or huge numbers.
    """
    array = np.ascontiguousarray(vectors, np.float32)
    if array.ndim != 2 or array.shape[1] != dimension:
        raise InputError(
            f"The {what} must have the shape (n, {dimension}), but theirs is {array.shape}"
        )
    squares = np.einsum("ij,ij->i", array, array)
    wrong = ~(squares <= _LONGEST**2)  # NaN is not, either
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0]) + 1
        raise InputError(
            f"The {what} hold numbers that are not finite or far too large, first in row {row}"
        )
    return array
