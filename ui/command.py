"""The command ``polyguest``: the web app, and every command of ``python -m pipeline``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from pipeline.cli import main as cli
from pipeline.cli.arguments import Subparsers


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code of :func:`pipeline.cli.main.main`."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["app"] and not {"-h", "--help"} & set(given):
        _serve(given[1:])  # Streamlit reads its options itself
    return cli.main(given, program="polyguest", commands=(_add_app, _add_worker, *cli.COMMANDS))


def _add_app(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser(
        "app",
        help="start the web app",
        usage="polyguest app [OPTION OF streamlit run]...",
        description="Start the web app, for instance with --server.port 8502.",
    )
    parser.set_defaults(run=_run)


def _add_worker(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser(
        "worker", help="do the jobs of servers that share a database (POLYGUEST_DATABASE)"
    )
    parser.set_defaults(run=_work)


def _work(_options: argparse.Namespace) -> None:
    from pipeline.jobs import runner

    runner.main()


def _run(_options: argparse.Namespace) -> None:
    _serve(())


def _serve(options: Sequence[str]) -> None:
    from ui import serve

    serve.main(options)


if __name__ == "__main__":
    sys.exit(main())
