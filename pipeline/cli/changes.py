"""``python -m pipeline changes``: what is more, less or new since a day, in all and by hotel."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING, Any

from pipeline.cli.arguments import Subparsers
from pipeline.cli.insight_options import (
    add_insight_options,
    chosen_reviews,
    chosen_themes,
    print_json,
)
from pipeline.common.errors import InputError
from pipeline.common.wording import count_noun, short_name

if TYPE_CHECKING:
    import numpy as np

    from pipeline.analysis.analysis import Analysis
    from pipeline.insights.changes import Changes
    from pipeline.insights.groups import Groups

_DAY = re.compile(r"\d{4}-\d{2}(-\d{2})?", re.ASCII)


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = subparsers.add_parser("changes", help="what is more, less or new since a day")
    add_insight_options(parser)
    parser.add_argument(
        "--since", metavar="DAY", help="2026-01 or 2026-01-15; the last three months when left out"
    )
    parser.add_argument(
        "--by", metavar="COLUMN", help="groups to look at, besides all reviews; by default hotel"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Print what changed, the clear changes first."""
    from pipeline.insights.changes import find_changes
    from pipeline.insights.periods import recent_start, split_since

    analysis, allowed = chosen_reviews(options)
    days = _days(analysis, allowed)
    since = _day(options.since) if options.since else recent_start(days)
    groups = _groups(analysis, options.by, allowed)
    themes = chosen_themes(analysis, options)
    changes = find_changes(analysis, themes, split_since(days, since), groups, allowed)
    if options.json:
        print_json(change_records(changes))
    else:
        _print_words(changes, analysis)


def change_records(changes: Changes) -> list[dict[str, Any]]:
    """One record a cell: topic, group, before, after, ratio, q, month, and what they are of.

    The topic is None for mean marks, the group None for all reviews, the ratio None where there was
    nothing before.
    """
    return [
        {
            "topic": changes.themes.names[cell.theme] if cell.theme >= 0 else None,
            "group": changes.group_name(cell.group) or None,
            "before": cell.before,
            "after": cell.after,
            "ratio": cell.ratio,
            "q": cell.q,
            "month": cell.month or None,
            "of": cell.of,
            "low": cell.low,
            "high": cell.high,
            "reviews_before": cell.reviews_before,
            "reviews_after": cell.reviews_after,
            "new": cell.is_new,
            "driver": cell.driver and changes.group_name(cell.driver.group),
        }
        for cell in changes.cells
    ]


def _days(analysis: Analysis, allowed: np.ndarray | None) -> np.ndarray:
    import numpy as np

    if analysis.days is None or np.isnat(analysis.days).all():
        raise InputError("The reviews have no dates that can be read: there is nothing to compare")
    if allowed is None:
        return analysis.days
    days = np.where(allowed, analysis.days, np.datetime64("NaT"))
    if np.isnat(days).all():
        raise InputError("No review that passes the filters has a date: remove a filter")
    return days


def _day(text: str) -> np.datetime64:
    import numpy as np

    if _DAY.fullmatch(text):
        try:
            return np.datetime64(text, "D")
        except ValueError:
            pass
    raise InputError(f"--since takes a day or a month, as in 2026-01, got '{short_name(text)}'")


def _groups(analysis: Analysis, column: str | None, allowed: np.ndarray | None) -> Groups | None:
    from pipeline.insights.groups import PERIODS, group_reviews

    if column is None:
        return group_reviews(analysis, "hotel", allowed) if analysis.columns.get("hotel") else None
    if column.strip().casefold() in PERIODS:
        raise InputError("--by takes a column of groups: --since says which periods are compared")
    return group_reviews(analysis, column, allowed)


def _print_words(changes: Changes, analysis: Analysis) -> None:
    from pipeline.insights.change_words import describe_change

    sizes = int(changes.periods.before.sum()), int(changes.periods.after.sum())
    listed = [
        f"{name}: {count_noun(size, 'review')}"
        for name, size in zip(changes.periods.names, sizes, strict=True)
    ]
    print(" · ".join(listed))
    highest = analysis.ratings.shown_highest if analysis.ratings is not None else 5.0
    for change in changes.alerts:
        print(f"{'+' if change.grew else '-'} {describe_change(change, changes, highest)}")
    if not changes.alerts:
        print("nothing has clearly changed: what differs may be chance")
