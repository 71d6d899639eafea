"""``python -m pipeline search``: its arguments, and what it does."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.cli.analyse import Writable
from pipeline.common.errors import InputError

_DETAILS = ("strength", "by_letters")


def add_parser(subparsers: Any) -> None:
    """Add the command."""
    command_ = subparsers.add_parser("search", help="find the reviews that say it, in any language")
    command_.add_argument("folder", type=Path, metavar="DIR")
    command_.add_argument("query", nargs="?", metavar="QUERY")
    command_.add_argument("--queries", type=Path, metavar="FILE", help="one query a line")
    command_.add_argument("--like", action="append", default=[], metavar="REVIEW_ID")
    command_.add_argument("--out", type=Path, metavar="hits.csv")
    command_.add_argument("--top", type=_positive, default=20, metavar="N")
    command_.add_argument("--language", action="append", default=[], metavar="xx")
    command_.add_argument("--where", action="append", default=[], metavar="column=value")
    command_.add_argument("--filter", default="", metavar="EXPR", help="as in 'rating <= 2'")
    command_.add_argument("--topic", action="append", default=[], metavar="NAME|ID")
    command_.add_argument("--balanced", action="store_true", help="languages share first places")
    command_.add_argument("--vectors-only", action="store_true", help="by meaning, not by letters")
    command_.add_argument("--format", choices=("table", "json", "csv"), default="table")
    command_.add_argument("--json", action="store_true", help="the same as --format json")
    command_.add_argument("--details", action="store_true", help="strength and by_letters, too")
    command_.set_defaults(run=search)


def search(options: argparse.Namespace) -> None:
    """Print or write the reviews that say it."""
    from pipeline.analysis.storage import load_analysis
    from pipeline.common.files import atomic_write

    queries = _queries(options)
    analysis = load_analysis(options.folder)
    allowed = _allowed(analysis, options)
    found = _found(analysis, queries, allowed, options)
    if options.out:
        text = _as_csv(found, options.details)
        with Writable(options.out), atomic_write(options.out, "w", encoding="utf-8") as file:
            file.write(text)
        print(f"{sum(len(records) for _, records, _ in found)} hits -> {options.out}")
    elif options.format == "csv":
        print(_as_csv(found, options.details), end="")
    elif options.json or options.format == "json":
        for _, records, _ in found:
            for record in () if options.details else records:
                for name in _DETAILS:
                    del record[name]
        results: Any = found[0][1]
        if options.queries:
            results = [{"query": query, "hits": records} for query, records, _ in found]
        print(json.dumps(results, ensure_ascii=False, indent=1))
    else:
        for query, records, hits in found:
            _print_hits(query, records, hits, titled=bool(options.queries))


def _found(
    analysis: Any, typed: list[str], allowed: np.ndarray | None, options: argparse.Namespace
) -> list[tuple[str, list[dict[str, Any]], Any]]:
    from pipeline.analysis.export import hit_records
    from pipeline.search.hybrid import search_reviews
    from pipeline.search.more_like_this import find_similar
    from pipeline.search.query import parse_query

    index = analysis.search_index
    encoder = None if options.like else analysis_encoder(analysis)
    if encoder is None:
        rows = [_row(analysis, name) for name in options.like]
        hits = [
            find_similar(index, rows, top=options.top, allowed=allowed, balanced=options.balanced)
        ]
        typed = [" ".join(options.like)]
    else:
        queries = [parse_query(text) for text in typed]
        raw = encoder.encode_queries([query.text for query in queries])
        hits = search_reviews(
            index,
            queries,
            analysis.space.transform(raw),
            top=options.top,
            allowed=allowed,
            balanced=options.balanced,
            hybrid=not options.vectors_only,
        )
    found = []
    for text, hit in zip(typed, hits, strict=True):
        records = hit_records(analysis, hit)
        for record, strength, by_letters in zip(
            records, hit.strengths.tolist(), hit.lexical_matches.tolist(), strict=True
        ):
            record |= {"strength": strength, "by_letters": by_letters}
        found.append((text, records, hit))
    return found


def analysis_encoder(analysis: Any) -> Any:
    """The model that made an analysis.

    Raises:
        InputError: there is only another version of it.
    """
    from pipeline.embedding.encoder import load_encoder

    encoder = load_encoder(analysis.settings.model)
    if encoder.fingerprint != analysis.encoder:
        raise InputError(
            f"The analysis was made by another version of the model {encoder.name}: "
            "analyse the file again"
        )
    return encoder


def _allowed(analysis: Any, options: argparse.Namespace) -> np.ndarray | None:
    from pipeline.analysis.filter_columns import filter_units

    where = _conditions(options.where)

    if not (options.language or where or options.topic or options.filter):
        return None
    topics = [_topic(analysis, name) for name in options.topic]
    allowed = filter_units(analysis, languages=options.language, where=where, topics=topics)
    if options.filter:
        from pipeline.analysis.filter_columns import analysis_columns
        from pipeline.filters.binding import bind
        from pipeline.filters.expressions import mask
        from pipeline.filters.parser import parse_filter

        columns = analysis_columns(analysis)
        kinds = {name: column.kind for name, column in columns.items()}
        allowed &= mask(bind(parse_filter(options.filter), kinds), columns, len(allowed))
    return allowed


def _topic(analysis: Any, wanted: str) -> int:
    names = [topic.name for topic in analysis.topics]
    for number, name in enumerate(names):
        if wanted.casefold() == name.casefold():
            return number
    if wanted.isdecimal() and int(wanted) < len(names):
        return int(wanted)
    listed = "; ".join(f"{number} {name}" for number, name in enumerate(names))
    raise InputError(f"There is no topic '{wanted}'; the topics are: {listed}")


def _row(analysis: Any, name: str) -> int:
    try:
        return int(analysis.ids.index(name))
    except ValueError:
        example = ", ".join(analysis.ids[:3])
        raise InputError(
            f"There is no review '{name}'; reviews are called by their review_id, such as {example}"
        ) from None


def _as_csv(found: list[tuple[str, list[dict[str, Any]], Any]], details: bool) -> str:
    from pipeline.analysis.export import HIT_COLUMNS
    from pipeline.common.csv_writer import to_csv

    columns = HIT_COLUMNS + (_DETAILS if details else ())
    rows = ({"query": query, **record} for query, records, _ in found for record in records)
    return to_csv(columns, ([row[name] for name in columns] for row in rows))


def _print_hits(query: str, records: list[dict[str, Any]], hits: Any, *, titled: bool) -> None:
    if titled:
        print(f"# {query}")
    for record in records:
        text = " ".join(record["text"].split())
        print(
            f"{record['rank']:3d}  {record['strength']:6s}  {record['score']:.3f}  "
            f"{record['language']}  {record['review_id']}  [{record['topic']}]  {text}"
        )
    for note in hits.notes:
        print(note)
    if hits.counts:
        shown = ", ".join(
            f"{code} {strong + likely}" for code, (strong, likely) in hits.counts.items()
        )
        print(f"strong or likely hits in all: {shown}")
    if not records and not hits.notes:
        print("no review passes the filters")


def _queries(options: argparse.Namespace) -> list[str]:
    if (options.query is not None) + (options.queries is not None) + bool(options.like) != 1:
        raise InputError("Give either a QUERY, --queries FILE or --like REVIEW_ID")
    if options.like:
        return []
    if options.query is not None:
        queries = [options.query.strip()]
    else:
        if options.out is None and not options.json and options.format not in ("json", "csv"):
            raise InputError("--queries needs --out hits.csv (or --json)")
        try:
            lines = options.queries.read_text("utf-8-sig").splitlines()
        except OSError as error:
            raise InputError(f"'{options.queries}' can't be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise InputError(f"'{options.queries}' is not UTF-8 text: save it as UTF-8") from error
        queries = [line.strip() for line in lines if line.strip()]
    if not queries or not queries[0]:
        raise InputError("The query is empty: type what guests might say")
    return queries


def _positive(value: str) -> int:
    if not value.isdecimal() or int(value) < 1:
        raise argparse.ArgumentTypeError(f"'{value}' is not a number from 1")
    return int(value)


def _conditions(where: list[str]) -> dict[str, list[str]]:
    conditions: dict[str, list[str]] = {}
    for condition in where:
        column, equals, value = condition.partition("=")
        if not equals:
            raise InputError(f"--where takes column=value, got '{condition}'")
        conditions.setdefault(column, []).append(value)
    return conditions
