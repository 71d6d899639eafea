"""Cross search: one query over all kept analyses, none of which is opened.

Each analysis has a search store of its own (:mod:`pipeline.library.search_store`), because vectors
of different neutral spaces can't be compared. The query is transformed into each space, each store
returns the rows nearest to it, and their cosines are calibrated and ranked by the functions that
rank an open analysis (:mod:`pipeline.search`). Match probabilities mean the same in every analysis,
so that all hits can be merged by them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass

import numpy as np

from pipeline.common.errors import InputError
from pipeline.common.translation import gettext as _
from pipeline.common.translation import ngettext
from pipeline.common.wording import list_names
from pipeline.filters.binding import bind
from pipeline.filters.expressions import Filter
from pipeline.library.catalogue import Catalogue
from pipeline.library.entry import Entry
from pipeline.library.search_store import DamagedStoreError, SearchStore, load_search_store
from pipeline.library.store_manifest import drop_store_manifest
from pipeline.search.bm25 import build_lexical_index
from pipeline.search.hybrid import matches_operators
from pipeline.search.query import Query
from pipeline.search.relevance import LIKELY, STRONG, match_probability, strength_labels
from pipeline.search.scoring import ReviewScores, score_passages, top_k
from pipeline.stores.base import StoreUnavailableError, VectorStore

log = logging.getLogger(__name__)

# Nearest rows of each analysis that are calibrated: they contained the whole calibrated top 20 for
# each of sixty queries over 100,000 reviews (docs/stores.md).
_CANDIDATES = 1_000
_FACTS = ("hotel", "date", "rating", "rating_of_5")  # of a hit, to be shown
_CANDIDATES_WITH_OPERATORS = 10_000  # for queries with a phrase or an exclusion

Encode = Callable[[str, str], np.ndarray]


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
class CrossSearchResult:
    """The hits of a query in all analyses.

    Attributes:
        hits: best first.
        counts: token -> number of (strong, likely) reviews among the candidates of each analysis.
        pending: analyses whose search store has to be updated first.
        notes: sentences for the user.
        damaged: those of the pending ones whose search store was found damaged just now.
    """

    hits: tuple[CrossSearchHit, ...]
    counts: dict[str, tuple[int, int]]
    pending: tuple[Entry, ...]
    notes: tuple[str, ...]
    damaged: tuple[Entry, ...] = ()


@dataclass(frozen=True)
class _Ranking:
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


def search_all(
    catalogue: Catalogue,
    query: Query,
    encode: Encode,
    *,
    top: int = 20,
    where: Filter | None = None,
    only: Sequence[str] = (),
) -> CrossSearchResult:
    """Find the ``top`` reviews of all analyses.

    Args:
        catalogue: the analyses.
        query: what to search for. Phrases and exclusions apply; names are searched by meaning only.
        encode: (text, model) -> the text's raw vector, float32 (d,).
        top: maximum number of hits.
        where: a filter; analyses without one of its columns have no hits.
        only: tokens of the analyses to search; all when empty.

    Raises:
        InputError: no analysis can be searched, because its model can't be loaded or because the
            filter fits none.
    """
    entries = [entry for entry in catalogue.entries() if not only or entry.token in only]
    notes = list(query.notes)
    if query.is_empty:
        return CrossSearchResult(
            (), {}, (), tuple(notes) or (_("The query is empty: type what guests might say."),)
        )
    search = _CrossSearch(catalogue, query, encode, top, where)
    with search:
        for entry in entries:
            search.add(entry)
        hits = search.hits()
    rankings = search.rankings
    if search.errors and not rankings and not search.pending:
        # A filter that fits no analysis is mistyped, a model that can't be loaded is missing.
        raise InputError(sorted(search.errors.values())[0])
    notes += _problem_notes(search)
    if query.phrases or query.excluded:
        notes.append(
            ngettext(
                "Phrases and exclusions were looked for in the {n} nearest review of each "
                "analysis.",
                "Phrases and exclusions were looked for in the {n} nearest reviews of each "
                "analysis.",
                _CANDIDATES_WITH_OPERATORS,
            )
        )
    counts = {ranking.entry.token: _count(ranking.probabilities) for ranking in rankings}
    return CrossSearchResult(
        hits, counts, tuple(search.pending), tuple(notes), tuple(search.damaged)
    )


class _CrossSearch:
    """One query in one analysis after another: what is wrong with one leaves the others alone.

    Attributes:
        rankings: of the analyses that could be searched.
        pending, damaged: see :class:`CrossSearchResult`.
        errors: name of an analysis that could not be searched -> why.
        without_column: names of the analyses that the filter does not fit.
    """

    def __init__(
        self, catalogue: Catalogue, query: Query, encode: Encode, top: int, where: Filter | None
    ) -> None:
        self._catalogue, self._query, self._encode = catalogue, query, encode
        self._top, self._where = top, where
        self._stores = ExitStack()
        self.rankings: list[_Ranking] = []
        self.pending: list[Entry] = []
        self.damaged: list[Entry] = []
        self.errors: dict[str, str] = {}
        self.without_column: list[str] = []

    def __enter__(self) -> _CrossSearch:
        return self

    def __exit__(self, *_error: object) -> None:
        self._stores.close()

    def add(self, entry: Entry) -> None:
        """Search an analysis."""
        found = self._load(entry)
        if found is None:
            return
        try:
            vector = self._encode(self._query.text, found.model)
            if vector.shape != found.space.neutral.center.shape:
                raise InputError("it was analysed by another model: analyse its file again")
        except InputError as error:
            self.errors[entry.name] = str(error)
            return
        try:
            store = self._stores.enter_context(closing(found.open()))
            if self._fits(entry, store):
                ranking = _rank(entry, found, store, self._query, vector, self._top, self._where)
                self.rankings.append(ranking)
        except Exception as error:  # each library raises its own errors for damaged files
            self._fail(entry, error)

    def _load(self, entry: Entry) -> SearchStore | None:
        """The search store of an analysis that has one."""
        try:
            folder = self._catalogue.path(entry.token)
        except InputError:  # deleted a moment ago
            return None
        try:
            found = load_search_store(folder)
        except DamagedStoreError:
            self._drop(entry)
            return None
        if found is None:
            self.pending.append(entry)
        return found

    def _fits(self, entry: Entry, store: VectorStore) -> bool:
        """Whether the filter fits the columns of a store."""
        schema = store.schema
        try:
            if self._where is not None:
                bind(self._where, schema)
        except InputError as error:
            self.without_column.append(entry.name)
            self.errors[entry.name] = str(error)
            return False
        return True

    def hits(self) -> tuple[CrossSearchHit, ...]:
        """The best hits of all analyses."""
        while True:
            try:
                return tuple(_merge(self.rankings, self._top))
            except _ReadError as error:
                self.rankings.remove(error.ranking)
                self._fail(error.ranking.entry, error)

    def _fail(self, entry: Entry, error: Exception) -> None:
        """Take a store that can't be read for damaged, unless it is only in use."""
        if isinstance(error, MemoryError):
            raise error
        if isinstance(error, StoreUnavailableError):
            self.errors[entry.name] = str(error)
            return
        log.warning("the search store of an analysis can't be read", exc_info=error)
        self._drop(entry)

    def _drop(self, entry: Entry) -> None:
        drop_store_manifest(self._catalogue.folder_of(entry.token))
        self.pending.append(entry)
        self.damaged.append(entry)


class _ReadError(Exception):
    """The hits of an analysis can't be read."""

    def __init__(self, ranking: _Ranking) -> None:
        super().__init__()
        self.ranking = ranking


def _problem_notes(search: _CrossSearch) -> list[str]:
    """What to say of the analyses that were not searched."""
    notes = [
        _("“{name}” could not be searched: {error}.", name=name, error=error)
        for name, error in search.errors.items()
        if name not in search.without_column
    ]
    if search.damaged:
        listed = _listed([entry.name for entry in search.damaged])
        notes.append(
            _(
                "The search store of {analyses} is damaged and has to be made anew.",
                analyses=listed,
            )
        )
    if search.without_column:
        listed = _listed(search.without_column)
        notes.append(
            _("The filter does not fit {analyses}: nothing was found there.", analyses=listed)
        )
    return notes


def _listed(names: Sequence[str]) -> str:
    return list_names(names, most=3, quoted=True)


def _rank(
    entry: Entry,
    search_store: SearchStore,
    store: VectorStore,
    query: Query,
    raw: np.ndarray,
    top: int,
    where: Filter | None,
) -> _Ranking:
    """Rank the nearest rows of one analysis as in an open analysis."""
    encoded = search_store.space.encode_queries(raw[None], [query.text])
    has_operators = bool(query.phrases or query.excluded)
    candidates = max(_CANDIDATES_WITH_OPERATORS if has_operators else _CANDIDATES, 10 * top)
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
    return _Ranking(
        entry,
        search_store,
        store,
        reviews.best_passages_at(order[:top]),
        match_probability(reviews.scores[order]),
    )


def _merge(rankings: Sequence[_Ranking], top: int) -> list[CrossSearchHit]:
    """Merge the hits of all analyses by probability; ties in the order of the catalogue."""
    if not rankings:
        return []
    probabilities = np.concatenate([ranking.probabilities[:top] for ranking in rankings])
    owners = np.concatenate([np.full(len(r.passages), i) for i, r in enumerate(rankings)])
    order = np.argsort(-probabilities, kind="stable")[:top]
    counts = np.bincount(owners[order], minlength=len(rankings))
    hits = [iter(_try_hits(r, int(count))) for r, count in zip(rankings, counts, strict=True)]
    return [next(hits[int(owner)]) for owner in owners[order]]


def _try_hits(ranking: _Ranking, count: int) -> list[CrossSearchHit]:
    try:
        return _read_hits(ranking, count)
    except MemoryError:
        raise
    except Exception as error:  # each library raises its own errors for damaged files
        raise _ReadError(ranking) from error


def _read_hits(ranking: _Ranking, count: int) -> list[CrossSearchHit]:
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


def _count(probabilities: np.ndarray) -> tuple[int, int]:
    """The number of strong and of likely hits."""
    strong = int((probabilities >= STRONG).sum())
    return strong, int((probabilities >= LIKELY).sum()) - strong
