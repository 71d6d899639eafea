"""``python -m pipeline mcp``: saved analyses for assistants, by the Model Context Protocol."""

from __future__ import annotations

import argparse

from pipeline.cli.arguments import Subparsers, add_workspace, open_command_catalogue
from pipeline.common.errors import InputError


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "mcp", help="let an assistant read saved analyses (Model Context Protocol, over stdio)"
    )
    add_workspace(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Serve until the assistant closes the connection."""
    try:
        from pipeline.cli.mcp_server import build_server
    except ImportError as error:
        raise InputError(
            "The package 'mcp' is not installed: 'pip install \"polyguest[mcp]\"' or "
            "'pip install -r requirements-mcp.txt' installs it"
        ) from error
    build_server(open_command_catalogue(options)).run("stdio")
