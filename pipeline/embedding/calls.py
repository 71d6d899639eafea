"""Texts to vectors by calls of a model: the longest first, identical ones once, a call per core."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from pipeline.common.progress import Progress
from pipeline.common.settings import usable_cores

_MIN_TEXTS_FOR_THREADS = 8  # fewer are computed on the calling thread: a search has one

Rows = slice | list[int]  # of k texts
# The rows of texts, and the call that computes their vectors, float32 (k, d).
Call = tuple[Rows, Callable[[], np.ndarray]]
# Texts, the longest first -> rows and vectors float32 (k, d), in parts.
EncodeInParts = Callable[[list[str]], Iterator[tuple[Rows, np.ndarray]]]


class CallPool:
    """Carries out calls of a model, each on one thread; safe to share between threads.

    Args:
        threads: how many calls run at once; the number of cores when None.
    """

    def __init__(self, threads: int | None = None) -> None:
        count = threads or usable_cores()
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="encode")

    def run(self, calls: Iterable[Call], texts: int) -> Iterator[tuple[Rows, np.ndarray]]:
        """Rows and vectors of each call, in order.

        Args:
            calls: may take time to come by, in which those before are carried out.
            texts: number of texts in all calls.
        """
        if texts < _MIN_TEXTS_FOR_THREADS:
            yield from ((rows, compute()) for rows, compute in calls)
            return
        futures: list[tuple[Rows, Future[np.ndarray]]] = []
        try:
            for rows, compute in calls:
                futures.append((rows, self._pool.submit(compute)))
            for rows, future in futures:
                yield rows, future.result()
        finally:  # the caller may stop early, by an exception from its progress callback
            for _rows, future in futures:
                future.cancel()


def encode_in_order(
    texts: Sequence[str], dimension: int, encode: EncodeInParts, progress: Progress | None
) -> np.ndarray:
    """Vectors of texts in the order given, float32 (n, d).

    The longest are computed first: no core is left with a long text at the end, a GPU pads little,
    and the estimated time left only falls. Identical texts are computed once.

    Args:
        texts: n texts.
        dimension: d.
        encode: computes the distinct ones.
        progress: called with how many of the distinct ones are done.
    """
    distinct = sorted(set(texts), key=lambda text: (-len(text), text))
    row_of = {text: row for row, text in enumerate(distinct)}
    encoded = np.zeros((len(distinct), dimension), np.float32)
    done = 0
    for rows, vectors in encode(distinct):
        encoded[rows] = vectors
        done += len(vectors)
        if progress:
            progress(done, len(distinct))
    return encoded[np.array([row_of[text] for text in texts], np.int64)]


def split_into_packs(lengths: Sequence[int], budget: int, *, alike: bool = False) -> list[slice]:
    """Split texts into packs of neighbours that fit the budget of tokens, or of a single text.

    Args:
        lengths: tokens of each text.
        budget: tokens of a pack.
        alike: whether the texts of a pack must have the same length.
    """
    packs, start, total = [], 0, 0
    for row, length in enumerate(lengths):
        is_full = total + length > budget or (alike and length != lengths[start])
        if row > start and is_full:
            packs.append(slice(start, row))
            start, total = row, 0
        total += length
    if start < len(lengths):
        packs.append(slice(start, len(lengths)))
    return packs
