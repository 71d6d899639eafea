"""Options that choose some of an analysis' reviews, shared by several commands."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from pipeline.common.errors import InputError
from pipeline.common.wording import list_names, short_name

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
    from pipeline.analysis.filter_columns import analysis_columns, filter_units
    from pipeline.filters.binding import bind
    from pipeline.filters.expressions import mask
    from pipeline.filters.parser import parse_filter

    where = _conditions(options.where)
    if not (options.language or where or options.topic or options.filter):
        return None
    topics = [_topic(analysis, name) for name in options.topic]
    allowed = filter_units(analysis, languages=options.language, where=where, topics=topics)
    if options.filter:
        columns = analysis_columns(analysis)
        kinds = {name: column.kind for name, column in columns.items()}
        allowed &= mask(bind(parse_filter(options.filter), kinds), columns, len(allowed))
    return allowed


def allowed_reviews(analysis: Analysis, options: argparse.Namespace) -> np.ndarray | None:
    """Reviews with a unit that passes all filters, bool (n,); None where there is no filter.

    Raises:
        InputError: as :func:`allowed_units`, or no review passes.
    """
    import numpy as np

    units = allowed_units(analysis, options)
    if units is None:
        return None
    if not units.any():
        raise InputError("No review passes the filters: remove one")
    reviews = np.zeros(len(analysis.texts), bool)
    reviews[analysis.units.review[units]] = True
    return reviews


def _topic(analysis: Analysis, wanted: str) -> int:
    names = [topic.name for topic in analysis.topics]
    for number, name in enumerate(names):
        if wanted.casefold() == name.casefold():
            return number
    if wanted.isdecimal() and int(wanted) < len(names):
        return int(wanted)
    listed = list_names(f"{number} {name}" for number, name in enumerate(names))
    raise InputError(f"There is no topic '{short_name(wanted)}'; the topics are: {listed}")


def _conditions(where: list[str]) -> dict[str, list[str]]:
    conditions: dict[str, list[str]] = {}
    for condition in where:
        column, equals, value = condition.partition("=")
        if not equals:
            raise InputError(f"--where takes column=value, got '{condition}'")
        conditions.setdefault(column, []).append(value)
    return conditions
