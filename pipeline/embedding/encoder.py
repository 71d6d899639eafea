"""The encoder interface: texts -> unit vectors.

Queries and documents have a method each, so that a model's prompt can't be forgotten
(:mod:`pipeline.embedding.prompts`). Models are loaded by :mod:`pipeline.embedding.registry`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from pipeline.common.progress import Progress


class Encoder(Protocol):
    """What the rest of the program needs from a model; tests pass a small fake.

    Attributes:
        name: as given by the user.
        dimension: d, the length of a vector.
        fingerprint: differs between models that give the same text different vectors.
    """

    name: str
    dimension: int
    fingerprint: str

    def encode_documents(
        self, texts: Sequence[str], *, progress: Progress | None = None
    ) -> np.ndarray:
        """Vectors of texts to be searched: float32 (n, d), rows of length 1."""
        ...

    def encode_queries(
        self, texts: Sequence[str], *, progress: Progress | None = None
    ) -> np.ndarray:
        """Vectors of search queries: float32 (n, d), rows of length 1."""
        ...


@dataclass(frozen=True)
class TextTokens:
    """The tokens of a text, without those of the prompt and of punctuation.

    Attributes:
        tokens: t pieces of words.
        vectors: float32 (t, d), what each means where it stands.
    """

    tokens: tuple[str, ...]
    vectors: np.ndarray


@runtime_checkable
class TokenEncoder(Protocol):
    """An encoder that also tells the vectors of single tokens."""

    def encode_query_tokens(self, texts: Sequence[str]) -> list[TextTokens]:
        """The tokens of texts as queries."""
        ...

    def tokenize(self, texts: Sequence[str]) -> list[tuple[str, ...]]:
        """The tokens of texts alone, which takes next to no time."""
        ...


@runtime_checkable
class SizedEncoder(Protocol):
    """An encoder that knows how large it is.

    Attributes:
        size_bytes: of its weights in memory.
    """

    size_bytes: int


@runtime_checkable
class BlockEncoder(Protocol):
    """An encoder that computes many texts elsewhere, in blocks that come back in any order."""

    @property
    def characters_at_once(self) -> int:
        """How many characters of texts it should be given together; 0 for any number."""
        ...

    def encode_blocks(self, texts: Sequence[str]) -> Iterator[tuple[slice, np.ndarray]]:
        """Vectors of distinct texts to be searched, each block as soon as it is computed.

        Args:
            texts: n texts, the longest first.

        Yields:
            Rows of the texts, and their vectors, float32 (k, d), rows of length 1.
        """
        ...


class CorpusModel(Protocol):
    """A method that learns from the very texts it is to encode: TF-IDF, word vectors.

    Attributes:
        name: as given by the user.
    """

    name: str

    def fit(self, texts: Sequence[str], languages: Sequence[str]) -> Encoder:
        """The encoder for n texts; its fingerprint depends on them.

        Args:
            texts: the corpus.
            languages: code of each text's language.

        Raises:
            InputError: the corpus is too small.
        """
        ...
