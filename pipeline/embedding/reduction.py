"""Fewer dimensions: the first ones of a vector, or its principal components.

A model that was trained so that the first dimensions of its vectors are good vectors by themselves
(Kusupati et al. 2022, "Matryoshka representation learning") can simply be cut. Of any other model
the principal components of a corpus keep more (Jolliffe 2002).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from pipeline.common.arrays import unit_rows
from pipeline.common.errors import InputError
from pipeline.common.progress import Progress
from pipeline.common.wording import short_name
from pipeline.embedding.encoder import Encoder

PREFIX, PCA = "prefix", "pca"
REDUCTIONS = (PREFIX, PCA)
_MAX_FITTED = 20_000  # vectors that components are found from
_NAME = re.compile(rf"({'|'.join(REDUCTIONS)})([1-9]\d{{0,4}})", re.ASCII)


@dataclass(frozen=True)
class Reduction:
    """A linear map to fewer dimensions.

    Attributes:
        kind: ``PREFIX`` or ``PCA``.
        dimension: k, of the reduced vectors.
        mean: float32 (d,), subtracted before; None for nothing.
        components: float32 (k, d); None for the first k dimensions.
    """

    kind: str
    dimension: int
    mean: np.ndarray | None = None
    components: np.ndarray | None = None

    @property
    def fingerprint(self) -> str:
        """Digest that is the same for equal reductions only."""
        digest = hashlib.sha256()
        for array in (self.mean, self.components):
            digest.update(b"" if array is None else np.ascontiguousarray(array).tobytes())
        return f"{self.kind}{self.dimension}-{digest.hexdigest()[:8]}"

    def apply(self, vectors: np.ndarray) -> np.ndarray:
        """Reduced vectors: float32 (n, k), rows of length 1, of vectors (n, d)."""
        centred = vectors if self.mean is None else vectors - self.mean
        return unit_rows(self.project(centred)).astype(np.float32)

    def project(self, vectors: np.ndarray) -> np.ndarray:
        """Reduced vectors, float32 (n, k), whose inner products are near those of (n, d)."""
        if self.components is None:
            return np.asarray(vectors[:, : self.dimension], np.float32)
        return np.asarray(vectors @ self.components.T, np.float32)

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Arrays to store, see :meth:`from_arrays`."""
        arrays = {"reduction_kind": np.array(self.kind)}
        arrays["reduction_dimension"] = np.array(self.dimension)
        if self.components is not None and self.mean is not None:
            arrays |= {"reduction_mean": self.mean, "reduction_components": self.components}
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> Self | None:
        """Restore a reduction from stored arrays; None where none was stored."""
        if "reduction_kind" not in arrays:
            return None
        return cls(
            str(arrays["reduction_kind"]),
            int(arrays["reduction_dimension"]),
            arrays.get("reduction_mean"),
            arrays.get("reduction_components"),
        )


def reduction_name(kind: str, dimension: int) -> str:
    """How settings name a reduction: "pca64", "prefix128".

    Raises:
        InputError: there is no such kind, or the dimension is out of range.
    """
    name = f"{kind}{dimension}"
    if not is_reduction_name(name):
        raise InputError(
            "Vectors can be reduced by {kinds} to 1 to 99,999 dimensions, not by {kind} to "
            "{dimension}",
            kinds=" / ".join(REDUCTIONS),
            kind=kind,
            dimension=dimension,
        )
    return name


def is_reduction_name(name: str) -> bool:
    """Whether a name is one of :func:`reduction_name`."""
    return _NAME.fullmatch(name) is not None


def parse_reduction(name: str) -> tuple[str, int]:
    """Kind and dimension of a name of :func:`reduction_name`.

    Raises:
        InputError: it is none.
    """
    found = _NAME.fullmatch(name)
    if found is None:
        raise InputError(
            "'{name}' names no reduction of vectors, as pca64 does", name=short_name(name)
        )
    return found[1], int(found[2])


def fit_reduction(name: str, vectors: np.ndarray) -> Reduction | None:
    """The reduction of a name for n vectors, float (n, d), or of fewer dimensions where n is less.

    None where it would leave the vectors as they are.

    Raises:
        InputError: the name is none of :func:`reduction_name`.
    """
    kind, dimension = parse_reduction(name)
    if dimension >= vectors.shape[1]:
        return None
    if kind == PREFIX:
        return prefix_reduction(vectors.shape[1], dimension)
    rows = np.linspace(0, len(vectors) - 1, min(len(vectors), _MAX_FITTED)).astype(np.int64)
    return pca_reduction(vectors[rows], min(dimension, len(vectors)))


def prefix_reduction(vectors_dimension: int, dimension: int) -> Reduction:
    """Keep the first dimensions.

    Raises:
        InputError: the vectors have fewer.
    """
    if not 1 <= dimension <= vectors_dimension:
        raise InputError(
            "The vectors have {most} dimensions, not {dimension}: choose 1 to {most}",
            most=vectors_dimension,
            dimension=dimension,
        )
    return Reduction(PREFIX, dimension)


def pca_reduction(vectors: np.ndarray, dimension: int) -> Reduction:
    """Keep the principal components of n vectors, float (n, d).

    Raises:
        InputError: there are fewer vectors or dimensions than that.
    """
    most = min(vectors.shape)
    if not 1 <= dimension <= most:
        raise InputError(
            "{number} vectors of {dimensions} dimensions have at most {most} principal components, "
            "not {dimension}",
            number=f"{vectors.shape[0]:,}",
            dimensions=vectors.shape[1],
            most=most,
            dimension=dimension,
        )
    from sklearn import decomposition

    # From the covariance where there are many rows: the same components in a fraction of the time.
    solver = "covariance_eigh" if len(vectors) > vectors.shape[1] else "full"
    found = decomposition.PCA(dimension, svd_solver=solver).fit(vectors.astype(np.float64))
    return Reduction(
        PCA, dimension, found.mean_.astype(np.float32), found.components_.astype(np.float32)
    )


class ReducedEncoder:
    """An :class:`Encoder` whose vectors have fewer dimensions.

    Args:
        encoder: the model.
        reduction: of its vectors.
        name: as given by the user.
    """

    def __init__(self, encoder: Encoder, reduction: Reduction, *, name: str) -> None:
        self._encoder, self._reduction = encoder, reduction
        self.name, self.dimension = name, reduction.dimension
        self.fingerprint = f"{encoder.fingerprint}-{reduction.fingerprint}"

    def encode_documents(
        self, texts: Sequence[str], *, progress: Progress | None = None
    ) -> np.ndarray:
        """Vectors of texts to be searched: float32 (n, k), rows of length 1."""
        return self._reduction.apply(self._encoder.encode_documents(texts, progress=progress))

    def encode_queries(
        self, texts: Sequence[str], *, progress: Progress | None = None
    ) -> np.ndarray:
        """Vectors of search queries: float32 (n, k), rows of length 1."""
        return self._reduction.apply(self._encoder.encode_queries(texts, progress=progress))
