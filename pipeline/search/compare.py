"""Several queries side by side: what they find together, and in which languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.search.hybrid import match_shares
from pipeline.search.index import SearchIndex
from pipeline.search.query import Query
from pipeline.search.relevance import LIKELY


@dataclass(frozen=True)
class Comparison:
    """What q queries find; a hit is a review that is likely or strong.

    Attributes:
        hits: q arrays int64, reviews in file order.
        shared: int64 (q, q), reviews that both queries find; the diagonal is each one's hits.
        overlap: float64 (q, q), shared hits over the hits of either (Jaccard); 0 without any.
        languages: language -> hits of each query in it, most hits first.
    """

    hits: tuple[np.ndarray, ...]
    shared: np.ndarray
    overlap: np.ndarray
    languages: dict[str, tuple[int, ...]]


def compare_queries(
    index: SearchIndex,
    queries: Sequence[Query],
    vectors: np.ndarray,
    *,
    allowed: np.ndarray | None = None,
) -> Comparison:
    """Compare queries, such as "breakfast" and "朝食"; arguments as for ``search_reviews``."""
    found = np.zeros((len(queries), len(index.texts)), bool)
    for number, query in enumerate(queries):
        found[number] = match_shares(index, query, vectors[number], allowed=allowed) >= LIKELY
    shared = found.astype(np.int64) @ found.T.astype(np.int64)
    own = np.diag(shared)
    either = own[:, None] + own[None, :] - shared
    names, codes = index.codes
    counts = np.zeros((len(queries), len(names)), np.int64)
    for number, row in enumerate(found):
        counts[number] = np.bincount(codes[row], minlength=len(names))
    order = np.lexsort((np.arange(len(names)), -counts.sum(axis=0)))
    return Comparison(
        hits=tuple(np.flatnonzero(row) for row in found),
        shared=shared,
        overlap=shared / np.maximum(either, 1),
        languages={
            str(names[code]): tuple(counts[:, code].tolist())
            for code in order
            if counts[:, code].any()
        },
    )
