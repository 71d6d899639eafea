"""The command line ``python -m pipeline``: its parser, its errors and its exit codes."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn, TypeAlias

from pipeline.cli import (
    add,
    analogy,
    analyse,
    analyses,
    ask,
    changes,
    compare,
    compare_models,
    doctor,
    embed,
    evaluate,
    export_map,
    faq,
    impact,
    mcp,
    photos,
    read,
    related_words,
    report,
    search,
    search_photos,
    similar_hotels,
)
from pipeline.cli.arguments import Subparsers
from pipeline.common.errors import InputError, resource_problem
from pipeline.common.rights import restrict_process

AddCommand: TypeAlias = Callable[[Subparsers], None]
_PROGRAM = "python -m pipeline"
COMMANDS: tuple[AddCommand, ...] = tuple(  # as --help lists them
    command.add_parser
    for command in (
        read,
        embed,
        analyse,
        add,
        search,
        ask,
        faq,
        compare,
        impact,
        changes,
        similar_hotels,
        related_words,
        analogy,
        photos,
        search_photos,
        report,
        export_map,
        evaluate,
        compare_models,
        analyses,
        doctor,
        mcp,
    )
)


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line that says what to do, without the usage text."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message} ('{self.prog} --help' lists the options)")


def main(
    arguments: Sequence[str] | None = None,
    *,
    program: str = _PROGRAM,
    commands: Sequence[AddCommand] = COMMANDS,
) -> int:
    """Run a command.

    Args:
        arguments: those of the command line when left out.
        program: what the user has called, for messages.
        commands: each adds its parser.

    Returns:
        The exit code: 0; 2 when the input can't be used; 1 after a fault of the program, or where
        `doctor` has found one; 130 when it was stopped from the keyboard.
    """
    restrict_process()
    try:
        options = _parser(program, commands).parse_args(arguments)
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
    except Exception as error:
        if problem := resource_problem(error):
            print(f"error: {problem}", file=sys.stderr)
            return 2
        # A fault of ours: its traceback is for the log.
        logging.getLogger(__name__).info("the command failed", exc_info=True)
        print(
            "error: something went wrong that is not your file's fault: "
            f"'{program} --verbose ...' shows the details",
            file=sys.stderr,
        )
        return 1
    return 0


def _parser(program: str, commands: Sequence[AddCommand]) -> argparse.ArgumentParser:
    parser = _Parser(
        prog=program, description="Guest reviews in many languages: topics and search."
    )
    parser.add_argument("--verbose", action="store_true", help="log what happens")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for add_command in commands:
        add_command(subparsers)
    return parser


def _set_up_logging(verbose: bool) -> None:
    logging.basicConfig(
        level=logging.INFO if verbose else logging.ERROR,
        format="%(levelname)s %(name)s: %(message)s",
    )
