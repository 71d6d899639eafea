"""The search space: what passages and queries are compared by.

Each has a neutral vector, which knows what the texts of this file differ by, a likeness vector,
which knows what guests mean by the same, and a polarity (:mod:`pipeline.heads`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.embedding.neutral import NeutralSpace
from pipeline.heads.heads import Heads
from pipeline.search.scores import LIKENESS_WEIGHT, Z_WEIGHT
from pipeline.text.passages import text_weight

_WORDS = (7.0, 14.0)  # of a query that names a matter, of one that tells a story
_TYPICAL_STD = 0.12  # of the cosines of a query with the passages of a file


@dataclass(frozen=True)
class EncodedQueries:
    """What q queries are compared by.

    Attributes:
        vectors: float32 (q, d), in the neutral space, rows of length 1.
        likeness: float32 (q, k), rows of length 1; None without heads.
        polarities: float32 (q,), from -1 for a complaint to 1 for praise; 0 where it is unknown.
        familiarity: float32 (q,), from 0 to 1: how well the likeness head knows the matter.
    """

    vectors: np.ndarray
    likeness: np.ndarray | None
    polarities: np.ndarray
    familiarity: np.ndarray

    def __len__(self) -> int:
        return len(self.vectors)

    def __getitem__(self, rows: slice | np.ndarray) -> EncodedQueries:
        """Some of the queries."""
        likeness = None if self.likeness is None else self.likeness[rows]
        return EncodedQueries(
            self.vectors[rows], likeness, self.polarities[rows], self.familiarity[rows]
        )

    @classmethod
    def plain(cls, vectors: np.ndarray, likeness: np.ndarray | None = None) -> EncodedQueries:
        """Queries that judge nothing, about no matter in particular."""
        zeros = np.zeros(len(vectors), np.float32)
        return cls(vectors, likeness, zeros, zeros)


@dataclass(frozen=True)
class SearchSpace:
    """The space that the passages of one analysis are searched in.

    Attributes:
        neutral: of the analysis.
        heads: of its model; None to search by the neutral vectors alone.
    """

    neutral: NeutralSpace
    heads: Heads | None

    @property
    def fingerprint(self) -> str:
        """Digest that is the same for equal spaces only."""
        return self.neutral.fingerprint + (self.heads.fingerprint if self.heads else "")

    def transform(self, raw: np.ndarray) -> np.ndarray:
        """Neutral vectors, float32 (n, d), of raw ones, float (n, d)."""
        return self.neutral.transform(raw.astype(np.float32, copy=False))

    def likeness(self, raw: np.ndarray) -> np.ndarray | None:
        """Likeness vectors, float32 (n, k), of raw ones; None without heads."""
        return None if self.heads is None else self.heads.likeness_vectors(raw)

    def polarities(self, raw: np.ndarray) -> np.ndarray:
        """Polarity of passages or queries, float32 (n,), from -1 to 1; 0 without heads."""
        if self.heads is None:
            return np.zeros(len(raw), np.float32)
        return self.heads.polarities(raw)

    def encode_queries(self, raw: np.ndarray, texts: Sequence[str]) -> EncodedQueries:
        """Encode queries.

        Args:
            raw: float32 (q, d), the model's vectors of them as queries.
            texts: the q queries. A long one says more than its matter, so likeness counts less.
        """
        likeness = self.likeness(raw)
        if self.heads is None or likeness is None:
            return EncodedQueries.plain(self.transform(raw))
        return EncodedQueries(
            self.transform(raw),
            likeness,
            self.polarities(raw),
            self.heads.familiarity(likeness) * _brevity(texts),
        )


def _brevity(texts: Sequence[str]) -> np.ndarray:
    """1 for a short query, 0 for one in full sentences: float32 (q,)."""
    words = np.array([text_weight(text) / 2 for text in texts], np.float32)
    short, long = _WORDS
    return np.clip((long - words) / (long - short), 0, 1)


def joined_vectors(vectors: np.ndarray, likeness: np.ndarray | None) -> np.ndarray:
    """Neutral and likeness vectors side by side, of length 1: what a vector store keeps."""
    if likeness is None:
        return vectors
    return np.hstack([vectors, likeness]) * np.float32(np.sqrt(0.5))


def split_vectors(joined: np.ndarray, dimension: int) -> tuple[np.ndarray, np.ndarray | None]:
    """Undo :func:`joined_vectors`; ``dimension`` is that of the neutral vectors."""
    if joined.shape[1] == dimension:
        return joined, None
    scaled = joined * np.float32(np.sqrt(2))
    return scaled[:, :dimension], scaled[:, dimension:]


def joined_queries(encoded: EncodedQueries) -> np.ndarray:
    """Vectors (q, d + k) whose inner product with :func:`joined_vectors` is about the score."""
    if encoded.likeness is None:
        return encoded.vectors
    familiarity = encoded.familiarity[:, None]
    z_weight = (Z_WEIGHT[0] + Z_WEIGHT[1] * familiarity) / _TYPICAL_STD
    return np.hstack(
        [
            encoded.vectors * z_weight,
            encoded.likeness * (LIKENESS_WEIGHT[0] + LIKENESS_WEIGHT[1] * familiarity),
        ]
    ).astype(np.float32)
