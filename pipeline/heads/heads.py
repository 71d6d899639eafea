"""The heads of a model: what it says of likeness and polarity beyond the cosine of its vectors.

They are trained by developers (:mod:`pipeline.heads.training`) and shipped for the bundled model;
other models have none. They take raw vectors of any language: the directions of language are
removed first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Self

import numpy as np

from pipeline.common.arrays import unit_rows
from pipeline.embedding.encoder import Encoder
from pipeline.embedding.neutral import language_directions
from pipeline.embedding.parallel_corpus import parallel_means
from pipeline.embedding.reference import shared_arrays
from pipeline.heads.judged_sentences import COMPLAINT, NAME, PRAISE
from pipeline.heads.network import Network, scale_input

_FAMILIAR = (0.72, 0.88)  # cosines with the nearest matter: unknown up to, known from


@dataclass(frozen=True)
class Heads:
    """The trained heads of one model.

    Attributes:
        removed: float32 (r, d), orthonormal directions of language.
        likeness: (d) -> (k), whose cosines tell whether two texts speak of the same.
        polarity: (d) -> (3), logits of complaint, neither and praise.
        matters: float32 (m, k), the mean likeness vector of each matter, rows of length 1.
    """

    removed: np.ndarray
    likeness: Network
    polarity: Network
    matters: np.ndarray

    @cached_property
    def fingerprint(self) -> str:
        """Digest that is the same for equal heads only."""
        digest = hashlib.sha256()
        for network in (self.likeness, self.polarity):
            for array in vars(network).values():
                digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()[:16]

    def likeness_vectors(self, raw: np.ndarray) -> np.ndarray:
        """Vectors of passages or queries whose cosines are their likeness: float32 (n, k).

        Args:
            raw: float (n, d), the model's vectors.
        """
        return unit_rows(
            self.likeness(scale_input(raw.astype(np.float32, copy=False), self.removed))
        ).astype(np.float32)

    def familiarity(self, likeness: np.ndarray) -> np.ndarray:
        """How well the matters of texts are known, float32 (n,), from 0 to 1.

        Args:
            likeness: float32 (n, k), their likeness vectors.
        """
        nearest = (likeness @ self.matters.T).max(axis=1)
        low, high = _FAMILIAR
        return np.clip((nearest - low) / (high - low), 0, 1).astype(np.float32)

    def polarities(self, raw: np.ndarray) -> np.ndarray:
        """Polarity of passages or queries, float32 (n,): -1 a certain complaint, 1 certain praise.

        It is the probability of praise minus that of a complaint: 0 for neither or both.
        """
        logits = self.polarity(scale_input(raw.astype(np.float32, copy=False), self.removed))
        chances = np.exp(logits - logits.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        return (chances[:, PRAISE] - chances[:, COMPLAINT]).astype(np.float32)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> Self:
        """Restore heads from the arrays that training returned."""
        return cls(
            np.asarray(arrays["removed"], np.float32),
            Network.from_arrays("likeness", arrays),
            Network.from_arrays("polarity", arrays),
            np.asarray(arrays["matters"], np.float32),
        )


@cache
def find_heads(fingerprint: str) -> Heads | None:
    """The heads of the model with this fingerprint; None where there are none.

    In eight bits a model gives nearly the same vectors, for which the same heads hold.
    """
    arrays = shared_arrays(NAME, fingerprint)
    return None if arrays is None else Heads.from_arrays(arrays)


def compute_heads(encoder: Encoder) -> dict[str, np.ndarray]:
    """Train the heads of a model."""
    from pipeline.heads.training import train_heads

    return train_heads(encoder, language_directions(parallel_means(encoder)))
