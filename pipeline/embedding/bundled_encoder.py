"""The encoder of the bundled model in either precision: our own tokeniser and calls of a model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Protocol

import numpy as np

from pipeline.common.progress import Progress
from pipeline.embedding.bundled_model import PROMPTS
from pipeline.embedding.calls import Call, CallPool, Rows, encode_in_order, split_into_packs
from pipeline.embedding.encoder import TextTokens
from pipeline.embedding.prompts import find_prompts
from pipeline.embedding.tokeniser import UnigramTokeniser
from pipeline.embedding.weights_file import WeightsFile

_TOKENISED_AT_ONCE = 256  # texts, while others are computed


class Bert(Protocol):
    """The bundled model, from the ids of tokens on; a vector depends on its own text alone."""

    def __call__(self, texts: Sequence[Sequence[int]]) -> np.ndarray:
        """Vectors of k texts: float32 (k, d), rows of length 1."""
        ...

    def token_vectors(self, text: Sequence[int]) -> np.ndarray:
        """Vectors of the t tokens of a text: float32 (t, d)."""
        ...


class BundledEncoder:
    """A :class:`TokenEncoder` of the bundled model on the CPU. Safe to share between threads.

    Args:
        name: as given by the user.
        weights: of the model.
        bert: the model.
        fingerprint: of the weights and the precision; the prompts are added here.
        pack_tokens: tokens for one call of ``bert``; 1 for a call per text.
        alike: whether the texts of a call must have the same number of tokens.
        threads: how many calls run at once; the number of cores when None.
    """

    def __init__(
        self,
        name: str,
        weights: WeightsFile,
        bert: Bert,
        *,
        fingerprint: str,
        pack_tokens: int = 1,
        alike: bool = False,
        threads: int | None = None,
    ) -> None:
        self._bert, self._pack_tokens, self._alike = bert, pack_tokens, alike
        vocabulary = weights.vocabulary()
        self._tokeniser = UnigramTokeniser(vocabulary, most=weights.shape.positions)
        self._pieces = vocabulary.pieces
        self._pool = CallPool(threads)
        prompts = find_prompts(name, PROMPTS)
        self._query, self._document = prompts.query, prompts.document
        self.name = name
        self.dimension = weights.shape.hidden
        self.fingerprint = f"{fingerprint}-{prompts.digest}"
        self.size_bytes = weights.path.stat().st_size

    def encode_documents(
        self, texts: Sequence[str], *, progress: Progress | None = None
    ) -> np.ndarray:
        """Vectors of reviews: float32 (n, d), rows of length 1, in the order given."""
        encode = partial(self._encode, self._document)
        return encode_in_order(texts, self.dimension, encode, progress)

    def encode_queries(
        self, texts: Sequence[str], *, progress: Progress | None = None
    ) -> np.ndarray:
        """Vectors of queries: float32 (n, d), rows of length 1, in the order given."""
        encode = partial(self._encode, self._query)
        return encode_in_order(texts, self.dimension, encode, progress)

    def _encode(self, prompt: str, texts: list[str]) -> Iterator[tuple[Rows, np.ndarray]]:
        yield from self._pool.run(self._calls(prompt, texts), len(texts))

    def _calls(self, prompt: str, texts: list[str]) -> Iterator[Call]:
        for start in range(0, len(texts), _TOKENISED_AT_ONCE):
            part = texts[start : start + _TOKENISED_AT_ONCE]
            ids = [self._tokeniser.encode(prompt + text) for text in part]
            order = sorted(range(len(ids)), key=lambda row: -len(ids[row]))
            lengths = [len(ids[row]) for row in order]
            for pack in split_into_packs(lengths, self._pack_tokens, alike=self._alike):
                rows = order[pack]
                call = partial(self._bert, [ids[row] for row in rows])
                yield [start + row for row in rows], call

    def tokenize(self, texts: Sequence[str]) -> list[tuple[str, ...]]:
        """The tokens of texts, without those of punctuation and around them."""
        rows = (self._tokeniser.encode(text)[1:-1] for text in texts)
        return [tuple(self._pieces[id_] for id_ in row if self._is_word(id_)) for row in rows]

    def encode_query_tokens(self, texts: Sequence[str]) -> list[TextTokens]:
        """The tokens of texts as queries, with what each means where it stands."""
        before, found = len(self._tokeniser.encode(self._query.rstrip())) - 1, []
        for text in texts:
            ids = self._tokeniser.encode(self._query + text)
            vectors = self._bert.token_vectors(ids)
            kept = [n for n in range(before, len(ids) - 1) if self._is_word(ids[n])]
            tokens = tuple(self._pieces[ids[n]] for n in kept)
            found.append(TextTokens(tokens, vectors[kept]))
        return found

    def _is_word(self, token: int) -> bool:
        return any(char.isalnum() for char in self._pieces[token])
