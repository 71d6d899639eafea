"""More like this: find reviews similar to one review, or to a set of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.common.arrays import unit_rows
from pipeline.search.hybrid import SearchResult, rank_reviews
from pipeline.search.index import SearchIndex
from pipeline.search.query import Query
from pipeline.search.scoring import ReviewScores, score_reviews
from pipeline.search.space import EncodedQueries

_MAX_EXAMPLES = 64  # passages of the set that are compared one by one


def find_similar(
    index: SearchIndex,
    rows: Sequence[int] | np.ndarray,
    *,
    top: int = 20,
    allowed: np.ndarray | None = None,
    balanced: bool = False,
) -> SearchResult:
    """Find the reviews most similar to the given ones, which are left out themselves.

    Half of a score is the similarity to the centroid of the given passages (what they have in
    common), half to the nearest of them (a set may cover two subjects). Of more than 64 passages,
    64 evenly spaced ones are compared one by one.

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
    passages = given
    if index.review_of is not None:
        passages = np.flatnonzero(np.isin(index.review_of, given))
    others = np.ones(index.unit_count, bool) if allowed is None else allowed.copy()
    others[index.units_at(passages)] = False
    examples = np.linspace(0, len(passages) - 1, min(len(passages), _MAX_EXAMPLES)).astype(int)
    chosen = np.unique(examples)
    likeness = None
    if index.likeness is not None:
        likeness = _with_centroid(index.likeness[passages], chosen)
    queries = EncodedQueries.plain(_with_centroid(index.vectors[passages], chosen), likeness)
    scored = score_reviews(index, queries, others)
    to_centroid = next(scored).passage_scores
    to_nearest = np.full_like(to_centroid, -np.inf)
    for scores in scored:
        to_nearest = np.maximum(to_nearest, scores.passage_scores)
    passage_scores = (to_centroid + to_nearest) / 2
    combined = ReviewScores(passage_scores, index.review_of, index.passages_of(others))
    query = Query("like these")
    return rank_reviews(index, query, combined, top=top, balanced=balanced, hybrid=False)


def _with_centroid(vectors: np.ndarray, examples: np.ndarray) -> np.ndarray:
    """The mean of vectors (n, d), then some of them: float32, rows of length 1."""
    centroid = unit_rows(vectors.mean(axis=0, keepdims=True))
    return np.vstack([centroid, vectors[examples]]).astype(np.float32)
