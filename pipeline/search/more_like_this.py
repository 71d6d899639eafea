"""More like these: reviews near to a review, or to a set of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.common.arrays import unit_rows
from pipeline.search.hybrid import Found, rank
from pipeline.search.index import SearchIndex
from pipeline.search.query import Query
from pipeline.search.scoring import Scores, score_units

_MOST = 64  # units of the set that are compared one by one


def more_like(
    index: SearchIndex,
    rows: Sequence[int] | np.ndarray,
    *,
    top: int = 20,
    allowed: np.ndarray | None = None,
    balanced: bool = False,
) -> Found:
    """The reviews that say what these say; they themselves are left out.

    Half of a score is its nearness to the middle of their units (what they have in common), half
    to the nearest of the units (a set may be of two minds). Of a set of more than 64 units, 64 at
    even distances are compared one by one.

    Args:
        index: of the reviews.
        rows: of the reviews to start from; without any there are no hits.
        top, allowed, balanced: as in :func:`pipeline.search.hybrid.search_reviews`.

    Raises:
        ValueError: a row that there isn't.
    """
    n = len(index.texts)
    chosen = np.unique(np.asarray(rows, np.int64))
    if not len(chosen):
        return Found(np.zeros(0, np.int64), np.zeros(0, np.float32))
    if not 0 <= chosen[0] <= chosen[-1] < n:
        raise ValueError(f"rows must be 0 to {n - 1}, got {chosen[0]} to {chosen[-1]}")
    units = chosen
    if index.review_of is not None:
        units = np.flatnonzero(np.isin(index.review_of, chosen))
    others = np.ones(len(index.vectors), bool) if allowed is None else allowed.copy()
    others[units] = False
    own = index.vectors[units]
    picked = np.unique(np.linspace(0, len(own) - 1, min(len(own), _MOST)).astype(int))
    middle = unit_rows(own.mean(axis=0, keepdims=True))
    each = score_units(index, np.vstack([middle, own[picked]]).astype(np.float32), others)
    first = next(each)
    nearest = np.full_like(first.unit_values, -np.inf)
    for one in each:
        nearest = np.maximum(nearest, one.unit_values)
    scores = Scores(index, (first.unit_values + nearest) / 2, np.flatnonzero(others))
    return rank(index, Query("like these"), scores, top=top, balanced=balanced, hybrid=False)
