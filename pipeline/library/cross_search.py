"""One query over every analysis that is kept, none of which is opened.

Each analysis has a store of its own (:mod:`pipeline.library.search_store`), because vectors of
different neutral spaces can't be compared. The query is brought into each space, each store gives
the rows that are nearest to it there, and their cosines become what they mean
(:mod:`pipeline.search.calibration`): the share of such hits that are right. Shares mean the same
everywhere, so that the hits of all analyses stand in one order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass

import numpy as np

from pipeline.common.errors import InputError
from pipeline.filters.expressions import Filter
from pipeline.library.catalogue import Catalogue
from pipeline.library.entry import Entry
from pipeline.library.search_store import SearchStore, load_search_store
from pipeline.search.bm25 import build_lexical_index
from pipeline.search.query import Query
from pipeline.search.relevance import LIKELY, STRONG, match_probability, strength_labels
from pipeline.search.scoring import t_norm_coefficients
from pipeline.stores.base import VectorStore

# Nearest rows of each analysis whose order is calibrated: all of the first twenty were among them
# in each of sixty queries over 100,000 reviews (docs/store.md).
_CANDIDATES = 1_000
_CANDIDATES_BY_LETTERS = 10_000  # where a phrase is asked for, or something left out

Encode = Callable[[str, str], np.ndarray]


@dataclass(frozen=True)
class CrossSearchHit:
    """A review that says it.

    Attributes:
        token, analysis: the analysis that it is in, for the program and for people.
        review: its number there.
        review_id: as its file has it.
        language, topic: topic by its name.
        text: of the review, or of its sentences where these are searched.
        sentence: start and end in the text of the sentence that says it best.
        facts: hotel, date and rating, where the file has them.
        score: the share of such hits that are right, 0 to 1.
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
    """What was found in all analyses.

    Attributes:
        hits: best first.
        counts: token -> (strong, likely) reviews of each analysis, among its nearest thousand.
        behind: analyses that can't be searched yet.
        notes: what the user should know, in sentences.
    """

    hits: tuple[CrossSearchHit, ...]
    counts: dict[str, tuple[int, int]]
    behind: tuple[Entry, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Part:
    """The best reviews of one analysis: units int64 (k,) and shares float32 (k,), best first."""

    entry: Entry
    ready: SearchStore
    store: VectorStore
    units: np.ndarray
    shares: np.ndarray


def search_all(
    catalogue: Catalogue,
    query: Query,
    encode: Encode,
    *,
    top: int = 20,
    where: Filter | None = None,
    only: Sequence[str] = (),
) -> CrossSearchResult:
    """The best ``top`` reviews of all analyses.

    Args:
        catalogue: the analyses.
        query: what they are to say. Phrases and exclusions hold; names are looked for by their
            meaning alone.
        encode: (text, model) -> the text's raw vector, float32 (d,).
        top: how many at the most.
        where: which reviews; an analysis without one of its columns has none.
        only: tokens of the analyses to search; all when empty.

    Raises:
        InputError: a model that can't be loaded, or a damaged store.
    """
    entries = [entry for entry in catalogue.entries() if not only or entry.token in only]
    notes = list(query.notes)
    if query.is_empty:
        return CrossSearchResult(
            (), {}, (), tuple(notes) or ("The query is empty: type what guests might say.",)
        )
    parts, behind, without, reasons = [], [], [], set()
    with ExitStack() as opened:
        for entry in entries:
            try:
                ready = load_search_store(catalogue.path(entry.token))
            except InputError:  # deleted a moment ago
                continue
            if ready is None:
                behind.append(entry)
                continue
            vector = encode(query.text, ready.model)
            store = opened.enter_context(closing(ready.open()))
            if vector.shape != (store.fingerprint.dimension,):
                raise InputError(
                    f"“{entry.name}” was analysed by another model: analyse its file again"
                )
            try:
                parts.append(_search_one(entry, ready, store, query, vector, top, where))
            except InputError as error:
                if where is None:
                    raise
                without.append(entry.name)
                reasons.add(str(error))
        hits = tuple(_first(parts, top))
    if without and not parts and not behind:
        raise InputError(sorted(reasons)[0])  # the filter fits nowhere: it is mistyped
    if without:
        listed = ", ".join(f"“{name}”" for name in without[:3])
        more = f" and {len(without) - 3} more" if len(without) > 3 else ""
        notes.append(f"The filter does not fit {listed}{more}: nothing was found there.")
    if query.phrases or query.excluded:
        notes.append(
            f"Phrases and exclusions were looked for in the {_CANDIDATES_BY_LETTERS:,} nearest "
            "reviews of each analysis."
        )
    counts = {part.entry.token: _counted(part.shares) for part in parts}
    return CrossSearchResult(hits, counts, tuple(behind), tuple(notes))


def _search_one(
    entry: Entry,
    ready: SearchStore,
    store: VectorStore,
    query: Query,
    raw: np.ndarray,
    top: int,
    where: Filter | None,
) -> _Part:
    vector = ready.space.transform(raw[None])
    lettered = bool(query.phrases or query.excluded)
    most = max(_CANDIDATES_BY_LETTERS if lettered else _CANDIDATES, 10 * top)
    found = store.search(vector, top=most, where=where)
    units = found.ids[0].astype(np.int64)
    cosines = found.scores[0].astype(np.float32)
    if lettered and len(units):
        passing = _passing(store, units, query)
        units, cosines = units[passing], cosines[passing]
    calibration = ready.calibration
    means, spreads = calibration.query_statistics(vector)
    scale, shift = t_norm_coefficients(calibration, means[0], spreads[0])
    codes = calibration.codes[units]
    values = calibration.z_normalise(cosines, units) * scale[codes] + shift[codes]
    order = np.lexsort((units, -values))
    # Each review once, by the unit that says it best.
    _, first = np.unique(ready.review_of[units[order]], return_index=True)
    order = order[np.sort(first)]
    return _Part(entry, ready, store, units[order], match_probability(values[order]))


def _passing(store: VectorStore, units: np.ndarray, query: Query) -> np.ndarray:
    """Which of the units have every phrase and nothing that is excluded: bool (k,)."""
    texts = store.get([str(unit) for unit in units.tolist()]).texts
    lexical = build_lexical_index([text or "" for text in texts.tolist()])
    passing = np.ones(len(units), bool)
    for phrase in query.phrases:
        having = np.zeros(len(units), bool)
        having[lexical.containing(phrase)] = True
        passing &= having
    for word in query.excluded:
        passing[lexical.containing_word(word)] = False
    return passing


def _first(parts: Sequence[_Part], top: int) -> list[CrossSearchHit]:
    """The best hits of all analyses; equal ones in the order of the list."""
    if not parts:
        return []
    shares = np.concatenate([part.shares[:top] for part in parts])
    owners = np.concatenate([np.full(len(p.shares[:top]), i) for i, p in enumerate(parts)])
    order = np.argsort(-shares, kind="stable")[:top]
    taken = np.bincount(owners[order], minlength=len(parts))
    each = [iter(_read(part, int(count))) for part, count in zip(parts, taken, strict=True)]
    return [next(each[int(owner)]) for owner in owners[order]]


def _read(part: _Part, count: int) -> list[CrossSearchHit]:
    """The first hits of an analysis with all that is shown of them."""
    if not count:
        return []
    ready = part.ready
    reviews = ready.review_of[part.units[:count]]
    starts = np.searchsorted(ready.review_of, reviews)
    ends = np.searchsorted(ready.review_of, reviews, side="right")
    spans = [range(a, b) for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
    rows = part.store.get([str(unit) for span in spans for unit in span])
    strengths = strength_labels(part.shares[:count])
    hits, first = [], 0
    for place, (unit, span) in enumerate(zip(part.units[:count].tolist(), spans, strict=True)):
        own = first + unit - span.start
        texts = [str(text or "") for text in rows.texts[first : first + len(span)]]
        first += len(span)
        before = sum(len(text) + 1 for text in texts[: unit - span.start])
        columns = {name: values[own] for name, values in rows.metadata.items()}
        shown = {name: _shown(columns.get(name)) for name in ("hotel", "date", "rating")}
        hits.append(
            CrossSearchHit(
                token=part.entry.token,
                analysis=part.entry.name,
                review=int(reviews[place]),
                review_id=str(columns[ready.id_column] or ""),
                language=str(columns["language"] or ""),
                topic=str(columns["topic"] or ""),
                text=" ".join(texts),
                sentence=(before, before + len(texts[unit - span.start])),
                facts={name: value for name, value in shown.items() if value},
                score=float(part.shares[place]),
                strength=str(strengths[place]),
            )
        )
    return hits


def _shown(value: object) -> str:
    """A value as people read it; "" where it is missing."""
    if value is None or value != value or (isinstance(value, np.datetime64) and np.isnat(value)):
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _counted(shares: np.ndarray) -> tuple[int, int]:
    strong = int((shares >= STRONG).sum())
    return strong, int((shares >= LIKELY).sum()) - strong
