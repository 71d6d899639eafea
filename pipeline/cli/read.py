"""``python -m pipeline read``: the table of each file, as the program understands it."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.cli.arguments import Subparsers, add_review_options, output_file, reviews_of_table
from pipeline.cli.progress_bars import ProgressBars
from pipeline.common.errors import InputError
from pipeline.common.progress import Progress

if TYPE_CHECKING:
    from pipeline.reviews.read import Reviews
    from pipeline.tables.read import Table

_LARGE = 20_000_000  # bytes of a file from which on a progress bar is shown


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = subparsers.add_parser("read", help="write each file's table as it was understood")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--out", required=True, type=Path, metavar="DIR")
    parser.add_argument(
        "--reviews",
        action="store_true",
        help="also write NAME.reviews.csv: one row a review, with its text, language, rating from "
        "1 to 5, date and hotel as understood, and in NAME.report.json each column's role and why; "
        "the options on columns and rules are for these",
    )
    add_review_options(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Write each file's table and report; a file that can't be read does not stop the others.

    Raises:
        InputError: the last file that can't be read, when all have been tried.
    """
    failure = None
    for file, name in zip(options.files, _output_names(options.files), strict=True):
        try:
            _read_file(file, name, options)
        except InputError as error:
            if failure:
                print(f"error: {' '.join(str(failure).split())}", file=sys.stderr)
            failure = error
    if failure:
        raise failure


def _read_file(file: Path, name: str, options: argparse.Namespace) -> None:
    from pipeline.isolation.budget import Budget
    from pipeline.isolation.pool import run_isolated
    from pipeline.tables.report import table_report, write_table

    with ProgressBars() as bars:
        large = file.is_file() and file.stat().st_size > _LARGE
        understood = run_isolated(
            _understand,
            file,
            options=_file_options(options),
            label=file.name,
            budget=Budget.for_file(file),
            progress=bars.stage("read") if large else None,
        )
        table, reviews = understood.table, understood.reviews
        write_table(table, options.out, name)
        print(table_report(table)["summary"])
        if understood.problem:
            raise InputError(understood.problem)
        if reviews is not None:
            _write_reviews(reviews, understood.languages, options.out / f"{name}.reviews.csv")
            _write_report(table, reviews, understood.roles, options.out / f"{name}.report.json")


def _file_options(options: argparse.Namespace) -> argparse.Namespace:
    """The options without what belongs to the parser."""
    return argparse.Namespace(**{k: v for k, v in vars(options).items() if k != "run"})


@dataclass(frozen=True)
class _Understood:
    """What is understood of a file.

    Attributes:
        table: as read.
        reviews: of the table, where they were asked for.
        problem: why there are no reviews, or "".
        languages: one a review.
        roles: of the columns, for the report.
    """

    table: Table
    reviews: Reviews | None = None
    problem: str = ""
    languages: Sequence[str] = ()
    roles: Mapping[str, Any] = field(default_factory=dict)


def _understand(
    file: Path, *, options: argparse.Namespace, progress: Progress | None = None
) -> _Understood:
    """Read a file, and its reviews where the options ask for them."""
    from pipeline.analysis.run import identify_languages
    from pipeline.reviews.export import roles_report
    from pipeline.tables.read import read_table

    table = read_table(
        file,
        encoding=options.encoding,
        delimiter=options.delimiter,
        sheet=options.sheet,
        progress=progress,
    )
    if not options.reviews:
        return _Understood(table)
    try:
        reviews = reviews_of_table(table, options)
    except InputError as error:  # the table is written all the same
        return _Understood(table, problem=str(error))
    languages = identify_languages(reviews).tolist()
    return _Understood(table, reviews, "", languages, roles_report(reviews))


def _write_reviews(reviews: Reviews, languages: Sequence[str], path: Path) -> None:
    """Write reviews for spreadsheets too: UTF-8 with a byte order mark."""
    from pipeline.common.csv_writer import write_csv
    from pipeline.reviews.export import review_rows

    with output_file(path, "w", encoding="utf-8-sig", newline="") as out:
        write_csv(out, review_rows(reviews, languages))


def _write_report(table: Table, reviews: Reviews, roles: Mapping[str, Any], path: Path) -> None:
    """Write the report again, with the roles of columns in place of their bare names."""
    from pipeline.tables.report import table_report

    report = table_report(table)
    report |= {"column_names": report["columns"], "notes": list(reviews.notes)}
    with output_file(path, "w", encoding="utf-8", newline="") as out:
        out.write(json.dumps(report | dict(roles), ensure_ascii=False, indent=1) + "\n")


def _output_names(files: Sequence[Path]) -> list[str]:
    from pipeline.tables.report import output_name

    names: list[str] = []
    for file in files:
        name = output_name(file)
        while name in names:
            name = f"{name}_2"
        names.append(name)
    return names
