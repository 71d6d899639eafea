"""Fewer dimensions: the first ones of a vector, or its principal components.

A model that was trained so that the first dimensions of its vectors are good vectors by themselves
(Kusupati et al. 2022, "Matryoshka representation learning") can simply be cut. Of any other model
the principal components of a corpus keep more (Jolliffe 2002).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.common.arrays import unit_rows
from pipeline.common.errors import InputError
from pipeline.common.progress import Progress
from pipeline.embedding.encoder import Encoder

PREFIX, PCA = "prefix", "pca"
REDUCTIONS = (PREFIX, PCA)


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
        if self.components is None or self.mean is None:
            return unit_rows(vectors[:, : self.dimension]).astype(np.float32)
        return unit_rows((vectors - self.mean) @ self.components.T).astype(np.float32)


def prefix_reduction(vectors_dimension: int, dimension: int) -> Reduction:
    """Keep the first dimensions.

    Raises:
        InputError: the vectors have fewer.
    """
    if not 1 <= dimension <= vectors_dimension:
        raise InputError(
            f"The vectors have {vectors_dimension} dimensions, not {dimension}: choose 1 to "
            f"{vectors_dimension}"
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
            f"{vectors.shape[0]:,} vectors of {vectors.shape[1]} dimensions have at most {most} "
            f"principal components, not {dimension}"
        )
    from sklearn import decomposition

    found = decomposition.PCA(dimension, svd_solver="full").fit(vectors.astype(np.float64))
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
