"""``python -m pipeline report``: an analysis as a report to forward, or as a workbook."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipeline.cli.arguments import Subparsers, output_file, suffix_of
from pipeline.cli.selection_options import add_selection_options, read_documents

_SUFFIXES = (".html", ".pdf", ".xlsx")


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = subparsers.add_parser("report", help="write a report as HTML or PDF, or a workbook")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.html|.pdf|.xlsx")
    add_selection_options(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Write the file."""
    suffix = suffix_of(options.out, _SUFFIXES)
    documents = read_documents(options)
    made = {
        ".html": documents.report_html,
        ".pdf": documents.report_pdf,
        ".xlsx": documents.workbook,
    }[suffix]()
    with output_file(options.out) as file:
        file.write(made)
    print(f"{int(documents.selection.reviews.sum()):,} reviews -> {options.out}")
