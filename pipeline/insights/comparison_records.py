"""The cells of a comparison as records: for JSON, and for a table to download."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pipeline.insights.comparison import Comparison
from pipeline.insights.share_tests import ShareTests


def comparison_records(comparison: Comparison) -> list[dict[str, Any]]:
    """A record of each theme of each group, the significant ones first."""
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


def records_csv(records: Sequence[dict[str, Any]]) -> str:
    """Records as a CSV table; numbers that are none are blank."""
    from pipeline.common.csv_writer import to_csv

    columns = list(records[0]) if records else []
    return to_csv(columns, ([_cell(record[name]) for name in columns] for record in records))


def _cell(value: object) -> object:
    return "" if isinstance(value, float) and not np.isfinite(value) else value
