"""Exact nearest neighbours by cosine similarity, without calibration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Neighbours:
    """Nearest rows of one query, best first.

    Attributes:
        rows: int64 (k,), row numbers of the vectors that were searched.
        scores: float32 (k,), cosine similarities.
    """

    rows: np.ndarray
    scores: np.ndarray


def nearest_neighbours(
    vectors: np.ndarray, queries: np.ndarray, *, top: int = 20, allowed: np.ndarray | None = None
) -> list[Neighbours]:
    """Find the ``top`` nearest rows of each query; ties in file order.

    Args:
        vectors: float32 (n, d), rows of length 1.
        queries: float32 (q, d), rows of length 1.
        top: maximum number of neighbours.
        allowed: bool (n,), rows that pass the filters. Filtering comes before ranking, so that a
            narrow filter still gives ``top`` neighbours.

    Raises:
        ValueError: the shapes don't fit.
    """
    if vectors.ndim != 2 or queries.ndim != 2 or vectors.shape[1] != queries.shape[1]:
        raise ValueError(f"vectors {vectors.shape} and queries {queries.shape} must be (n, d)")
    rows = np.arange(len(vectors)) if allowed is None else np.flatnonzero(allowed)
    top = min(max(top, 0), len(rows))
    found = []
    # In blocks: a thousand queries over a million rows must not allocate 4 GB at once.
    block = max(1, int(2**26 // max(len(vectors), 1)))
    for start in range(0, len(queries), block):
        for scores in queries[start : start + block] @ vectors.T:
            found.append(_top(rows, scores if allowed is None else scores[rows], top))
    return found


def _top(rows: np.ndarray, scores: np.ndarray, top: int) -> Neighbours:
    if top == 0:
        return Neighbours(rows[:0], scores[:0])
    threshold = np.partition(scores, len(scores) - top)[len(scores) - top]
    candidates = np.flatnonzero(scores >= threshold)  # ties included: file order decides
    order = candidates[np.argsort(-scores[candidates], kind="stable")][:top]
    return Neighbours(rows[order], scores[order])
