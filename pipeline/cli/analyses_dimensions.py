"""``python -m pipeline analyses dimensions``: how many the search over all analyses keeps."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli.arguments import Subparsers, positive
from pipeline.cli.progress_bars import ProgressBars

if TYPE_CHECKING:
    from pipeline.library.catalogue import Catalogue

_ALL = "all"
_WAYS = ("pca", "prefix")


def add_parser(actions: Subparsers) -> None:
    """Add the action."""
    parser = actions.add_parser(
        "dimensions", help="keep fewer dimensions for the search over all analyses, or all again"
    )
    parser.add_argument("analysis", metavar="ANALYSIS", help="its token, or its name")
    parser.add_argument("dimensions", metavar="N", type=_number, help=f"a number, or '{_ALL}'")
    parser.add_argument("--by", choices=_WAYS, default=_WAYS[0], help="pca when left out")
    parser.set_defaults(act=_set)


def _set(catalogue: Catalogue, options: argparse.Namespace) -> None:
    from pipeline.embedding.reduction import reduction_name
    from pipeline.library.search_store import update_search_store

    entry = catalogue.find(options.analysis)
    folder = catalogue.path(entry.token)
    number: int | None = options.dimensions
    before = _bytes(folder)
    catalogue.set_reduction(
        entry.token, "" if number is None else reduction_name(options.by, number)
    )
    with ProgressBars() as bars:
        update_search_store(folder, progress=bars.stage(f"Preparing {entry.name}"))
    kept = "all dimensions" if number is None else f"{number} dimensions ({options.by})"
    was = f", was {before / 1e6:.1f} MB" if before else ""
    print(f"{entry.name}: the search store keeps {kept}; {_bytes(folder) / 1e6:.1f} MB{was}")


def _bytes(folder: Path) -> int:
    """Size of the search store of an analysis."""
    return sum(path.stat().st_size for path in (folder / "store").rglob("*") if path.is_file())


def _number(text: str) -> int | None:
    return None if text == _ALL else positive(text)
