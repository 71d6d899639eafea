"""More like this: find reviews similar to one review, or to a set of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.common.arrays import unit_rows
from pipeline.search.hybrid import SearchResult, rank_reviews
from pipeline.search.index import SearchIndex
from pipeline.search.query import Query
from pipeline.search.scoring import ReviewScores, score_reviews

_MAX_EXAMPLES = 64  # units of the set that are compared one by one


def find_similar(
    index: SearchIndex,
    rows: Sequence[int] | np.ndarray,
    *,
    top: int = 20,
    allowed: np.ndarray | None = None,
    balanced: bool = False,
) -> SearchResult:
    """Find the reviews most similar to the given ones, which are left out themselves.

    Half of a score is the similarity to the centroid of the given units (what they have in common),
    half to the nearest of them (a set may cover two subjects). Of more than 64 units, 64 evenly
    spaced ones are compared one by one.

    Args:
        index: the reviews.
        rows: rows of the given reviews; without any there are no hits.
        top, allowed, balanced: as in :func:`pipeline.search.hybrid.search_reviews`.

    Raises:
        ValueError: a row is out of range.
    """
    n = len(index.texts)
    given = np.unique(np.asarray(rows, np.int64))
    if not len(given):
        return SearchResult.empty()
    if not 0 <= given[0] <= given[-1] < n:
        raise ValueError(f"rows must be 0 to {n - 1}, got {given[0]} to {given[-1]}")
    units = given
    if index.review_of is not None:
        units = np.flatnonzero(np.isin(index.review_of, given))
    others = np.ones(len(index.vectors), bool) if allowed is None else allowed.copy()
    others[units] = False
    vectors = index.vectors[units]
    examples = np.linspace(0, len(vectors) - 1, min(len(vectors), _MAX_EXAMPLES)).astype(int)
    centroid = unit_rows(vectors.mean(axis=0, keepdims=True))
    queries = np.vstack([centroid, vectors[np.unique(examples)]]).astype(np.float32)
    scored = score_reviews(index, queries, others)
    to_centroid = next(scored).unit_scores
    to_nearest = np.full_like(to_centroid, -np.inf)
    for scores in scored:
        to_nearest = np.maximum(to_nearest, scores.unit_scores)
    unit_scores = (to_centroid + to_nearest) / 2
    combined = ReviewScores(unit_scores, index.review_of, np.flatnonzero(others))
    query = Query("like these")
    return rank_reviews(index, query, combined, top=top, balanced=balanced, hybrid=False)
