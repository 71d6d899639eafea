"""The option that chooses the themes of reviews, shared by several commands."""

from __future__ import annotations

import argparse
import json
import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.analysis.analysis import Analysis
    from pipeline.insights.themes import Themes


def add_theme_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--aspects``."""
    parser.add_argument(
        "--aspects",
        action="store_true",
        help="the fixed list of aspects, the same for every file, in place of the topics",
    )


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
