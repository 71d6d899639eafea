"""``python -m pipeline analyses search``: one query over all saved analyses."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from typing import TYPE_CHECKING

from pipeline.cli.arguments import Subparsers, positive
from pipeline.cli.progress_bars import ProgressBars
from pipeline.common.errors import InputError
from pipeline.common.wording import list_names

if TYPE_CHECKING:
    import numpy as np

    from pipeline.filters.expressions import Filter
    from pipeline.library.catalogue import Catalogue
    from pipeline.library.cross_search import CrossSearchResult
    from pipeline.library.entry import Entry


def add_parser(actions: Subparsers) -> None:
    """Add ``search`` to the actions of ``analyses``."""
    parser = actions.add_parser("search", help="find reviews by meaning in all analyses")
    parser.add_argument("query", metavar="QUERY")
    parser.add_argument("--top", type=positive, default=20, metavar="N")
    parser.add_argument("--in", dest="only", action="append", default=[], metavar="ANALYSIS")
    parser.add_argument("--language", action="append", default=[], metavar="xx")
    parser.add_argument("--filter", default="", metavar="EXPR", help="as in 'rating <= 2'")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(act=run)


def run(catalogue: Catalogue, options: argparse.Namespace) -> None:
    """Print the hits; stores that are missing, out of date or damaged are filled first."""
    from pipeline.embedding.registry import load_encoder_of_analysis
    from pipeline.library.cross_search import search_all
    from pipeline.search.query import parse_query

    query = parse_query(options.query)
    if query.is_empty:
        raise InputError("The query is empty: type what guests might say")
    only = [catalogue.find(text).token for text in options.only]
    where = _where(options)
    chosen = [entry for entry in catalogue.entries() if not only or entry.token in only]
    failed = _update_stores(catalogue, chosen)
    if failed and len(failed) == len(chosen):
        raise InputError(next(iter(failed.values())))

    @cache
    def encode(text: str, model: str) -> np.ndarray:
        vector: np.ndarray = load_encoder_of_analysis(model).encode_queries([text])[0]
        return vector

    found = search_all(catalogue, query, encode, top=options.top, where=where, only=only)
    if found.damaged:
        listed = list_names((entry.name for entry in found.damaged), quoted=True)
        print(f"The search store of {listed} was damaged and is made anew.", file=sys.stderr)
        failed |= _update_stores(catalogue, found.damaged)
        found = search_all(catalogue, query, encode, top=options.top, where=where, only=only)
    names = {entry.token: entry.name for entry in catalogue.entries()}
    for token, why in failed.items():
        print(f"“{names.get(token, token)}” was not searched: {why}", file=sys.stderr)
    if options.json:
        records = [
            {"rank": rank, **asdict(hit), "score": round(hit.score, 4)}
            for rank, hit in enumerate(found.hits, 1)
        ]
        print(json.dumps(records, ensure_ascii=False, indent=1))
    else:
        _print(found, names, searched=len(failed) < len(chosen) or not chosen)


def _print(found: CrossSearchResult, names: dict[str, str], *, searched: bool) -> None:
    """Print hits, notes and counts; ``names`` are those of all analyses by token."""
    for rank, hit in enumerate(found.hits, 1):
        text = " ".join(hit.text.split())
        print(
            f"{rank:3d}  {hit.strength:6s}  {hit.score:.3f}  {hit.language}  {hit.analysis}  "
            f"{hit.review_id}  [{hit.topic}]  {text}"
        )
    for note in found.notes:
        print(note)
    counts = {names[token]: sum(pair) for token, pair in found.counts.items() if sum(pair)}
    if counts:
        listed = ", ".join(f"{name} {count}" for name, count in counts.items())
        print(f"strong or likely hits among the nearest of each analysis: {listed}")
    if searched and not found.hits and not found.notes:
        print("no reviews match the filters" if names else "no analyses yet")


def _where(options: argparse.Namespace) -> Filter | None:
    from pipeline.filters.expressions import And, In
    from pipeline.filters.parser import parse_filter

    parts: list[Filter] = []
    if options.language:
        parts.append(In("language", tuple(options.language)))
    if options.filter:
        parts.append(parse_filter(options.filter))
    return And(tuple(parts)) if parts else None


def _update_stores(catalogue: Catalogue, entries: Sequence[Entry]) -> dict[str, str]:
    """Fill the stores that are missing or out of date; token -> why, of those that can't be."""
    from pipeline.library.search_store import has_current_store, update_search_store

    failed = {}
    for entry in entries:
        folder = catalogue.folder_of(entry.token)
        if not has_current_store(folder):
            try:
                with ProgressBars() as bars:
                    update_search_store(folder, progress=bars.stage(f"Preparing {entry.name}"))
            except InputError as error:
                failed[entry.token] = str(error)
    return failed
