"""An encoder over a SentenceTransformer, in threads on a CPU or in batches on a GPU."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.common.progress import Progress
from pipeline.embedding.calls import Call, CallPool, Rows, encode_in_order, split_into_packs
from pipeline.embedding.encoder import TextTokens
from pipeline.embedding.prompts import find_prompts

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

_GPU_BATCH = 64  # texts
_TOKENIZER_BATCH = 128  # texts tokenised at a time, while others are computed


class SentenceEncoder:
    """An :class:`Encoder` over a SentenceTransformer. Safe to share between threads.

    On a CPU texts are packed (:mod:`pipeline.embedding.packing`), a few hundred tokens per call,
    with one call per core at a time, each on one thread: nothing is padded, threads never wait for
    each other, and the vector of a text depends on the text alone. (In a padded batch its last bits
    depend on the other texts.) Models that can't be packed get a call per text. ``python -m
    benchmarks.encoding`` has the figures. On a GPU texts are batched.

    Args:
        model: the SentenceTransformer.
        name: as given by the user.
        fingerprint: of the weights; the prompts are added here.
        threads: how many calls run at once; the number of cores when None.
    """

    def __init__(
        self, model: SentenceTransformer, *, name: str, fingerprint: str, threads: int | None = None
    ) -> None:
        self._model = model
        self._packed = None
        if model.device.type == "cpu":
            from pipeline.embedding.packing import try_packing

            self._packed = try_packing(model)
        # A model that also takes pictures would fetch a text that looks like their address.
        self._is_text_only = set(model.modalities) <= {"text"}
        self._tokenizer_lock = threading.Lock()  # tokenizers raise "Already borrowed" when shared
        self._gpu_lock = _FairLock()
        self._pool = CallPool(threads)
        self.name = name
        dimension = model.get_embedding_dimension()
        assert dimension is not None  # noqa: S101  every model with pooling has one
        self.dimension = int(dimension)
        found = find_prompts(name, model.prompts, model.default_prompt_name)
        self._query, self._document = found.query, found.document
        self.fingerprint = f"{fingerprint}-{found.digest}"

    @property
    def size_bytes(self) -> int:
        """Size of the weights in memory."""
        return sum(weight.numel() * weight.element_size() for weight in self._model.parameters())

    def encode_documents(
        self, texts: Sequence[str], *, progress: Progress | None = None
    ) -> np.ndarray:
        """Vectors of reviews: float32 (n, d), rows of length 1, in the order given."""
        return self._encode(texts, self._document, progress)

    def encode_queries(
        self, texts: Sequence[str], *, progress: Progress | None = None
    ) -> np.ndarray:
        """Vectors of queries: float32 (n, d), rows of length 1, in the order given."""
        return self._encode(texts, self._query, progress)

    def tokenize(self, texts: Sequence[str]) -> list[tuple[str, ...]]:
        """The tokens of texts, without those of punctuation and around them."""
        tokenizer: Any = self._model.tokenizer
        with self._tokenizer_lock:
            rows = tokenizer(list(texts), add_special_tokens=False, truncation=True)["input_ids"]
            named = [tokenizer.convert_ids_to_tokens(row) for row in rows]
        return [tuple(token for token in row if _is_word(token)) for row in named]

    def encode_query_tokens(self, texts: Sequence[str]) -> list[TextTokens]:
        """The tokens of texts as queries, with what each means where it stands."""
        import torch

        tokenizer: Any = self._model.tokenizer
        found = []
        for text in texts:
            with self._tokenizer_lock:
                features = self._model.preprocess(self._inputs([text]), prompt=self._query or None)
                ids = features["input_ids"][0]
                prompt = tokenizer(self._query or "")["input_ids"]
                tokens = tokenizer.convert_ids_to_tokens(ids.tolist())
            with torch.inference_mode():
                if self._packed is None:
                    vectors = self._model[0](features)["token_embeddings"][0]
                else:
                    (vectors,) = self._packed.token_vectors([ids])
            # A space at the prompt's end is part of the text's first token.
            pairs = zip(prompt, ids.tolist(), strict=False)
            before = next((n for n, (one, other) in enumerate(pairs) if one != other), len(prompt))
            kept = [n for n in range(before, len(tokens) - 1) if _is_word(tokens[n])]
            found.append(
                TextTokens(tuple(tokens[n] for n in kept), vectors[kept].float().cpu().numpy())
            )
        return found

    def _encode(self, texts: Sequence[str], prompt: str, progress: Progress | None) -> np.ndarray:
        encode = self._encode_on_cpu if self._model.device.type == "cpu" else self._encode_on_gpu
        return encode_in_order(texts, self.dimension, partial(encode, prompt), progress)

    def _encode_on_cpu(self, prompt: str, texts: list[str]) -> Iterator[tuple[Rows, np.ndarray]]:
        make_calls = self._single_calls if self._packed is None else self._packed_calls
        # Texts are tokenised while others are computed.
        yield from self._pool.run(make_calls(texts, prompt), len(texts))

    def _single_calls(self, texts: list[str], prompt: str) -> Iterator[Call]:
        for row, text in enumerate(texts):
            yield [row], partial(self._encode_one, text, prompt)

    def _packed_calls(self, texts: list[str], prompt: str) -> Iterator[Call]:
        from pipeline.embedding.packing import PACK_TOKENS

        for start in range(0, len(texts), _TOKENIZER_BATCH):
            part = texts[start : start + _TOKENIZER_BATCH]
            with self._tokenizer_lock:
                features = self._model.preprocess(self._inputs(part), prompt=prompt or None)
            masks = features["attention_mask"].bool()
            ids = [row[mask] for row, mask in zip(features["input_ids"], masks, strict=True)]
            for pack in split_into_packs([len(row) for row in ids], PACK_TOKENS):
                rows = slice(start + pack.start, start + pack.stop)
                yield rows, partial(self._encode_pack, ids[pack])

    def _encode_one(self, text: str, prompt: str) -> np.ndarray:
        import torch

        with self._tokenizer_lock:
            features = self._model.preprocess(self._inputs([text]), prompt=prompt or None)
        with torch.inference_mode():
            return self._normalise(self._model(features)["sentence_embedding"])

    def _encode_pack(self, token_ids: list[torch.Tensor]) -> np.ndarray:
        assert self._packed is not None  # noqa: S101
        return self._normalise(self._packed.vectors(token_ids))

    def _inputs(self, texts: list[str]) -> list[Any]:
        """Texts as the model takes them: as texts, whatever they look like."""
        return list(texts) if self._is_text_only else [{"text": text} for text in texts]

    def _normalise(self, vectors: torch.Tensor) -> np.ndarray:
        """Vectors as float32 (k, d), rows of length 1."""
        import torch

        truncated = vectors.float()[:, : self.dimension]  # for a truncate_dim
        return torch.nn.functional.normalize(truncated, dim=1).numpy()

    def _encode_on_gpu(self, prompt: str, texts: list[str]) -> Iterator[tuple[Rows, np.ndarray]]:
        import torch

        row, size = 0, _GPU_BATCH
        while row < len(texts):
            try:
                with self._gpu_lock:  # per batch: a search must not wait for a whole upload
                    vectors = self._model.encode(
                        self._inputs(texts[row : row + size]),
                        prompt=prompt or None,
                        batch_size=size,
                        show_progress_bar=False,
                        convert_to_numpy=True,
                        normalize_embeddings=True,
                    )
            except torch.OutOfMemoryError:
                if size == 1:
                    raise
                size //= 2
                continue
            yield slice(row, row + len(vectors)), vectors
            row += len(vectors)


def _is_word(token: str) -> bool:
    return any(char.isalnum() for char in token)


class _FairLock:
    """A lock that no thread gets twice in a row while another one waits for it.

    A plain lock often goes to the thread that has just released it, so that a query would wait for
    a whole upload.
    """

    def __init__(self) -> None:
        self._next = threading.Lock()  # held by the thread that is next in turn
        self._held = threading.Lock()

    def __enter__(self) -> None:
        with self._next:
            self._held.acquire()

    def __exit__(self, *_: object) -> None:
        self._held.release()
