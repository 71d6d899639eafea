"""``python -m pipeline search``: the reviews of an analysis that say what is asked for."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.cli.arguments import Subparsers, output_file, positive
from pipeline.cli.filter_options import add_filter_options, allowed_units
from pipeline.common.errors import InputError
from pipeline.common.wording import short_name

if TYPE_CHECKING:
    import numpy as np

    from pipeline.analysis.analysis import Analysis
    from pipeline.embedding.encoder import Encoder
    from pipeline.search.hybrid import SearchResult

_JUDGED = {-1: "complaints", 1: "praise"}


class _Result(NamedTuple):
    """A query as it was typed, a record (rank, review_id, score, ...) of each hit, and the hits."""

    query: str
    records: list[dict[str, Any]]
    found: SearchResult


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = subparsers.add_parser("search", help="find reviews by meaning, in any language")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("query", nargs="?", metavar="QUERY")
    parser.add_argument("--queries", type=Path, metavar="FILE", help="one query a line")
    parser.add_argument("--like", action="append", default=[], metavar="REVIEW_ID")
    parser.add_argument("--out", type=Path, metavar="hits.csv|.xlsx")
    parser.add_argument("--top", type=positive, default=20, metavar="N")
    add_filter_options(parser)
    parser.add_argument("--balanced", action="store_true", help="balance the hits by language")
    parser.add_argument("--vectors-only", action="store_true", help="without matching names")
    parser.add_argument(
        "--any-judgement", action="store_true", help="complaints and praise alike, as they come"
    )
    parser.add_argument("--format", choices=("table", "json", "csv"), default="table")
    parser.add_argument("--json", action="store_true", help="the same as --format json")
    parser.add_argument("--details", action="store_true", help="with strength and by_letters")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Print or write the hits."""
    from pipeline.analysis.export import HIT_DETAILS
    from pipeline.analysis.storage import load_analysis

    queries = _queries(options)
    analysis = load_analysis(options.folder)
    allowed = allowed_units(analysis, options)
    if options.like:
        results = [_search_like(analysis, allowed, options)]
    else:
        results = _search(analysis, queries, allowed, options)
    if options.out:
        _write_hits(analysis, results, options)
        print(f"{sum(len(result.records) for result in results)} hits -> {options.out}")
    elif options.format == "csv":
        print(_as_csv(results, options.details), end="")
    elif options.json or options.format == "json":
        for result in results:
            for record in () if options.details else result.records:
                for name in HIT_DETAILS:
                    del record[name]
        shown: Any = results[0].records
        if options.queries:
            shown = [{"query": result.query, "hits": result.records} for result in results]
        print(json.dumps(shown, ensure_ascii=False, indent=1))
    else:
        for result in results:
            _print_hits(result, titled=bool(options.queries))


def load_encoder_of(analysis: Analysis) -> Encoder:
    """The model that made an analysis.

    Raises:
        InputError: there is only another version of it.
    """
    from pipeline.embedding.registry import load_encoder_of_analysis

    encoder = load_encoder_of_analysis(analysis.settings.model)
    analysis.check_encoder(encoder)
    return encoder


def _search(
    analysis: Analysis,
    typed: list[str],
    allowed: np.ndarray | None,
    options: argparse.Namespace,
) -> list[_Result]:
    from pipeline.analysis.search import search_analysis

    found = search_analysis(
        analysis,
        typed,
        load_encoder_of(analysis),
        top=options.top,
        allowed=allowed,
        balanced=options.balanced,
        hybrid=not options.vectors_only,
        judging=not options.any_judgement,
    )
    return [_result(analysis, *pair) for pair in zip(typed, found, strict=True)]


def _search_like(
    analysis: Analysis, allowed: np.ndarray | None, options: argparse.Namespace
) -> _Result:
    from pipeline.search.more_like_this import find_similar

    found = find_similar(
        analysis.search_index,
        [_row(analysis, review) for review in options.like],
        top=options.top,
        allowed=allowed,
        balanced=options.balanced,
    )
    return _result(analysis, " ".join(options.like), found)


def _result(analysis: Analysis, query: str, found: SearchResult) -> _Result:
    from pipeline.analysis.export import hit_records

    return _Result(query, hit_records(analysis, found, details=True), found)


def _row(analysis: Analysis, name: str) -> int:
    try:
        return int(analysis.ids.index(name))
    except ValueError:
        raise InputError(
            f"There is no review '{short_name(name)}': give a review_id, such as "
            f"{', '.join(map(short_name, analysis.ids[:3]))}"
        ) from None


def _as_csv(results: list[_Result], details: bool) -> str:
    from pipeline.analysis.export import HIT_COLUMNS, HIT_DETAILS
    from pipeline.common.csv_writer import to_csv

    columns = HIT_COLUMNS + (HIT_DETAILS if details else ())
    rows = ({"query": each.query, **record} for each in results for record in each.records)
    return to_csv(columns, ([row[name] for name in columns] for row in rows))


def _write_hits(analysis: Analysis, results: list[_Result], options: argparse.Namespace) -> None:
    """Write the hits as CSV, or as a workbook where the file is to be one."""
    if options.out.suffix.lower() != ".xlsx":
        with output_file(options.out, "w", encoding="utf-8") as file:
            file.write(_as_csv(results, options.details))
        return
    from pipeline.exports.sheets import table_xlsx
    from pipeline.exports.tables import hit_table
    from pipeline.exports.workbook import newest_day
    from pipeline.insights.attributes import review_attributes

    hits = [(result.query, result.found) for result in results]
    table = hit_table(analysis, review_attributes(analysis), hits)
    with output_file(options.out) as file:
        file.write(table_xlsx(table, created=newest_day(analysis)))


def _print_hits(result: _Result, *, titled: bool) -> None:
    if titled:
        print(f"# {result.query}")
    for record in result.records:
        text = " ".join(record["text"].split())
        print(
            f"{record['rank']:3d}  {record['strength']:6s}  {record['score']:.3f}  "
            f"{record['language']}  {record['review_id']}  [{record['topic']}]  {text}"
        )
    for note in result.found.notes:
        print(note)
    if counts := result.found.counts:
        listed = ", ".join(f"{code} {strong + likely}" for code, (strong, likely) in counts.items())
        print(f"strong or likely hits in all: {listed}")
    elif result.records:
        print("no review says this; these are the nearest")
    if judgement := result.found.judgement:
        print(f"{_JUDGED[judgement]} first; --any-judgement shows both alike")
    if not result.records and not result.found.notes:
        print("no reviews match the filters")


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
