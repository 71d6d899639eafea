"""``python -m pipeline read``: the table of each file, as the program understands it."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipeline.cli.arguments import Subparsers, add_format_options
from pipeline.cli.progress_bars import ProgressBars

_LARGE = 20_000_000  # bytes of a file from which on a progress bar is shown


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = subparsers.add_parser("read", help="write each file's table as it was understood")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--out", required=True, type=Path, metavar="DIR")
    add_format_options(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Write each file's table and report; nothing when one of them can't be read."""
    from pipeline.tables.read import read_table
    from pipeline.tables.report import output_name, table_report, write_table

    tables = {}
    with ProgressBars() as bars:
        for file in options.files:
            name = output_name(file)
            while name in tables:
                name = f"{name}_2"
            large = file.is_file() and file.stat().st_size > _LARGE
            tables[name] = read_table(
                file,
                encoding=options.encoding,
                delimiter=options.delimiter,
                sheet=options.sheet,
                progress=bars.stage("read") if large else None,
            )
    for name, table in tables.items():
        write_table(table, options.out, name)
        print(table_report(table)["summary"])
