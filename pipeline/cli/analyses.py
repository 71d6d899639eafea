"""``python -m pipeline analyses ...``: the analyses a user keeps in the data folder."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.cli.progress_bars import Bars
from pipeline.common.errors import InputError
from pipeline.common.workspace import Workspace

if TYPE_CHECKING:
    from pipeline.library.catalogue import Entry


def add_parser(subparsers: Any) -> None:
    """Add the command and what it can do."""
    analyses = subparsers.add_parser(
        "analyses", help="list, search, name, delete, export, import analyses"
    )
    actions = analyses.add_subparsers(dest="action", required=True, metavar="ACTION")

    add = actions.add_parser("add", help="keep a folder of 'analyse'")
    add.add_argument("folder", type=Path, metavar="DIR")
    add.add_argument("--name", metavar="NAME", help="the folder's name when left out")
    listing = actions.add_parser("list", help="newest first")
    listing.add_argument("--trash", action="store_true", help="what was deleted and still is there")
    listing.add_argument("--json", action="store_true")
    rename = actions.add_parser("rename", help="call one something else")
    rename.add_argument("analysis", metavar="ANALYSIS", help="its token, or its name")
    rename.add_argument("name", metavar="NAME")
    for action, what in (
        ("delete", "put one into the trash for 30 days"),
        ("undelete", "bring one back from the trash"),
    ):
        parser = actions.add_parser(action, help=what)
        parser.add_argument("analysis", metavar="ANALYSIS", help="its token, or its name")
    export = actions.add_parser("export", help="write one as a single file, without any code in it")
    export.add_argument("analysis", metavar="ANALYSIS", help="its token, or its name")
    export.add_argument("--out", required=True, type=Path, metavar="FILE.zip")
    import_ = actions.add_parser("import", help="keep one that was exported")
    import_.add_argument("file", type=Path, metavar="FILE.zip")
    add_action(actions)
    analyses.set_defaults(run=analyses_command)


def analyses_command(options: argparse.Namespace) -> None:
    """Do what is asked with the user's analyses."""
    from pipeline.analysis.storage import load_analysis
    from pipeline.library.catalogue import Catalogue

    catalogue = Catalogue(Workspace.current().analyses)
    if options.action == "list":
        entries = catalogue.trashed() if options.trash else catalogue.entries()
        if options.json:
            print(json.dumps([asdict(entry) for entry in entries], ensure_ascii=False, indent=1))
            return
        for entry in entries:
            print(_line(entry))
        if not entries:
            print("the trash is empty" if options.trash else "no analysis is kept yet")
    elif options.action == "add":
        name = options.name or options.folder.resolve().name
        analysis = load_analysis(options.folder)
        print(_line(catalogue.add(analysis, name=name, file=analysis.batches[0].name)))
    elif options.action == "search":
        search_analyses(catalogue, options)
    elif options.action == "import":
        print(_line(catalogue.import_archive(options.file)))
    elif options.action == "undelete":
        token = catalogue.find(options.analysis, trashed=True).token
        print(_line(catalogue.undelete(token)))
    else:
        token = catalogue.find(options.analysis).token
        if options.action == "rename":
            print(_line(catalogue.rename(token, options.name)))
        elif options.action == "delete":
            print(_line(catalogue.delete(token)))
            print(f"in the trash for 30 days: 'analyses undelete {token}' brings it back")
        else:
            catalogue.export(token, options.out)
            print(f"{_line(catalogue.find(token))} -> {options.out}")


def _line(entry: Entry) -> str:
    """An analysis in one line; names were made one line when they were given."""
    languages = ", ".join(list(entry.languages)[:5])
    more = len(entry.languages) - 5
    languages += f" and {more} more" if more > 0 else ""
    made = f"{entry.file}  " if entry.file else ""
    return (
        f"{entry.token}  {entry.created[:10]}  {entry.reviews:7d} reviews  {entry.topics:3d} topics"
        f"  {entry.name}  {made}[{languages}]"
    )


if TYPE_CHECKING:
    import numpy as np

    from pipeline.library.catalogue import Catalogue


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
    from pipeline.embedding.encoder import load_encoder
    from pipeline.library.cross_search import search_all
    from pipeline.search.query import parse_query

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

    found = search_all(catalogue, query, encode, top=options.top, where=where, only=only)
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
    from pipeline.filters.expressions import And, In
    from pipeline.filters.parser import parse_filter

    parts: list[Any] = [In("language", tuple(options.language))] if options.language else []
    if options.filter:
        parts.append(parse_filter(options.filter))
    return And(tuple(parts)) if parts else None


def _make_searchable(catalogue: Catalogue, only: list[str]) -> None:
    from pipeline.library.search_store import has_current_store, update_search_store

    for entry in catalogue.entries():
        if only and entry.token not in only:
            continue
        folder = catalogue.path(entry.token)
        if not has_current_store(folder):
            with Bars() as bars:
                update_search_store(folder, progress=bars.stage(f"Preparing {entry.name}"))
