"""The candidates of one analysis, ranked, and the hits of all analyses, merged and read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.filters.expressions import Filter
from pipeline.library.entry import Entry
from pipeline.library.search_store import SearchStore
from pipeline.search.bm25 import build_lexical_index
from pipeline.search.hybrid import matches_operators
from pipeline.search.query import Query
from pipeline.search.relevance import match_probability, strength_labels
from pipeline.search.scoring import ReviewScores, score_passages, top_k
from pipeline.stores.base import VectorStore

# Nearest rows of each analysis that are calibrated: they contained the whole calibrated top 20 for
# each of sixty queries over 100,000 reviews (docs/stores.md).
_CANDIDATES = 1_000
_FACTS = ("hotel", "date", "rating", "rating_of_5")  # of a hit, to be shown
CANDIDATES_WITH_OPERATORS = 10_000  # for queries with a phrase or an exclusion


@dataclass(frozen=True)
class CrossSearchHit:
    """A review found in one of the analyses.

    Attributes:
        token, analysis: the analysis it is in: its token and its name.
        review: its number there.
        review_id: its id in the file.
        language: of the review.
        topic: the name of its topic.
        text: of the review.
        sentence: start and end of the best passage in the text.
        facts: hotel, date, rating (on the scale of its file) and rating_of_5, where there are any.
        score: match probability, 0 to 1.
        strength: "strong", "likely" or "weak".
    """

    token: str
    analysis: str
    review: int
    review_id: str
    language: str
    topic: str
    text: str
    sentence: tuple[int, int]
    facts: dict[str, str]
    score: float
    strength: str


@dataclass(frozen=True)
class Ranking:
    """The ranked candidates of one analysis.

    Attributes:
        entry: of the analysis.
        search_store: its search store.
        store: its open vector store.
        passages: int64 (k,), the best passage of each of the first reviews, best first.
        probabilities: float32 (p,), match probabilities of all candidate reviews, best first.
    """

    entry: Entry
    search_store: SearchStore
    store: VectorStore
    passages: np.ndarray
    probabilities: np.ndarray


class UnreadableHitsError(Exception):
    """The hits of an analysis can't be read."""

    def __init__(self, ranking: Ranking) -> None:
        super().__init__()
        self.ranking = ranking


def rank_analysis(
    entry: Entry,
    search_store: SearchStore,
    store: VectorStore,
    query: Query,
    raw: np.ndarray,
    top: int,
    where: Filter | None,
) -> Ranking:
    """Rank the nearest rows of one analysis as in an open analysis."""
    encoded = search_store.space.encode_queries(raw[None], [query.text])
    has_operators = bool(query.phrases or query.excluded)
    candidates = max(CANDIDATES_WITH_OPERATORS if has_operators else _CANDIDATES, 10 * top)
    nearest = store.search(search_store.queries(encoded), top=candidates, where=where)
    passages = np.sort(nearest.ids[0].astype(np.int64))
    rows = store.get([str(passage) for passage in passages.tolist()])
    vectors = rows.vectors
    if has_operators and len(passages):
        lexical = build_lexical_index([text or "" for text in rows.texts.tolist()])
        passing = matches_operators(lexical, query)
        passages, vectors = passages[passing], vectors[passing]
    neutral, likeness = search_store.vectors(passages, vectors)
    (scores,) = score_passages(
        search_store.calibration,
        encoded,
        passages,
        neutral,
        likeness,
        search_store.polarities[passages],
    )
    reviews = ReviewScores(scores, search_store.review_of, passages)
    order = top_k(reviews.scores, len(reviews.scores))
    return Ranking(
        entry,
        search_store,
        store,
        reviews.best_passages_at(order[:top]),
        match_probability(reviews.scores[order]),
    )


def merge_hits(rankings: Sequence[Ranking], top: int) -> list[CrossSearchHit]:
    """Merge the hits of all analyses by probability; ties in the order of the catalogue.

    Raises:
        UnreadableHitsError: those of one analysis can't be read.
    """
    if not rankings:
        return []
    probabilities = np.concatenate([ranking.probabilities[:top] for ranking in rankings])
    owners = np.concatenate([np.full(len(r.passages), i) for i, r in enumerate(rankings)])
    order = np.argsort(-probabilities, kind="stable")[:top]
    counts = np.bincount(owners[order], minlength=len(rankings))
    hits = [iter(_try_hits(r, int(count))) for r, count in zip(rankings, counts, strict=True)]
    return [next(hits[int(owner)]) for owner in owners[order]]


def _try_hits(ranking: Ranking, count: int) -> list[CrossSearchHit]:
    try:
        return _read_hits(ranking, count)
    except MemoryError:
        raise
    except Exception as error:  # each library raises its own errors for damaged files
        raise UnreadableHitsError(ranking) from error


def _read_hits(ranking: Ranking, count: int) -> list[CrossSearchHit]:
    """Read the first ``count`` hits of an analysis with texts and metadata from its store."""
    if not count:
        return []
    found = ranking.search_store
    review_of, passages = found.review_of, ranking.passages[:count]
    reviews = review_of[passages]
    first_passages = np.searchsorted(review_of, reviews)
    ends = np.searchsorted(review_of, reviews, side="right")
    spans = [range(a, b) for a, b in zip(first_passages.tolist(), ends.tolist(), strict=True)]
    rows = ranking.store.get([str(passage) for span in spans for passage in span])
    strengths = strength_labels(ranking.probabilities[:count])
    hits, first = [], 0
    for rank, (passage, span) in enumerate(zip(passages.tolist(), spans, strict=True)):
        best = passage - span.start
        texts = [str(text or "") for text in rows.texts[first : first + len(span)]]
        metadata = {name: values[first + best] for name, values in rows.metadata.items()}
        first += len(span)
        facts = {name: _format(metadata.get(name)) for name in _FACTS}
        hits.append(
            CrossSearchHit(
                token=ranking.entry.token,
                analysis=ranking.entry.name,
                review=int(reviews[rank]),
                review_id=str(metadata[found.id_column] or ""),
                language=str(metadata["language"] or ""),
                topic=str(metadata["topic"] or ""),
                text="".join(texts),
                sentence=(int(found.starts[passage]), int(found.ends[passage])),
                facts={name: value for name, value in facts.items() if value},
                score=float(ranking.probabilities[rank]),
                strength=str(strengths[rank]),
            )
        )
    return hits


def _format(value: object) -> str:
    """Format a metadata value for display; "" if it is missing."""
    if value is None or value != value or (isinstance(value, np.datetime64) and np.isnat(value)):
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)
