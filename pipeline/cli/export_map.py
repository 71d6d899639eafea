"""``python -m pipeline map``: the map of an analysis as a file to open offline, or as a picture."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipeline.cli.arguments import Subparsers, output_file, suffix_of
from pipeline.cli.selection_options import add_selection_options, read_documents
from pipeline.common.errors import InputError

_SUFFIXES = (".html", ".png", ".svg", ".pdf")
_COLOURINGS = ("topic", "language", "hotel", "rating", "sentiment")


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = subparsers.add_parser("map", help="write the map as one HTML file, PNG, SVG or PDF")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.html|.png|.svg|.pdf")
    parser.add_argument(
        "--colour", choices=_COLOURINGS, default="topic", help="of the points of a picture"
    )
    add_selection_options(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Write the file."""
    from pipeline.figures.colours import available_colourings

    suffix = suffix_of(options.out, _SUFFIXES)
    documents = read_documents(options)
    if options.colour not in available_colourings(documents.analysis, documents.attributes):
        raise InputError(f"The reviews have no column to colour by {options.colour}")
    if suffix == ".html":
        made = documents.map_html()
    else:
        made = documents.map_image(colour=options.colour, form=suffix[1:])
    with output_file(options.out) as file:
        file.write(made)
    print(f"{int(documents.selection.reviews.sum()):,} reviews -> {options.out}")
