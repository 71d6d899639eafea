"""Searches of the open analysis, whose answers are cached with its view."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TypeVar

import numpy as np

from pipeline.common.errors import InputError
from pipeline.common.measures import MEASURES, SEARCH
from pipeline.common.translation import current_language
from pipeline.search.compare import QueryComparison, compare_queries
from pipeline.search.hybrid import SearchResult, match_probabilities, search_reviews
from pipeline.search.knn import nearest_neighbours
from pipeline.search.more_like_this import find_similar
from pipeline.search.prevalence import (
    Estimate,
    JudgementSample,
    draw_sample,
    estimate_count,
    estimate_from_judgements,
)
from pipeline.search.query import Query, parse_query
from pipeline.search.space import EncodedQueries
from ui.session.server import worker
from ui.session.view import View

_T = TypeVar("_T")
_MOST_ANSWERS = 24


def encode(view: View, queries: Sequence[Query]) -> EncodedQueries:
    """The queries in the search space of the analysis.

    Raises:
        InputError: the model can't be loaded, does not answer, or is not the analysis' own.
    """
    analysis = view.original
    texts = [query.text for query in queries]
    raw = worker().encode(texts, analysis.settings.model)
    if raw.shape[1] != analysis.raw.shape[1]:
        raise InputError(
            "The query's vector has {query} numbers and the analysis {analysis}: analyse the file "
            "again",
            query=raw.shape[1],
            analysis=analysis.raw.shape[1],
        )
    return analysis.search_space.encode_queries(raw, texts)


def search(
    view: View,
    query: Query,
    *,
    top: int,
    allowed: np.ndarray,
    balanced: bool = False,
    judging: bool = True,
) -> SearchResult:
    """The best reviews for a query, of the units that are allowed, bool (m,).

    Raises:
        InputError: the query can't be answered.
    """

    def make() -> SearchResult:
        with MEASURES.timed(SEARCH, "analysis"):
            found = search_reviews(
                view.original.search_index,
                [query],
                encode(view, [query]),
                top=top,
                allowed=allowed,
                balanced=balanced,
                judging=judging,
            )
        return found[0]

    return _answer(view, ("search", query, top, allowed.tobytes(), balanced, judging), make)


def similar(
    view: View, rows: tuple[int, ...], *, top: int, allowed: np.ndarray, balanced: bool = False
) -> SearchResult:
    """Reviews that say what these reviews say; arguments as for :func:`search`."""
    return _answer(
        view,
        ("like", rows, top, allowed.tobytes(), balanced),
        lambda: find_similar(
            view.original.search_index, rows, top=top, allowed=allowed, balanced=balanced
        ),
    )


def probabilities(view: View, query: Query, allowed: np.ndarray) -> np.ndarray:
    """Probability that each review matches: float32 (n,). Raises as :func:`search` does."""
    return _answer(
        view,
        ("probabilities", query, allowed.tobytes()),
        lambda: match_probabilities(
            view.original.search_index, query, encode(view, [query]), allowed=allowed
        ),
    )


def words(view: View, query: Query, names: tuple[str, ...]) -> tuple[str, ...]:
    """The words of a query that are marked in its hits; none where they can't be found."""
    try:
        return _answer(
            view,
            ("words", query, names),
            lambda: worker().highlight_terms(query.text, query.phrases, names),
        )
    except InputError:  # hits without marks are better than no hits
        return ()


def nearest(view: View, unit: int, count: int) -> tuple[int, ...]:
    """The nearest neighbours of a unit: other reviews' units, nearest first."""

    def make() -> tuple[int, ...]:
        analysis = view.original
        others = analysis.units.review != analysis.units.review[unit]
        (found,) = nearest_neighbours(
            analysis.vectors, analysis.vectors[unit : unit + 1], top=count, allowed=others
        )
        return tuple(found.rows.tolist())

    return _answer(view, ("nearest", unit, count), make)


def estimate(
    view: View, query: Query, allowed: np.ndarray, said: Mapping[int, bool]
) -> tuple[list[int], Estimate]:
    """A sample of reviews to judge, in order, and the estimate of how many reviews match.

    Args:
        view: of the reviews.
        query: what they may say.
        allowed: bool (m,), units that match the filters.
        said: review -> whether it says it.

    Raises:
        InputError: the query can't be answered.
    """
    chances = probabilities(view, query, allowed)

    def make() -> tuple[JudgementSample, np.ndarray, list[int]]:
        reviews = view.original.units.reviews_of(allowed)
        sample = draw_sample(chances[reviews], reviews=reviews)
        # Not the likeliest first: what is judged of a stratum so far must be a fair part of it.
        order = np.random.default_rng(0).permutation(len(sample.reviews))
        return sample, reviews, sample.reviews[order].tolist()

    sample, reviews, order = _answer(view, ("sample", query, allowed.tobytes()), make)
    prior = estimate_count(chances[reviews])
    if any(row in said for row in order):
        return order, estimate_from_judgements(sample, said, prior=prior)
    return order, prior


def compare(view: View, queries: tuple[Query, Query], allowed: np.ndarray) -> QueryComparison:
    """Two queries side by side. Raises as :func:`search` does."""
    return _answer(
        view,
        ("compare", queries, allowed.tobytes()),
        lambda: compare_queries(
            view.original.search_index, queries, encode(view, queries), allowed=allowed
        ),
    )


def rankings(view: View, queries: Sequence[str]) -> list[list[str]]:
    """Ids of all reviews for each query, best first. Raises as :func:`search` does."""
    analysis = view.original
    parsed = [parse_query(query) for query in queries]
    found = search_reviews(
        analysis.search_index, parsed, encode(view, parsed), top=len(analysis.texts)
    )
    return [[analysis.ids[row] for row in hits.reviews.tolist()] for hits in found]


def prepare(view: View) -> None:
    """Prepare the search index in a thread of its own, while the page is read."""
    if not view.preparing:
        view.preparing = True
        original = view.original
        # Of no use to Streamlit, which it never calls; numpy lets the page's thread go on.
        threading.Thread(target=lambda: original.search_index.prepare(), daemon=True).start()


def _answer(view: View, key: Hashable, make: Callable[[], _T]) -> _T:
    key = (current_language(), key)  # of the notes on hits
    if key not in view.answers:
        view.answers[key] = make()
        while len(view.answers) > _MOST_ANSWERS:
            del view.answers[next(iter(view.answers))]
    return view.answers[key]
