"""Queries -> ranked reviews: by meaning and by letters, fused by rank.

The two rankings are fused by reciprocal ranks (Cormack, Clarke & Büttcher 2009, "Reciprocal rank
fusion outperforms Condorcet and individual rank learning methods"), which needs no common scale.
The lexical one speaks only for names (:mod:`pipeline.search.name_matching`): for a meaning it would
know the query's own language alone, and push every other down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from pipeline.search.index import SearchIndex
from pipeline.search.knn import Hits
from pipeline.search.language_balance import balanced_order
from pipeline.search.name_matching import SURE, Letters, find_names, rank_names
from pipeline.search.query import Query
from pipeline.search.relevance import BY_NAME, LIKELY, STRONG, labels, match_share, score_of_share
from pipeline.search.scoring import Scores, best, score_units

_RRF = 60.0  # as in the paper
_DEPTH = 500  # places of each ranking that are fused, at least


@dataclass(frozen=True)
class Found(Hits):
    """Ranked reviews, best first, and what is to be said of them.

    Attributes:
        rows: int64 (k,), rows of the vectors: of each review the unit that says it best.
        scores: float32 (k,), 0 to 1: the share of such hits that are right. Falls from hit to hit
            where the query is a meaning; a name's letters, and balancing, change the order.
        reviews: int64 (k,), the reviews, each once; the same as ``rows`` where they are the units.
        strengths: str (k,), "strong", "likely" or "weak".
        by_letters: bool (k,), whether it has the query's names, or its phrases, by their letters.
        counts: language -> (strong, likely) hits among all reviews that pass the filters, not
            among the first ones alone; only languages that have any.
        names: parts of the query that were looked for by their letters.
        notes: what the user should know, in sentences.
    """

    reviews: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    strengths: np.ndarray = field(default_factory=lambda: np.zeros(0, "<U6"))
    by_letters: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))
    counts: dict[str, tuple[int, int]] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def search_reviews(
    index: SearchIndex,
    queries: Sequence[Query],
    vectors: np.ndarray,
    *,
    top: int = 20,
    allowed: np.ndarray | None = None,
    balanced: bool = False,
    hybrid: bool = True,
) -> list[Found]:
    """The best ``top`` reviews of each query.

    Args:
        index: of the reviews.
        queries: q of them; an empty one has no hits.
        vectors: float32 (q, d), the queries' texts in the neutral space, rows of length 1.
        top: how many at the most.
        allowed: bool (m,), units that pass the filters; they are filtered before ranking.
        balanced: whether languages share the first places, see
            :func:`pipeline.search.language_balance.balanced_order`.
        hybrid: whether names are looked for by their letters, too.

    Raises:
        ValueError: the shapes don't fit.
    """
    if vectors.shape != (len(queries), index.vectors.shape[1]):
        raise ValueError(f"{len(queries)} queries need as many vectors, got {vectors.shape}")
    if allowed is not None and allowed.shape != (len(index.vectors),):
        raise ValueError(f"allowed must be ({len(index.vectors)},), got {allowed.shape}")
    found = []
    for query, scores in zip(queries, score_units(index, vectors, allowed), strict=True):
        found.append(rank(index, query, scores, top=top, balanced=balanced, hybrid=hybrid))
    return found


def rank(
    index: SearchIndex,
    query: Query,
    scores: Scores,
    *,
    top: int,
    balanced: bool,
    hybrid: bool,
) -> Found:
    """The best reviews by these scores and, where the query has names, by their letters."""
    if query.is_empty:
        note = query.notes or ("The query is empty: type what guests might say.",)
        return Found(np.zeros(0, np.int64), np.zeros(0, np.float32), notes=note)
    values = scores.values
    possible = len(values)
    if query.phrases or query.excluded:
        passing = _passing(index, query)[scores.reviews(np.arange(len(values)))]
        values = np.where(passing, values, -np.inf)
        possible = int(passing.sum())
    likely = np.flatnonzero(values >= score_of_share(LIKELY))
    names = Letters()
    if hybrid and not query.phrases:
        names = find_names(query.text, index.lexical, index.codes[1])
    # Below the first ones, a place counts only when another ranking is fused with this one.
    depth = max(_DEPTH, 2 * top) if names.weight else top
    by_meaning = best(values, min(possible, depth))
    by_letters = np.zeros(0, np.int64)
    sure = 0.0
    if names.weight:
        by_letters = _by_letters(index, names, scores, values)
        sure = BY_NAME["sure" if names.weight == SURE else "maybe"]
        order = fuse(values, (by_meaning, 1.0), (by_letters[:depth], names.weight))
    else:
        order = by_meaning
        if query.phrases:
            by_letters = np.flatnonzero(passing)
            sure = BY_NAME["sure"]
    by_letters = np.sort(by_letters)
    hits = np.union1d(likely, by_letters)
    share = _shares(values[hits], _among(hits, by_letters), sure)
    counts = _counts(index, scores.reviews(hits), share)
    if balanced:
        order = np.concatenate([order, best_of(values, np.setdiff1d(hits, order))])
        languages = index.languages[scores.reviews(order)]
        seats = {code: float(sum(pair)) for code, pair in counts.items()}
        order = order[balanced_order(languages, seats, top)]
    order = order[:top]
    lettered = _among(order, by_letters)
    share = _shares(values[order], lettered, sure)
    return Found(
        rows=scores.units(order),
        scores=share,
        reviews=scores.reviews(order),
        strengths=labels(share),
        by_letters=lettered,
        counts=counts,
        names=names.names,
        notes=query.notes,
    )


def fuse(values: np.ndarray, *rankings: tuple[np.ndarray, float]) -> np.ndarray:
    """Places in the order of their summed reciprocal ranks; equal ones by value, then by place.

    Args:
        values: float32 (p,).
        rankings: places, best first, and the weight of each ranking.
    """
    places, each = np.unique(np.concatenate([order for order, _ in rankings]), return_inverse=True)
    parts = [weight / (_RRF + np.arange(1, len(order) + 1)) for order, weight in rankings]
    totals = np.bincount(each, weights=np.concatenate(parts))
    return places[np.lexsort((places, -values[places], -totals))]


def best_of(values: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The places by their values, largest first."""
    return places[np.lexsort((places, -values[places]))]


def _by_letters(
    index: SearchIndex, names: Letters, scores: Scores, values: np.ndarray
) -> np.ndarray:
    """Places of the reviews that have the names, by BM25 and among equals by meaning."""
    reviews, bm25 = rank_names(names, index.lexical)
    places, passing = scores.places(reviews)
    bm25 = bm25[passing]
    possible = np.isfinite(values[places])
    places, bm25 = places[possible], bm25[possible]
    return places[np.lexsort((places, -values[places], -bm25))]


def _among(places: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Which of the places are among the known ones, rising: bool."""
    if not len(known):
        return np.zeros(len(places), bool)
    at = np.minimum(np.searchsorted(known, places), len(known) - 1)
    return known[at] == places


def _shares(values: np.ndarray, lettered: np.ndarray, sure: float) -> np.ndarray:
    """How often such hits are right: by meaning, and by the letters of a name independently."""
    share = 1 - (1 - match_share(values)) * np.where(lettered, 1 - sure, 1.0)
    return share.astype(np.float32)


def _counts(
    index: SearchIndex, reviews: np.ndarray, share: np.ndarray
) -> dict[str, tuple[int, int]]:
    names, codes = index.codes
    strong = np.bincount(codes[reviews], share >= STRONG, minlength=len(names)).astype(int)
    both = np.bincount(codes[reviews], share >= LIKELY, minlength=len(names)).astype(int)
    order = np.lexsort((np.arange(len(names)), -both))
    return {
        str(names[code]): (int(strong[code]), int(both[code] - strong[code]))
        for code in order
        if both[code]
    }


def _passing(index: SearchIndex, query: Query) -> np.ndarray:
    """Which reviews have every phrase and nothing that is excluded: bool (n,)."""
    passing = np.ones(len(index.texts), bool)
    for phrase in query.phrases:
        having = np.zeros(len(passing), bool)
        having[index.lexical.containing(phrase)] = True
        passing &= having
    for word in query.excluded:
        passing[index.lexical.with_word(word)] = False
    return passing


def match_shares(
    index: SearchIndex,
    query: Query,
    vector: np.ndarray,
    *,
    allowed: np.ndarray | None = None,
    hybrid: bool = True,
) -> np.ndarray:
    """How likely each review says it: float32 (n,), 0 for those that the filters leave out.

    The scores of :func:`search_reviews`, of all reviews in file order. ``vector`` is (d,).
    """
    shares = np.zeros(len(index.texts), np.float32)
    if query.is_empty:
        return shares
    (scores,) = score_units(index, vector[None], allowed)
    reviews = scores.reviews(np.arange(len(scores.values)))
    sure, lettered = 0.0, np.zeros(0, np.int64)
    if query.phrases:
        lettered, sure = np.arange(len(reviews)), BY_NAME["sure"]
    elif hybrid and (names := find_names(query.text, index.lexical, index.codes[1])).weight:
        lettered = np.sort(_by_letters(index, names, scores, scores.values))
        sure = BY_NAME["sure" if names.weight == SURE else "maybe"]
    lettered = _among(np.arange(len(reviews)), lettered)
    shares[reviews] = _shares(scores.values, lettered, sure)
    if query.phrases or query.excluded:
        shares[~_passing(index, query)] = 0
    return shares
