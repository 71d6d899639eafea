"""Queries -> ranked reviews: by meaning and by letters, fused by rank.

The two rankings are fused by reciprocal ranks (Cormack, Clarke & Büttcher 2009, "Reciprocal rank
fusion outperforms Condorcet and individual rank learning methods"), which needs no common scale.
The lexical one speaks only for names (:mod:`pipeline.search.letters`): for a meaning it would know
the query's own language alone, and push every other down.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from pipeline.search.balance import balanced_order
from pipeline.search.calibration import Calibration
from pipeline.search.index import SearchIndex
from pipeline.search.letters import SURE, Letters, find_names, rank_names
from pipeline.search.nearest import Hits
from pipeline.search.query import Query
from pipeline.search.strength import (
    BY_NAME,
    LIKELY,
    STRONG,
    labels,
    match_share,
    score_of_share,
)

_RRF = 60.0  # as in the paper
_DEPTH = 500  # places of each ranking that are fused, at least
_BLOCK_BYTES = 200_000_000  # of the scores of one block of queries


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
            :func:`pipeline.search.balance.balanced_order`.
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


def score_units(
    index: SearchIndex, vectors: np.ndarray, allowed: np.ndarray | None
) -> Iterator[Scores]:
    """The calibrated scores of each of (q, d) query vectors, a block of queries at a time."""
    units = None if allowed is None else np.flatnonzero(allowed)
    candidates = index.vectors if units is None else index.vectors[units]
    rows: np.ndarray | slice = slice(None) if units is None else units
    calibration = index.calibration
    codes = calibration.codes[rows]
    means, spreads = calibration.of_queries(vectors)
    block = int(max(1, _BLOCK_BYTES // (4 * max(len(candidates), 1))))
    for start in range(0, len(vectors), block):
        cosines = vectors[start : start + block] @ candidates.T
        for i, row in enumerate(cosines, start):
            scale, shift = _usual(calibration, means[i], spreads[i])
            yield Scores(
                index, calibration.of_reviews(row, rows) * scale[codes] + shift[codes], units
            )


class Scores:
    """Scores of one query: of the reviews that pass the filters, each by its best unit.

    Attributes:
        values: float32 (p,), of the p reviews that pass.
        rows: int64 (p,), which these are; None for all.
    """

    def __init__(
        self, index: SearchIndex, unit_values: np.ndarray, units: np.ndarray | None
    ) -> None:
        self.unit_values, self._units = unit_values, units
        self.values, self.rows, self._starts = unit_values, units, None
        if index.review_of is not None and len(unit_values):
            reviews = index.review_of if units is None else index.review_of[units]
            self._starts = np.flatnonzero(np.r_[True, reviews[1:] != reviews[:-1]])
            self.values = np.maximum.reduceat(unit_values, self._starts)
            self.rows = reviews[self._starts]

    def row(self, places: np.ndarray) -> np.ndarray:
        """Reviews at these places of ``values``."""
        return places.astype(np.int64) if self.rows is None else self.rows[places]

    def places(self, rows: np.ndarray) -> np.ndarray:
        """Places of those of the reviews (rising) that pass the filters."""
        if self.rows is None:
            return rows
        if not len(self.rows):
            return rows[:0]
        places = np.minimum(np.searchsorted(self.rows, rows), len(self.rows) - 1)
        return places[self.rows[places] == rows]

    def units(self, places: np.ndarray) -> np.ndarray:
        """The best unit of each of these places."""
        if self._starts is None:
            best = places
        else:
            ends = np.r_[self._starts[1:], len(self.unit_values)]
            best = np.array(
                [
                    self._starts[p] + np.argmax(self.unit_values[self._starts[p] : ends[p]])
                    for p in places
                ],
                np.int64,
            )
        return best.astype(np.int64) if self._units is None else self._units[best]


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
    if query.phrases or query.excluded:
        values = np.where(_passing(index, query, scores, len(values)), values, -np.inf)
    possible = int(np.isfinite(values).sum())
    likely = np.flatnonzero(values >= score_of_share(LIKELY))
    names = Letters()
    if hybrid and not query.phrases:
        names = find_names(query.text, index.lexical, index.languages)
    depth = min(possible, max(_DEPTH, 2 * top))
    places = _best(values, depth)
    if balanced:
        places = np.concatenate([places, np.setdiff1d(likely, places)])
    fused = {place: 1 / (_RRF + rank) for rank, place in enumerate(places.tolist(), 1)}
    shares: dict[int, float] = {}
    lettered: set[int] = set()
    if names.weight:
        rows, bm25 = rank_names(names, index.lexical)
        kept = scores.places(rows)
        bm25 = bm25[np.isin(rows, scores.row(kept))]
        finite = np.isfinite(values[kept])
        kept, bm25 = kept[finite], bm25[finite]
        # By letters, and among equals by meaning.
        order = np.lexsort((kept, -values[kept], -bm25))[: max(_DEPTH, 2 * top)]
        for rank, place in enumerate(kept[order].tolist(), 1):
            fused[place] = fused.get(place, 0.0) + names.weight / (_RRF + rank)
        lettered = set(kept.tolist())
        sure = BY_NAME["sure" if names.weight == SURE else "maybe"]
        shares = dict.fromkeys(lettered, sure)
    if query.phrases:
        lettered = set(places.tolist())
        shares = dict.fromkeys(lettered, BY_NAME["sure"])
    order_ = np.array(sorted(fused, key=lambda place: (-fused[place], -values[place], place)), int)
    if balanced:
        claims = _counts(index, scores, values, likely, lettered, shares)
        seats = {code: float(sum(pair)) for code, pair in claims.items()}
        order_ = order_[balanced_order(index.languages[scores.row(order_)], seats, top)]
    order_ = order_[:top]
    own = match_share(values[order_])
    by_name = np.array([shares.get(place, 0.0) for place in order_.tolist()], np.float32)
    own = 1 - (1 - own) * (1 - by_name)
    return Found(
        rows=scores.units(order_),
        scores=own.astype(np.float32),
        reviews=scores.row(order_),
        strengths=labels(own),
        by_letters=np.array([place in lettered for place in order_.tolist()], bool),
        counts=_counts(index, scores, values, likely, lettered, shares),
        names=names.names,
        notes=query.notes,
    )


def _counts(
    index: SearchIndex,
    scores: Scores,
    values: np.ndarray,
    likely: np.ndarray,
    lettered: set[int],
    shares: dict[int, float],
) -> dict[str, tuple[int, int]]:
    places = np.union1d(likely, np.array(sorted(lettered), np.int64)).astype(np.int64)
    by_name = np.array([shares.get(place, 0.0) for place in places.tolist()])
    share = 1 - (1 - match_share(values[places])) * (1 - by_name)
    codes, numbers = np.unique(index.languages[scores.row(places)], return_inverse=True)
    strong = np.bincount(numbers, share >= STRONG, minlength=len(codes)).astype(int)
    both = np.bincount(numbers, share >= LIKELY, minlength=len(codes)).astype(int)
    pairs = zip(codes.tolist(), strong.tolist(), (both - strong).tolist(), strict=True)
    found = {code: (first, second) for code, first, second in pairs if first or second}
    return dict(sorted(found.items(), key=lambda item: (-sum(item[1]), item[0])))


def _passing(index: SearchIndex, query: Query, scores: Scores, count: int) -> np.ndarray:
    """Which reviews have every phrase and nothing that is excluded: bool (count,)."""
    passing = np.ones(len(index.texts), bool)
    for phrase in query.phrases:
        having = np.zeros(len(passing), bool)
        having[index.lexical.containing(phrase)] = True
        passing &= having
    for word in query.excluded:
        passing[index.lexical.with_word(word)] = False
    return passing[scores.row(np.arange(count))]


def _usual(
    calibration: Calibration, means: np.ndarray, spreads: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Scale and shift of each language: standard scores there, times the query's common spread.

    The common spread keeps apart a query that the file speaks of and one that it doesn't: all
    cosines of the latter are alike.
    """
    common = np.sqrt(np.average(spreads**2, weights=calibration.sizes))
    scale = (common / spreads).astype(np.float32)
    return scale, (-means * scale).astype(np.float32)


def _best(values: np.ndarray, count: int) -> np.ndarray:
    """Places of the largest values, largest first; equal ones in file order."""
    if count <= 0:
        return np.zeros(0, np.int64)
    floor = np.partition(values, len(values) - count)[len(values) - count]
    near = np.flatnonzero(values >= floor)
    return near[np.argsort(-values[near], kind="stable")][:count]
