"""Arguments that several commands share, and what the program makes of them."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeAlias

from pipeline.common.errors import InputError
from pipeline.common.files import atomic_write
from pipeline.embedding.precision import PRECISIONS
from pipeline.embedding.registry import DEFAULT_MODEL
from pipeline.reviews.cleaning import CleaningRules

if TYPE_CHECKING:
    from pipeline.embedding.encoder import Encoder
    from pipeline.library.catalogue import Catalogue
    from pipeline.reviews.read import Reviews
    from pipeline.tables.read import Table

ANALYSIS_HELP = "its token, its name, or a folder of 'analyse'"
Subparsers: TypeAlias = "argparse._SubParsersAction[Any]"


def add_format_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that overrule what is detected of a file's format."""
    parser.add_argument("--encoding", metavar="NAME", help="detected when left out")
    parser.add_argument("--delimiter", metavar="SIGN", help="detected when left out")
    parser.add_argument("--sheet", metavar="NAME", help="of a workbook, or the file of an archive")


def add_review_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where a file's reviews are and how they are cleaned."""
    add_format_options(parser)
    parser.add_argument("--text-column", metavar="C")
    parser.add_argument("--language-column", metavar="C")
    parser.add_argument(
        "--rating-scale",
        metavar="N|bubbles|1-N",
        help="the best mark of the file's ratings, bubbles for 10 to 50, or 1-6 where 1 is the "
        "best of six marks; judged when left out",
    )
    parser.add_argument(
        "--rule",
        action="append",
        default=[],
        metavar="NAME=on|off",
        help="switch a cleaning rule: drop_duplicates, drop_one_word, strip_boilerplate, "
        "strip_shared_endings, repair_mojibake, join_title",
    )
    parser.add_argument(
        "--questions",
        choices=("join", "split", "one"),
        help="answers to several open questions in a row: one review (join), a review each "
        "(split), or only the text column (one); join, unless --text-column is given",
    )


def add_model_options(parser: argparse.ArgumentParser) -> None:
    """Add the choice of the language model."""
    parser.add_argument("--model", default=DEFAULT_MODEL, metavar="NAME")
    parser.add_argument(
        "--precision", choices=PRECISIONS, help=f"of {DEFAULT_MODEL}; int8 is faster"
    )


def add_no_cache(parser: argparse.ArgumentParser) -> None:
    """Add the switch that leaves the vector cache alone."""
    parser.add_argument(
        "--no-cache", action="store_true", help="compute all vectors anew and cache none"
    )


def add_ray_option(parser: argparse.ArgumentParser) -> None:
    """Add the cluster on which texts are encoded."""
    parser.add_argument(
        "--ray",
        metavar="ADDRESS",
        help="encode on the machines of this Ray cluster: its head's address, or auto",
    )


@contextmanager
def load_encoder_of(options: argparse.Namespace) -> Iterator[Encoder]:
    """The encoder that a command is told to use, on a cluster where it is given one.

    Raises:
        InputError: no such model, or no such cluster.
    """
    from pipeline.embedding.registry import load_encoder, with_precision

    encoder = load_encoder(with_precision(options.model, options.precision))
    if options.ray is None:
        yield encoder
        return
    from pipeline.embedding.ray_cluster import encoder_on_ray

    with encoder_on_ray(options.ray, encoder) as distributed:
        yield distributed


def add_workspace(parser: argparse.ArgumentParser) -> None:
    """Add the choice of the workspace, where there are several."""
    parser.add_argument(
        "--workspace",
        metavar="NAME",
        help="whose analyses, where POLYGUEST_ACCESS names workspaces",
    )


def open_command_catalogue(options: argparse.Namespace) -> Catalogue:
    """The saved analyses that a command works on.

    Raises:
        InputError: the workspace must be named and isn't, or there is none of this name.
    """
    from pipeline.access.rooms import command_workspace
    from pipeline.library.guarded_catalogue import open_catalogue

    return open_catalogue(*command_workspace(options.workspace))


def positive(value: str) -> int:
    """A whole number from 1, for ``type=`` of an argument."""
    if not value.isdecimal() or int(value) < 1:
        raise argparse.ArgumentTypeError(f"'{value}' is not a number from 1")
    return int(value)


def read_reviews_of(options: argparse.Namespace, *, id_column: str | None = None) -> Reviews:
    """Read the reviews of the file that a command is given.

    Raises:
        InputError: an unknown rule, or a file that can't be read.
    """
    from pipeline.isolation.budget import Budget
    from pipeline.isolation.pool import run_isolated
    from pipeline.reviews.read import read_reviews

    return run_isolated(
        read_reviews,
        options.file,
        label=options.file.name,
        budget=Budget.for_file(options.file),
        text_column=options.text_column,
        language_column=options.language_column,
        id_column=id_column,
        encoding=options.encoding,
        delimiter=options.delimiter,
        sheet=options.sheet,
        rules=_rules(options),
        rating_scale=options.rating_scale,
    )


def reviews_of_table(table: Table, options: argparse.Namespace) -> Reviews:
    """The reviews of a table that was read, with the options of :func:`add_review_options`.

    Raises:
        InputError: an unknown rule, or no reviews in the table.
    """
    from pipeline.reviews.read import choose_columns, reviews_from_table

    columns = choose_columns(table, text=options.text_column, language=options.language_column)
    rules = _rules(options)
    return reviews_from_table(table, columns, rules=rules, rating_scale=options.rating_scale)


def analysis_folder(catalogue: Catalogue, named: str) -> Path:
    """The folder of an analysis: of 'analyse', or of a saved one by its token or name.

    Raises:
        InputError: there is none, or several of the name.
    """
    from pipeline.analysis.manifest import MANIFEST

    folder = Path(named)
    if (folder / MANIFEST).is_file():
        return folder
    return catalogue.path(catalogue.find(named).token)


def suffix_of(path: Path, suffixes: Sequence[str]) -> str:
    """The suffix of a file to write, in lower case.

    Raises:
        InputError: it is none of these.
    """
    suffix = path.suffix.lower()
    if suffix not in suffixes:
        choice = ", ".join(suffixes[:-1]) + f" or {suffixes[-1]}"
        raise InputError(f"'{path.name}' must end with {choice}, which says what to write")
    return suffix


@contextmanager
def output_file(path: Path, mode: str = "wb", **options: Any) -> Iterator[IO[Any]]:
    """A file that a command writes, whole or not at all.

    Raises:
        InputError: it can't be written.
    """
    try:
        with atomic_write(path, mode, **options) as file:
            yield file
    except OSError as error:
        raise InputError(f"'{path}' can't be written: {error.strerror}") from error


def _rules(options: argparse.Namespace) -> CleaningRules:
    known = {field.name for field in fields(CleaningRules) if field.name != "questions"}
    # A text column that is named stands alone, unless the user says otherwise.
    questions = options.questions or ("one" if options.text_column else "join")
    chosen: dict[str, Any] = {"questions": questions}
    for switch in options.rule:
        name, _, state = switch.partition("=")
        if name not in known or state not in ("on", "off"):
            raise InputError(
                f"--rule takes NAME=on or NAME=off, got '{switch}'; "
                f"the rules are {', '.join(sorted(known))}"
            )
        chosen[name] = state == "on"
    return CleaningRules(**chosen)
