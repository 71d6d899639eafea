"""Maximal marginal relevance: results that answer and don't repeat each other."""

from __future__ import annotations

import numpy as np

RELEVANCE_WEIGHT = 0.7  # of relevance, against likeness to what was chosen before


def select_diverse(
    relevance: np.ndarray,
    similarity: np.ndarray,
    *,
    count: int,
    weight: float = RELEVANCE_WEIGHT,
) -> np.ndarray:
    """Choose items one by one, each relevant and unlike those chosen before.

    Carbonell & Goldstein 1998, "The use of MMR, diversity-based reranking for reordering documents
    and producing summaries".

    Args:
        relevance: float (k,), of each item.
        similarity: float (k, k), of two items.
        count: how many are chosen.
        weight: of the relevance, 0 to 1.

    Returns:
        The positions in the order in which they were chosen: int64 (at most ``count``,).
    """
    chosen: list[int] = []
    nearest = np.full(len(relevance), -np.inf)
    left = np.ones(len(relevance), bool)
    while len(chosen) < count and left.any():
        repeated = np.where(np.isneginf(nearest), 0.0, nearest)
        value = np.where(left, weight * relevance - (1 - weight) * repeated, -np.inf)
        best = int(value.argmax())
        chosen.append(best)
        left[best] = False
        nearest = np.maximum(nearest, similarity[best])
    return np.array(chosen, np.int64)
