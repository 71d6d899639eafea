"""Options that choose some of an analysis' reviews, shared by several commands."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from pipeline.common.errors import InputError

if TYPE_CHECKING:
    import numpy as np

    from pipeline.analysis.analysis import Analysis


def add_filter_options(parser: argparse.ArgumentParser) -> None:
    """Add the filters."""
    parser.add_argument("--language", action="append", default=[], metavar="xx")
    parser.add_argument("--where", action="append", default=[], metavar="column=value")
    parser.add_argument("--filter", default="", metavar="EXPR", help="as in 'rating <= 2'")
    parser.add_argument("--topic", action="append", default=[], metavar="NAME|ID")


def allowed_units(analysis: Analysis, options: argparse.Namespace) -> np.ndarray | None:
    """Units that pass all filters, bool (m,); None where there is no filter.

    Raises:
        InputError: a filter names what is not there, or can't be read.
    """
    from pipeline.analysis.filter_columns import select_units

    return select_units(
        analysis,
        languages=options.language,
        topics=options.topic,
        where=_conditions(options.where),
        expression=options.filter,
    )


def allowed_reviews(analysis: Analysis, options: argparse.Namespace) -> np.ndarray | None:
    """Reviews with a unit that passes all filters, bool (n,); None where there is no filter.

    Raises:
        InputError: as :func:`allowed_units`, or no review passes.
    """
    from pipeline.analysis.filter_columns import select_reviews

    return select_reviews(analysis, allowed_units(analysis, options))


def _conditions(where: list[str]) -> dict[str, list[str]]:
    conditions: dict[str, list[str]] = {}
    for condition in where:
        column, equals, value = condition.partition("=")
        if not equals:
            raise InputError(f"--where takes column=value, got '{condition}'")
        conditions.setdefault(column, []).append(value)
    return conditions
