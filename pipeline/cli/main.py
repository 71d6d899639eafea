"""The command line: ``python -m pipeline read|embed|analyse|add|search|analyses``."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from pipeline.cli import analyse, analyses, evaluate, search
from pipeline.common.errors import InputError
from pipeline.embedding.encoder import DEFAULT_MODEL, PRECISIONS

_PROGRAM = "python -m pipeline"


class _Parser(argparse.ArgumentParser):
    """One line instead of the usage text: the message says what to do."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message} ('{self.prog} --help' lists the options)")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code: 0, or 2 when the input can't be used."""
    try:
        options = _parser().parse_args(arguments)
        _set_up_logging(options.verbose)
        options.run(options)
    except InputError as error:
        line = " ".join(str(error).split())
        print(f"error: {line}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of our output has gone, as with "| head"
        sys.stderr.close()
        return 0
    except Exception:  # a fault of ours: its traceback is for the log
        logging.getLogger(__name__).info("the command failed", exc_info=True)
        print(
            "error: something went wrong that is not your file's fault: "
            f"'{_PROGRAM} --verbose ...' shows the details",
            file=sys.stderr,
        )
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog=_PROGRAM, description="Guest reviews in many languages: topics and search."
    )
    parser.add_argument("--verbose", action="store_true", help="log what happens")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    read = subparsers.add_parser("read", help="write each file's table as it was understood")
    read.add_argument("files", nargs="+", type=Path, metavar="FILE")
    read.add_argument("--out", required=True, type=Path, metavar="DIR")
    _add_reading(read)
    read.set_defaults(run=analyse.read)

    embed = subparsers.add_parser("embed", help="write the reviews' vectors")
    embed.add_argument("file", type=Path, metavar="FILE")
    embed.add_argument("--out", required=True, type=Path, metavar="vectors.npy")
    embed.add_argument("--as", dest="kind", choices=("document", "query"), default="document")
    embed.add_argument("--space", choices=("raw", "neutral"), default="raw")
    embed.add_argument("--no-cache", action="store_true", help="compute anew, keep nothing")
    _add_common(embed)
    embed.set_defaults(run=analyse.embed)

    command = subparsers.add_parser("analyse", help="find topics, draw the map, save it all")
    command.add_argument("file", type=Path, metavar="FILE")
    command.add_argument("--out", required=True, type=Path, metavar="DIR")
    command.add_argument("--topics", type=_topics, default=None, metavar="auto|N")
    command.add_argument(
        "--unit",
        choices=("review", "sentence", "auto"),
        default="auto",
        help="what is grouped; auto: sentences where reviews have several",
    )
    command.add_argument("--space", choices=("raw", "neutral"), default="neutral")
    command.add_argument("--id-column", metavar="C")
    command.add_argument("--seed", type=int, default=0, metavar="N")
    command.add_argument("--no-map", action="store_true")
    command.add_argument("--no-cache", action="store_true", help="compute anew, keep nothing")
    command.add_argument(
        "--fresh", action="store_true", help="without the edits of the analysis that is there"
    )
    _add_common(command)
    command.set_defaults(run=analyse.analyse)

    add = subparsers.add_parser("add", help="add a file to an analysis: its topics stay")
    add.add_argument("folder", type=Path, metavar="DIR")
    add.add_argument("file", type=Path, metavar="FILE")
    add.add_argument("--out", type=Path, metavar="DIR", help="instead of changing DIR")
    add.add_argument("--id-column", metavar="C")
    add.add_argument("--no-cache", action="store_true", help="compute anew, keep nothing")
    _add_columns(add)
    add.set_defaults(run=analyse.add)

    search.add_parser(subparsers)
    evaluate.add_parser(subparsers)
    analyses.add_parser(subparsers)
    return parser


def _add_reading(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--encoding", metavar="NAME", help="instead of the one that is judged")
    parser.add_argument("--delimiter", metavar="SIGN", help="instead of the one that is judged")
    parser.add_argument("--sheet", metavar="NAME", help="of a workbook, or the file of an archive")


def _add_common(parser: argparse.ArgumentParser) -> None:
    _add_columns(parser)
    parser.add_argument("--model", default=DEFAULT_MODEL, metavar="NAME")
    parser.add_argument(
        "--precision", choices=PRECISIONS, help=f"of {DEFAULT_MODEL}; int8 is faster"
    )


def _add_columns(parser: argparse.ArgumentParser) -> None:
    _add_reading(parser)
    parser.add_argument("--text-column", metavar="C")
    parser.add_argument("--language-column", metavar="C")
    parser.add_argument(
        "--rule",
        action="append",
        default=[],
        metavar="NAME=on|off",
        help="of cleaning: drop_duplicates, drop_one_word, strip_boilerplate, repair_mojibake, "
        "join_title",
    )


def _topics(value: str) -> int | None:
    if value == "auto":
        return None
    if not value.isdecimal() or int(value) < 1:
        raise argparse.ArgumentTypeError(f"'{value}' is neither 'auto' nor a number from 1")
    return int(value)


def _set_up_logging(verbose: bool) -> None:
    logging.basicConfig(
        level=logging.INFO if verbose else logging.ERROR,
        format="%(levelname)s %(name)s: %(message)s",
    )
