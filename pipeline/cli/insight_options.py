"""The arguments of the commands that count what reviews are about, and what they choose."""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.cli.filter_options import add_filter_options, allowed_reviews

if TYPE_CHECKING:
    import numpy as np

    from pipeline.analysis.analysis import Analysis
    from pipeline.insights.themes import Themes


def add_insight_options(
    parser: argparse.ArgumentParser, *, all_figures: str = "all figures, for scripts"
) -> None:
    """Add the folder, ``--aspects``, the filters and ``--json``, with the help of the last one."""
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument(
        "--aspects",
        action="store_true",
        help="the fixed list of aspects, the same for every file, in place of the topics",
    )
    add_filter_options(parser)
    parser.add_argument("--json", action="store_true", help=all_figures)


def chosen_reviews(options: argparse.Namespace) -> tuple[Analysis, np.ndarray | None]:
    """The analysis of the folder, and which of its reviews pass the filters: bool (n,), or None.

    Raises:
        InputError: the folder can't be opened, a filter can't be read, or no review passes.
    """
    from pipeline.analysis.storage import load_analysis

    analysis = load_analysis(options.folder)
    return analysis, allowed_reviews(analysis, options)


def chosen_themes(analysis: Analysis, options: argparse.Namespace) -> Themes:
    """The topics of an analysis, or the aspects where these were asked for.

    Raises:
        InputError: the analysis' model has no aspects.
    """
    if options.aspects:
        from pipeline.insights.aspect_themes import aspect_themes

        return aspect_themes(analysis)
    from pipeline.insights.themes import topic_themes

    return topic_themes(analysis)


def print_json(value: Any) -> None:  # noqa: ANN401  whatever JSON takes
    """Print records as JSON; numbers that are none (NaN, infinity) are null."""
    print(json.dumps(_finite(value), ensure_ascii=False, indent=1, allow_nan=False))


def _finite(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
