"""Compare queries: how many hits they share, and in which languages they find any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.search.hybrid import match_probabilities
from pipeline.search.index import SearchIndex
from pipeline.search.query import Query
from pipeline.search.relevance import LIKELY
from pipeline.search.space import EncodedQueries


@dataclass(frozen=True)
class QueryComparison:
    """Hits of q queries, where a hit is a review that is at least a likely match.

    Attributes:
        hits: q arrays int64, reviews in file order.
        shared: int64 (q, q), number of hits of both queries; the diagonal has each one's hits.
        overlap: float64 (q, q), Jaccard index: shared hits over the hits of either; 0 without any.
        languages: language -> number of hits of each query, most hits first.
    """

    hits: tuple[np.ndarray, ...]
    shared: np.ndarray
    overlap: np.ndarray
    languages: dict[str, tuple[int, ...]]


def compare_queries(
    index: SearchIndex,
    queries: Sequence[Query],
    encoded: EncodedQueries,
    *,
    allowed: np.ndarray | None = None,
) -> QueryComparison:
    """Compare queries, such as "breakfast" and "朝食"; arguments as for ``search_reviews``."""
    is_hit = np.zeros((len(queries), len(index.texts)), bool)
    for i, query in enumerate(queries):
        is_hit[i] = match_probabilities(index, query, encoded[i : i + 1], allowed=allowed) >= LIKELY
    shared = is_hit.astype(np.int64) @ is_hit.T.astype(np.int64)
    totals = np.diag(shared)
    either = totals[:, None] + totals[None, :] - shared
    languages, codes = index.language_codes
    counts = np.zeros((len(queries), len(languages)), np.int64)
    for i, row in enumerate(is_hit):
        counts[i] = np.bincount(codes[row], minlength=len(languages))
    order = np.lexsort((np.arange(len(languages)), -counts.sum(axis=0)))
    return QueryComparison(
        hits=tuple(np.flatnonzero(row) for row in is_hit),
        shared=shared,
        overlap=shared / np.maximum(either, 1),
        languages={
            str(languages[code]): tuple(counts[:, code].tolist())
            for code in order
            if counts[:, code].any()
        },
    )
