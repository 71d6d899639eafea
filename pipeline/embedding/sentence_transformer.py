"""Texts -> unit vectors through one SentenceTransformer, in threads or on a GPU."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.common.progress import Progress
from pipeline.common.settings import usable_cores

_GPU_BATCH = 64  # texts
_IN_THIS_THREAD = 8  # fewer texts than this are not worth a queue; a search has one
_TOKENIZED = 128  # texts at a time, while others are computed

_Call = tuple[int, Callable[[], np.ndarray]]  # row of the first text, vectors float32 (k, d)


class SentenceEncoder:
    """An :class:`Encoder` over a SentenceTransformer. Safe to share between threads.

    On a processor texts are laid end to end (:mod:`pipeline.embedding.packing`), a few hundred
    tokens a call,
    as many calls at once as there are cores, each on one thread: nothing is padded, threads never
    wait for each other, and the vector of a text depends on the text alone. (In a padded batch it
    depends, in its last bits, on the batch's other texts.) Models that can't do this get a call
    for each text. ``python -m benchmarks.encoding`` has the figures. On a GPU texts are batched.

    Args:
        model: the SentenceTransformer.
        name: as the user gave it.
        fingerprint: of the weights; the prompts are added here.
        threads: how many texts are computed at once; the number of cores when None.
    """

    def __init__(
        self, model: Any, *, name: str, fingerprint: str, threads: int | None = None
    ) -> None:
        self._model = model
        self._packed = None
        if model.device.type == "cpu":
            from pipeline.embedding.packing import try_packing

            self._packed = try_packing(model)
        self._tokenizing = threading.Lock()  # tokenizers raise "Already borrowed" when shared
        self._gpu = _FairLock()
        self._threads = threads or usable_cores()
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="encode")
        self.name = name
        self.dimension = int(model.get_embedding_dimension())
        self._query, self._document = _prompts(model, name)
        prompts = f"{self._query}\0{self._document}".encode()
        self.fingerprint = f"{fingerprint}-{hashlib.sha256(prompts).hexdigest()[:8]}"

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

    def _encode(self, texts: Sequence[str], prompt: str, progress: Progress | None) -> np.ndarray:
        # Longest first: no core is left with a long text at the end, a GPU pads little, and the
        # estimate of the time left only falls. Identical texts are encoded once.
        distinct = sorted(set(texts), key=lambda text: (-len(text), text))
        place = {text: i for i, text in enumerate(distinct)}
        found = np.zeros((len(distinct), self.dimension), np.float32)
        work = self._batches if self._model.device.type != "cpu" else self._calls
        for row, vectors in work(distinct, prompt):
            found[row : row + len(vectors)] = vectors
            if progress:
                progress(row + len(vectors), len(distinct))
        return found[np.array([place[text] for text in texts], np.int64)]

    def _calls(self, texts: list[str], prompt: str) -> Iterator[tuple[int, np.ndarray]]:
        calls = self._alone(texts, prompt) if self._packed is None else self._packs(texts, prompt)
        if len(texts) < _IN_THIS_THREAD:
            yield from ((row, make()) for row, make in calls)
            return
        waiting: list[tuple[int, Future[np.ndarray]]] = []
        try:
            for row, make in calls:  # texts are tokenized while others are computed
                waiting.append((row, self._pool.submit(make)))
            for row, call in waiting:
                yield row, call.result()
        finally:  # whoever listened may have raised to stop the work
            for _row, call in waiting:
                call.cancel()

    def _alone(self, texts: list[str], prompt: str) -> Iterator[_Call]:
        for row, text in enumerate(texts):
            yield row, partial(self._vector, text, prompt)

    def _packs(self, texts: list[str], prompt: str) -> Iterator[_Call]:
        from pipeline.embedding.packing import packs

        for start in range(0, len(texts), _TOKENIZED):
            part = texts[start : start + _TOKENIZED]
            with self._tokenizing:
                features = self._model.preprocess(part, prompt=prompt or None)
            masks = features["attention_mask"].bool()
            ids = [row[mask] for row, mask in zip(features["input_ids"], masks, strict=True)]
            for pack in packs([len(row) for row in ids]):
                yield start + pack.start, partial(self._vectors, ids[pack])

    def _vector(self, text: str, prompt: str) -> np.ndarray:
        import torch

        with self._tokenizing:
            features = self._model.preprocess([text], prompt=prompt or None)
        with torch.inference_mode():
            return self._normalised(self._model(features)["sentence_embedding"])

    def _vectors(self, texts: list[Any]) -> np.ndarray:
        assert self._packed is not None  # noqa: S101
        return self._normalised(self._packed.vectors(texts))

    def _normalised(self, vectors: Any) -> np.ndarray:
        """Rows of length 1: float32 (k, d)."""
        import torch

        cut = vectors.float()[:, : self.dimension]
        return torch.nn.functional.normalize(cut, dim=1).numpy()

    def _batches(self, texts: list[str], prompt: str) -> Iterator[tuple[int, np.ndarray]]:
        import torch

        row, size = 0, _GPU_BATCH
        while row < len(texts):
            try:
                with self._gpu:  # a turn each, so that a search does not wait behind an upload
                    vectors = self._model.encode(
                        texts[row : row + size],
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
            yield row, vectors
            row += len(vectors)


class _FairLock:
    """A lock that nobody takes twice while another thread waits for it.

    A plain lock is often taken again by the thread that has just let go: a query would wait
    behind a whole upload.
    """

    def __init__(self) -> None:
        self._next = threading.Lock()  # held by the one who waits longest
        self._held = threading.Lock()

    def __enter__(self) -> None:
        with self._next:
            self._held.acquire()

    def __exit__(self, *_: object) -> None:
        self._held.release()


def _prompts(model: Any, name: str) -> tuple[str, str]:
    """The (query, document) prompts that the model brings, "" for none."""
    prompts = {key.lower(): value or "" for key, value in (model.prompts or {}).items()}
    default = prompts.get(getattr(model, "default_prompt_name", None) or "", "")
    query = prompts.get("query") or default
    document = prompts.get("document") or prompts.get("passage") or default
    if "e5" in Path(name).name.lower() and "instruct" not in name.lower():
        return "query: ", "query: "  # the module's docstring says why
    return query, document
