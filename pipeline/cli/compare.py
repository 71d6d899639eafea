"""``python -m pipeline compare``: what guests of one hotel say more often than those of others."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.cli.arguments import Subparsers, positive
from pipeline.cli.filter_options import add_filter_options, allowed_reviews
from pipeline.cli.theme_options import add_theme_option, chosen_themes, print_json

if TYPE_CHECKING:
    import numpy as np

    from pipeline.analysis.analysis import Analysis
    from pipeline.insights.comparison import Comparison
    from pipeline.insights.share_tests import ShareTests

_MOST_TOLD = 30


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "compare", help="what hotels, languages or months differ in, beyond chance"
    )
    parser.add_argument("folder", type=Path, metavar="DIR")
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
    add_theme_option(parser)
    add_filter_options(parser)
    parser.add_argument("--top", type=positive, metavar="N", help="the first N alone")
    parser.add_argument("--json", action="store_true", help="every topic of every group")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Print the comparison."""
    from pipeline.analysis.storage import load_analysis
    from pipeline.insights.comparison import compare_analysis
    from pipeline.insights.findings import describe_finding, find_differences
    from pipeline.insights.groups import group_reviews

    analysis = load_analysis(options.folder)
    by = options.by or ("hotel" if analysis.columns.get("hotel") else "language")
    groups = group_reviews(analysis, by, allowed_reviews(analysis, options))
    adjust = None if options.adjust == "none" else options.adjust
    comparison = compare_analysis(analysis, chosen_themes(analysis, options), groups, adjust=adjust)
    if options.json:
        print_json(comparison_records(comparison)[: options.top])
        return
    found = find_differences(comparison)
    for finding in found[: options.top or _MOST_TOLD]:
        print(describe_finding(analysis, comparison, finding))
    _print_summary(analysis, comparison, len(found), options.top or _MOST_TOLD)


def comparison_records(comparison: Comparison) -> list[dict[str, Any]]:
    """A record of each theme of each group, the significant ones first."""
    import numpy as np

    mentions, complaints = comparison.mentions, comparison.complaints
    differs, excess = comparison.differs, np.abs(mentions.counts - mentions.expected)
    keys = ~mentions.above, -excess, comparison.mention_q, comparison.least_q, ~differs
    order = np.lexsort([key.ravel() for key in keys])
    records = []
    for cell in zip(*np.unravel_index(order, differs.shape), strict=True):
        group, theme = int(cell[0]), int(cell[1])
        record = {
            "topic": comparison.themes.names[theme],
            "group": comparison.groups.names[group],
            **_figures(mentions, comparison.mention_q, (group, theme)),
            "complaints": None,
            "significant": bool(differs[group, theme]),
            "small": bool(comparison.small[group, theme]),
            "size": int(mentions.sizes[group]),
        }
        if complaints is not None and comparison.complaint_q is not None:
            number = int(mentions.counts[group, theme])
            said = int(complaints.counts[group, theme])
            record["complaints"] = said / number if number else None
            told = _figures(complaints, comparison.complaint_q, (group, theme))
            record |= {f"complaint_{name}": value for name, value in told.items()}
        if comparison.marks is not None:
            record["mark"] = float(comparison.marks.means[group, theme])
        records.append(record)
    return records


def _figures(table: ShareTests, rates: np.ndarray, cell: tuple[int, int]) -> dict[str, Any]:
    low, high = table.ratio_intervals
    return {
        "share": float(table.shares[cell]),
        "rest": float(table.rest_shares[cell]),
        "ratio": float(table.ratios[cell]),
        "low": float(low[cell]),
        "high": float(high[cell]),
        "adjusted_ratio": float(table.adjusted_ratios[cell]),
        "reviews": int(table.counts[cell]),
        "q": float(rates[cell]),
    }


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
