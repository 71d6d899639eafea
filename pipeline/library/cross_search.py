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
from pipeline.library.cross_hits import (
    CANDIDATES_WITH_OPERATORS,
    CrossSearchHit,
    Ranking,
    UnreadableHitsError,
    merge_hits,
    rank_analysis,
)
from pipeline.library.entry import Entry
from pipeline.library.search_store import DamagedStoreError, SearchStore, load_search_store
from pipeline.library.store_manifest import drop_store_manifest
from pipeline.search.query import Query
from pipeline.search.relevance import LIKELY, STRONG
from pipeline.stores.base import StoreUnavailableError, VectorStore

log = logging.getLogger(__name__)

Encode = Callable[[str, str], np.ndarray]


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
                CANDIDATES_WITH_OPERATORS,
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
        self.rankings: list[Ranking] = []
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
                ranking = rank_analysis(
                    entry, found, store, self._query, vector, self._top, self._where
                )
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
                return tuple(merge_hits(self.rankings, self._top))
            except UnreadableHitsError as error:
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


def _count(probabilities: np.ndarray) -> tuple[int, int]:
    """The number of strong and of likely hits."""
    strong = int((probabilities >= STRONG).sum())
    return strong, int((probabilities >= LIKELY).sum()) - strong
