"""The passages of reviews that a question is answered from: relevant, and varied."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.answers.mmr import select_diverse
from pipeline.insights.attributes import ReviewAttributes, review_attributes
from pipeline.search.hybrid import SearchResult, search_reviews
from pipeline.search.query import Query, parse_query
from pipeline.search.relevance import LIKELY
from pipeline.search.space import EncodedQueries
from pipeline.text.sentences import sentence_spans

# Match probability of the best hit, from which on reviews are taken to answer a question; chosen on
# one half of judged questions (``benchmarks/answer_checks.py``).
ANSWERING = 0.25
DEFAULT_COUNT = 12
MAX_COUNT = 40
_CANDIDATES = 200  # hits that passages are chosen from
_SAME_HOTEL, _SAME_LANGUAGE = 0.25, 0.15  # added to the likeness of two passages
_MIN_LENGTH, _MAX_LENGTH = 60, 500  # characters of a quoted passage

EncodeQueries = Callable[[list[str]], EncodedQueries]
"""Encodes texts as queries in the search space of the analysis."""


@dataclass(frozen=True)
class Passage:
    """A passage that an answer may cite.

    Attributes:
        number: by which it is cited, from 1.
        review: number of its review in the analysis.
        review_id, language, topic: of the review.
        hotel, date: of the review, "" where unknown.
        text: the sentence or sentences around what was found.
        score: match probability.
        sentiment: 1 for praise, -1 for a complaint, 0 for neither or unknown.
    """

    number: int
    review: int
    review_id: str
    hotel: str
    language: str
    date: str
    topic: str
    text: str
    score: float
    sentiment: int

    def to_dict(self) -> dict[str, Any]:
        """JSON values: number, review_id, hotel, language, date, topic, text, score, sentiment."""
        return {name: value for name, value in vars(self).items() if name != "review"}


@dataclass(frozen=True)
class Evidence:
    """What the reviews of an analysis have to say on a question.

    Attributes:
        question: as it was asked.
        passages: the chosen ones, by number; () where no review is likely to answer.
        found: the likely hits, best first, from which they were chosen.
        sentiments: int (k,), of the hits' passages.
        topics: names of their topics, k.
        notes: sentences for the user.
    """

    question: str
    passages: tuple[Passage, ...]
    found: SearchResult
    sentiments: np.ndarray
    topics: tuple[str, ...]
    notes: tuple[str, ...] = ()


def gather_evidence(
    analysis: Analysis,
    question: str,
    encode: EncodeQueries,
    *,
    count: int = DEFAULT_COUNT,
    allowed: np.ndarray | None = None,
) -> Evidence:
    """Find the passages that answer a question, varied over what is said, hotels and languages.

    Args:
        analysis: whose reviews are asked.
        question: in any language; it may have the signs of a search query.
        encode: see :data:`EncodeQueries`.
        count: how many passages.
        allowed: bool (m,), units that pass the filters.

    Raises:
        InputError: the question can't be encoded.
    """
    query = parse_query(question)
    found = _likely_hits(analysis, query, encode, allowed)
    judged = analysis.passage_sentiment
    sentiments = np.zeros(len(found.passages), np.int64)
    if judged is not None:
        sentiments = judged[found.passages].astype(np.int64)
    topics = tuple(analysis.topic_of(int(unit)).name for unit in found.rows)
    attributes = review_attributes(analysis)
    order = select_diverse(
        found.scores, _likeness(analysis, attributes, found), count=min(count, MAX_COUNT)
    )
    passages = tuple(
        _passage(analysis, attributes, found, number, int(at), int(sentiments[at]))
        for number, at in enumerate(order, 1)
    )
    return Evidence(question, passages, found, sentiments, topics, query.notes)


def _likely_hits(
    analysis: Analysis, query: Query, encode: EncodeQueries, allowed: np.ndarray | None
) -> SearchResult:
    if query.is_empty:
        return SearchResult.empty()
    (found,) = search_reviews(
        analysis.search_index, [query], encode([query.text]), top=_CANDIDATES, allowed=allowed
    )
    kept = np.flatnonzero(found.scores >= LIKELY)
    if not len(kept) or found.scores[kept].max() < ANSWERING:
        return SearchResult.empty()
    return SearchResult(
        found.rows[kept],
        found.scores[kept],
        found.reviews[kept],
        found.passages[kept],
        found.strengths[kept],
        found.lexical_matches[kept],
        found.counts,
        found.names,
        found.judgement,
        found.notes,
    )


def _likeness(analysis: Analysis, attributes: ReviewAttributes, found: SearchResult) -> np.ndarray:
    """How much two hits repeat each other: float (k, k)."""
    vectors = analysis.search_index.vectors[found.passages]
    likeness: np.ndarray = (vectors @ vectors.T).astype(np.float64)
    languages = analysis.languages[found.reviews]
    likeness += _SAME_LANGUAGE * (languages[:, None] == languages[None])
    if attributes.hotels is not None:
        hotels = attributes.hotels[found.reviews]
        likeness += _SAME_HOTEL * (hotels[:, None] == hotels[None])
    return likeness


def _passage(
    analysis: Analysis,
    attributes: ReviewAttributes,
    found: SearchResult,
    number: int,
    at: int,
    sentiment: int,
) -> Passage:
    review, passage = int(found.reviews[at]), int(found.passages[at])
    searched, language = analysis.searched_passages, str(analysis.languages[review])
    start, end = int(searched.starts[passage]), int(searched.ends[passage])
    return Passage(
        number=number,
        review=review,
        review_id=analysis.ids[review],
        hotel="" if attributes.hotels is None else str(attributes.hotels[review]),
        language=language,
        date="" if attributes.dates is None else str(attributes.dates[review]),
        topic=analysis.topic_of(int(found.rows[at])).name,
        text=_in_context(analysis.texts[review], language, start, end),
        score=round(float(found.scores[at]), 4),
        sentiment=sentiment,
    )


def _in_context(text: str, language: str, start: int, end: int) -> str:
    """The sentences that a passage is part of, and the next one if they are short."""
    spans = sentence_spans(text, language)
    first = max((low for low, _ in spans if low <= start), default=start)
    ends = [high for _, high in spans if high >= end]
    last = ends[0] if ends else end
    if last - first < _MIN_LENGTH and len(ends) > 1:
        last = ends[1]
    if last - first > _MAX_LENGTH:
        first, last = start, min(end, start + _MAX_LENGTH)
    return text[first:last].strip()
