"""Hybrid search: rank reviews by meaning and by names, and fuse the two rankings.

The rankings are fused by reciprocal rank (Cormack, Clarke & Büttcher 2009, "Reciprocal rank fusion
outperforms Condorcet and individual rank learning methods"), which needs no common scale. The
lexical ranking is used for names only (:mod:`pipeline.search.name_matching`): for anything else it
would find reviews in the query's own language alone and push all others down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from pipeline.common.translation import gettext as _
from pipeline.search.bm25 import LexicalIndex
from pipeline.search.index import SearchIndex
from pipeline.search.language_balance import balanced_order
from pipeline.search.name_matching import CERTAIN, QueryNames, find_names, rank_by_names
from pipeline.search.query import Query
from pipeline.search.relevance import (
    LEXICAL_MATCH_PROBABILITY,
    LIKELY,
    STRONG,
    inverse_match_probability,
    match_probability,
    strength_labels,
)
from pipeline.search.scoring import ReviewScores, score_reviews, top_k
from pipeline.search.space import EncodedQueries

_RRF_K = 60.0  # as in the paper
_MIN_FUSION_DEPTH = 500  # hits of each ranking that are fused


@dataclass(frozen=True)
class SearchResult:
    """Ranked reviews of one query, best first.

    Attributes:
        rows: int64 (k,), the unit of the best passage of each review.
        scores: float32 (k,), match probabilities, 0 to 1. They fall from hit to hit unless the
            order is changed by a name in the query or by balancing.
        reviews: int64 (k,), the reviews, each once; equal to ``rows`` where units are reviews.
        passages: int64 (k,), the best passage of each.
        strengths: str (k,), "strong", "likely" or "weak".
        lexical_matches: bool (k,), whether the review contains the query's names or phrases.
        counts: language -> number of (strong, likely) hits among all reviews that pass the filters,
            not only the first ``top``; languages without any are left out.
        names: parts of the query that were matched literally.
        judgement: what the query judges: 1 for praise, -1 for a complaint, 0 for neither.
        notes: sentences for the user.
    """

    rows: np.ndarray
    scores: np.ndarray
    reviews: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    passages: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    strengths: np.ndarray = field(default_factory=lambda: np.zeros(0, "<U6"))
    lexical_matches: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))
    counts: dict[str, tuple[int, int]] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    judgement: int = 0
    notes: tuple[str, ...] = ()

    @classmethod
    def empty(cls, notes: tuple[str, ...] = ()) -> SearchResult:
        """A result without hits."""
        return cls(np.zeros(0, np.int64), np.zeros(0, np.float32), notes=notes)


def search_reviews(
    index: SearchIndex,
    queries: Sequence[Query],
    encoded: EncodedQueries,
    *,
    top: int = 20,
    allowed: np.ndarray | None = None,
    balanced: bool = False,
    hybrid: bool = True,
    judging: bool = True,
) -> list[SearchResult]:
    """Find the ``top`` reviews for each query.

    Args:
        index: the reviews.
        queries: q queries; an empty one has no hits.
        encoded: the queries' texts in the search space.
        top: maximum number of hits.
        allowed: bool (m,), units that pass the filters; filtering comes before ranking.
        balanced: whether languages share the first ranks, see
            :func:`pipeline.search.language_balance.balanced_order`.
        hybrid: whether names are also matched literally.
        judging: whether a query that complains or praises prefers hits that do so too.

    Raises:
        ValueError: the shapes don't fit.
    """
    shape = encoded.vectors.shape
    if shape != (len(queries), index.vectors.shape[1]):
        raise ValueError(f"{len(queries)} queries need as many vectors, got {shape}")
    if allowed is not None and allowed.shape != (index.unit_count,):
        raise ValueError(f"allowed must be ({index.unit_count},), got {allowed.shape}")
    scored = score_reviews(index, encoded, allowed, judging=judging)
    return [
        rank_reviews(index, query, scores, top=top, balanced=balanced, hybrid=hybrid)
        for query, scores in zip(queries, scored, strict=True)
    ]


def rank_reviews(
    index: SearchIndex,
    query: Query,
    review_scores: ReviewScores,
    *,
    top: int,
    balanced: bool,
    hybrid: bool,
) -> SearchResult:
    """Rank reviews by their scores and, where the query has names, by these."""
    if query.is_empty:
        return SearchResult.empty(
            query.notes or (_("The query is empty: type what guests might say."),)
        )
    scores = review_scores.scores
    candidates = len(scores)
    if query.phrases or query.excluded:
        passing = matches_operators(index.lexical, query)
        passing = passing[review_scores.reviews_at(np.arange(len(scores)))]
        scores = np.where(passing, scores, -np.inf)
        candidates = int(passing.sum())
    likely = np.flatnonzero(scores >= inverse_match_probability(LIKELY))
    names = QueryNames()
    if hybrid and not query.phrases:
        names = find_names(query.text, index.lexical, index.language_codes[1])
    # Ranks below ``top`` only matter when another ranking is fused with this one.
    depth = max(_MIN_FUSION_DEPTH, 2 * top) if names.weight else top
    order = top_k(scores, min(candidates, depth))
    lexical = np.zeros(0, np.int64)
    lexical_probability = 0.0
    if names.weight:
        lexical = _rank_lexically(index, names, review_scores, scores)
        lexical_probability = _lexical_probability(names)
        order = fuse_rankings(scores, (order, 1.0), (lexical[:depth], names.weight))
    elif query.phrases:
        lexical = np.flatnonzero(passing)
        lexical_probability = LEXICAL_MATCH_PROBABILITY["certain"]
    lexical = np.sort(lexical)
    hits = np.union1d(likely, lexical)
    probabilities = _combine(scores[hits], _is_member(hits, lexical), lexical_probability)
    counts = _count_by_language(index, review_scores.reviews_at(hits), probabilities)
    if balanced:
        order = np.concatenate([order, sort_by_score(scores, np.setdiff1d(hits, order))])
        languages = index.languages[review_scores.reviews_at(order)]
        claims = {code: float(sum(pair)) for code, pair in counts.items()}
        order = order[balanced_order(languages, claims, top)]
    order = order[:top]
    lexical_matches = _is_member(order, lexical)
    probabilities = _combine(scores[order], lexical_matches, lexical_probability)
    passages = review_scores.best_passages_at(order)
    return SearchResult(
        rows=index.units_at(passages),
        scores=probabilities,
        reviews=review_scores.reviews_at(order),
        passages=passages,
        strengths=strength_labels(probabilities),
        lexical_matches=lexical_matches,
        counts=counts,
        names=names.names,
        judgement=review_scores.judgement,
        notes=query.notes,
    )


def match_probabilities(
    index: SearchIndex,
    query: Query,
    encoded: EncodedQueries,
    *,
    allowed: np.ndarray | None = None,
    hybrid: bool = True,
    judging: bool = True,
) -> np.ndarray:
    """Probability that each review matches: float32 (n,), 0 where it does not pass the filters.

    These are the scores of :func:`search_reviews`, for all reviews in file order; ``encoded`` is
    the one query.
    """
    probabilities = np.zeros(len(index.texts), np.float32)
    if query.is_empty:
        return probabilities
    (review_scores,) = score_reviews(index, encoded, allowed, judging=judging)
    positions = np.arange(len(review_scores.scores))
    reviews = review_scores.reviews_at(positions)
    lexical_probability, lexical = 0.0, np.zeros(0, np.int64)
    if query.phrases:
        lexical, lexical_probability = positions, LEXICAL_MATCH_PROBABILITY["certain"]
    elif hybrid:
        names = find_names(query.text, index.lexical, index.language_codes[1])
        if names.weight:
            lexical = np.sort(_rank_lexically(index, names, review_scores, review_scores.scores))
            lexical_probability = _lexical_probability(names)
    probabilities[reviews] = _combine(
        review_scores.scores, _is_member(positions, lexical), lexical_probability
    )
    if query.phrases or query.excluded:
        probabilities[~matches_operators(index.lexical, query)] = 0
    return probabilities


def fuse_rankings(scores: np.ndarray, *rankings: tuple[np.ndarray, float]) -> np.ndarray:
    """Order positions by the sum of their reciprocal ranks; ties by score, then by position.

    Args:
        scores: float32 (p,).
        rankings: positions, best first, and the weight of each ranking.
    """
    positions, inverse = np.unique(
        np.concatenate([order for order, _weight in rankings]), return_inverse=True
    )
    parts = [weight / (_RRF_K + np.arange(1, len(order) + 1)) for order, weight in rankings]
    totals = np.bincount(inverse, weights=np.concatenate(parts))
    return positions[np.lexsort((positions, -scores[positions], -totals))]


def sort_by_score(scores: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """The positions by their scores, largest first; ties by position."""
    return positions[np.lexsort((positions, -scores[positions]))]


def _rank_lexically(
    index: SearchIndex, names: QueryNames, review_scores: ReviewScores, scores: np.ndarray
) -> np.ndarray:
    """Positions of the reviews with the names, by BM25; ties by ``scores``, -inf left out."""
    reviews, bm25 = rank_by_names(names, index.lexical)
    positions, passing = review_scores.positions_of(reviews)
    bm25 = bm25[passing]
    finite = np.isfinite(scores[positions])
    positions, bm25 = positions[finite], bm25[finite]
    return positions[np.lexsort((positions, -scores[positions], -bm25))]


def _is_member(values: np.ndarray, members: np.ndarray) -> np.ndarray:
    """Which values are among ``members``, ascending: bool."""
    if not len(members):
        return np.zeros(len(values), bool)
    at = np.minimum(np.searchsorted(members, values), len(members) - 1)
    return members[at] == values


def _lexical_probability(names: QueryNames) -> float:
    return LEXICAL_MATCH_PROBABILITY["certain" if names.weight == CERTAIN else "possible"]


def _combine(
    scores: np.ndarray, lexical_matches: np.ndarray, lexical_probability: float
) -> np.ndarray:
    """Match probabilities given the score and, as independent evidence, the lexical match."""
    lexical = np.where(lexical_matches, 1 - lexical_probability, 1.0)
    return (1 - (1 - match_probability(scores)) * lexical).astype(np.float32)


def _count_by_language(
    index: SearchIndex, reviews: np.ndarray, probabilities: np.ndarray
) -> dict[str, tuple[int, int]]:
    """Language -> (strong, likely) hits, most hits first."""
    languages, codes = index.language_codes
    codes = codes[reviews]
    strong = np.bincount(codes, probabilities >= STRONG, minlength=len(languages)).astype(int)
    both = np.bincount(codes, probabilities >= LIKELY, minlength=len(languages)).astype(int)
    order = np.lexsort((np.arange(len(languages)), -both))
    return {
        str(languages[code]): (int(strong[code]), int(both[code] - strong[code]))
        for code in order
        if both[code]
    }


def matches_operators(lexical: LexicalIndex, query: Query) -> np.ndarray:
    """Which texts contain every phrase and nothing that is excluded: bool (n,)."""
    passing = np.ones(lexical.review_count, bool)
    for phrase in query.phrases:
        containing = np.zeros(len(passing), bool)
        containing[lexical.containing(phrase)] = True
        passing &= containing
    for word in query.excluded:
        passing[lexical.containing_word(word)] = False
    return passing
