"""``python -m pipeline analogy``: the words nearest to A - B + C."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipeline.cli.arguments import Subparsers
from pipeline.cli.related_words import add_word_options, load_words, print_words


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "analogy", help="find the words nearest to A - B + C: breakfast - morning + evening"
    )
    parser.add_argument("folder", type=Path, metavar="DIR")
    for name in "abc":
        parser.add_argument(name, metavar=name.upper())
    add_word_options(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Print the words."""
    vectors, (one, without, other) = load_words(options, [options.a, options.b, options.c])
    print_words(vectors.analogy(one, without, other, top=options.top), as_json=options.json)
