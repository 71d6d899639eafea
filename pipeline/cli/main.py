"""The command line ``python -m pipeline``: its parser, its errors and its exit codes."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from typing import NoReturn

from pipeline.cli import add, analyse, analyses, embed, evaluate, read, search
from pipeline.common.errors import InputError

_PROGRAM = "python -m pipeline"
_COMMANDS = (read, embed, analyse, add, search, evaluate, analyses)  # as --help lists them


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line that says what to do, without the usage text."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message} ('{self.prog} --help' lists the options)")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Returns:
        The exit code: 0; 2 when the input can't be used; 1 after a fault of the program; 130 when
        it was stopped from the keyboard.
    """
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
    for command in _COMMANDS:
        command.add_parser(subparsers)
    return parser


def _set_up_logging(verbose: bool) -> None:
    logging.basicConfig(
        level=logging.INFO if verbose else logging.ERROR,
        format="%(levelname)s %(name)s: %(message)s",
    )
