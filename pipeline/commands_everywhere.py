"""``python -m pipeline analyses search``: one query over every analysis that is kept."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from functools import cache
from typing import TYPE_CHECKING, Any

from pipeline.errors import InputError
from pipeline.progress_bars import Bars

if TYPE_CHECKING:
    import numpy as np

    from pipeline.store.catalogue import Catalogue


def add_action(actions: Any) -> None:
    """Add ``search`` to the actions of ``analyses``."""
    parser = actions.add_parser("search", help="find the reviews that say it in all analyses")
    parser.add_argument("query", metavar="QUERY")
    parser.add_argument("--top", type=int, default=20, metavar="N")
    parser.add_argument("--in", dest="only", action="append", default=[], metavar="ANALYSIS")
    parser.add_argument("--language", action="append", default=[], metavar="xx")
    parser.add_argument("--filter", default="", metavar="EXPR", help="as in 'rating <= 2'")
    parser.add_argument("--json", action="store_true")


def search_analyses(catalogue: Catalogue, options: argparse.Namespace) -> None:
    """Print the hits; stores that are not in step are filled first."""
    from pipeline.encoder import load_encoder
    from pipeline.search.query import parse_query
    from pipeline.store.everywhere import search_everywhere

    if options.top < 1:
        raise InputError(f"--top is {options.top}: give a number from 1")
    query = parse_query(options.query)
    if query.is_empty:
        raise InputError("The query is empty: type what guests might say")
    only = [catalogue.find(text).token for text in options.only]
    where = _where(options)
    _make_searchable(catalogue, only)

    @cache
    def encode(text: str, model: str) -> np.ndarray:
        vector: np.ndarray = load_encoder(model).encode_queries([text])[0]
        return vector

    found = search_everywhere(catalogue, query, encode, top=options.top, where=where, only=only)
    if options.json:
        records = [
            {"rank": rank, **asdict(hit), "score": round(hit.score, 4)}
            for rank, hit in enumerate(found.hits, 1)
        ]
        print(json.dumps(records, ensure_ascii=False, indent=1))
        return
    for rank, hit in enumerate(found.hits, 1):
        text = " ".join(hit.text.split())
        print(
            f"{rank:3d}  {hit.strength:6s}  {hit.score:.3f}  {hit.language}  {hit.analysis}  "
            f"{hit.review_id}  [{hit.topic}]  {text}"
        )
    for note in found.notes:
        print(note)
    names = {entry.token: entry.name for entry in catalogue.entries()}
    counts = {names[token]: sum(pair) for token, pair in found.counts.items() if sum(pair)}
    if counts:
        listed = ", ".join(f"{name} {count}" for name, count in counts.items())
        print(f"strong or likely hits among the nearest of each analysis: {listed}")
    if not found.hits and not found.notes:
        print("no review passes the filters" if names else "no analysis is kept yet")


def _where(options: argparse.Namespace) -> Any:
    from pipeline.store.filter_text import parse_filter
    from pipeline.store.filters import And, In

    parts: list[Any] = [In("language", tuple(options.language))] if options.language else []
    if options.filter:
        parts.append(parse_filter(options.filter))
    return And(tuple(parts)) if parts else None


def _make_searchable(catalogue: Catalogue, only: list[str]) -> None:
    from pipeline.store.searchable import is_searchable, make_searchable

    for entry in catalogue.entries():
        if only and entry.token not in only:
            continue
        folder = catalogue.path(entry.token)
        if not is_searchable(folder):
            with Bars() as bars:
                make_searchable(folder, progress=bars.stage(f"Preparing {entry.name}"))
