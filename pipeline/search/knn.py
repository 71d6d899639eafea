"""A query's vector -> ranked reviews, by cosine in the space of the analysis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Hits:
    """Ranked rows, best first.

    Attributes:
        rows: int64 (m,), row numbers of the vectors that were searched.
        scores: float32 (m,), cosines. They rank; they are no percentages.
    """

    rows: np.ndarray
    scores: np.ndarray


def search(
    vectors: np.ndarray, queries: np.ndarray, *, top: int = 20, allowed: np.ndarray | None = None
) -> list[Hits]:
    """The ``top`` nearest rows of each query; equal scores in file order.

    Args:
        vectors: float32 (n, d), rows of length 1.
        queries: float32 (q, d), rows of length 1.
        top: how many at the most.
        allowed: bool (n,), rows that pass the filters. They are filtered before ranking, so
            that a narrow filter still gives ``top`` hits.

    Raises:
        ValueError: the shapes don't fit.
    """
    if vectors.ndim != 2 or queries.ndim != 2 or vectors.shape[1] != queries.shape[1]:
        raise ValueError(f"vectors {vectors.shape} and queries {queries.shape} must be (n, d)")
    rows = np.arange(len(vectors)) if allowed is None else np.flatnonzero(allowed)
    candidates = vectors if allowed is None else vectors[rows]
    top = min(max(top, 0), len(rows))
    hits = []
    # A block at a time: a thousand queries over a million rows must not ask for 4 GB at once.
    block = max(1, int(2**26 // max(len(rows), 1)))
    for start in range(0, len(queries), block):
        for scores in queries[start : start + block] @ candidates.T:
            hits.append(_best(rows, scores, top))
    return hits


def _best(rows: np.ndarray, scores: np.ndarray, top: int) -> Hits:
    if top == 0:
        return Hits(rows[:0], scores[:0])
    floor = np.partition(scores, len(scores) - top)[len(scores) - top]
    near = np.flatnonzero(scores >= floor)  # with ties, so that file order decides between them
    order = near[np.argsort(-scores[near], kind="stable")][:top]
    return Hits(rows[order], scores[order])
