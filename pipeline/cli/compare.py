"""``python -m pipeline compare``: what guests of one hotel say more often than those of others."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from pipeline.cli.arguments import Subparsers, positive
from pipeline.cli.insight_options import (
    add_insight_options,
    chosen_reviews,
    chosen_themes,
    print_json,
)

if TYPE_CHECKING:
    from pipeline.analysis.analysis import Analysis
    from pipeline.insights.comparison import Comparison

_MOST_TOLD = 30


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "compare", help="what hotels, languages or months differ in, beyond chance"
    )
    add_insight_options(parser, all_figures="every topic of every group")
    parser.add_argument(
        "--by",
        metavar="COLUMN",
        help="what to compare: hotel, language, month, quarter, year, or a column of the file; "
        "hotel when left out, else language",
    )
    parser.add_argument(
        "--adjust",
        default="auto",
        metavar="COLUMN|none",
        help="compare within the values of this column; language when left out, or hotel where "
        "languages are compared",
    )
    parser.add_argument("--top", type=positive, metavar="N", help="the first N alone")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Print the comparison."""
    from pipeline.insights.comparison import compare_analysis
    from pipeline.insights.comparison_records import comparison_records
    from pipeline.insights.findings import describe_finding, find_differences
    from pipeline.insights.groups import group_reviews

    analysis, allowed = chosen_reviews(options)
    by = options.by or ("hotel" if analysis.columns.get("hotel") else "language")
    groups = group_reviews(analysis, by, allowed)
    adjust = None if options.adjust == "none" else options.adjust
    comparison = compare_analysis(analysis, chosen_themes(analysis, options), groups, adjust=adjust)
    if options.json:
        print_json(comparison_records(comparison)[: options.top])
        return
    found = find_differences(comparison)
    for finding in found[: options.top or _MOST_TOLD]:
        print(describe_finding(analysis, comparison, finding))
    _print_summary(analysis, comparison, len(found), options.top or _MOST_TOLD)


def _print_summary(analysis: Analysis, comparison: Comparison, found: int, told: int) -> None:
    if not found:
        print("No clear difference: what differs may be chance.")
    elif found > told:
        print(f"and {found - told:,} more; --top N or --json shows them")
    reviews = int(comparison.groups.sizes.sum())
    within = f", compared within the same {comparison.adjusted_for}" * bool(comparison.adjusted_for)
    print(
        f"{reviews:,} of {len(analysis.texts):,} reviews in {len(comparison.groups):,} groups by "
        f"{comparison.groups.column}, {len(comparison.themes):,} {comparison.themes.kind}{within}"
    )
