"""Days of a file's reviews, counted back from when the file was collected where they need it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from pipeline.reviews.dates import Dates, date_share, parse_dates, read_dates
from pipeline.tables.header_subjects import is_about

_MIN_SHARE = 0.8  # of values that are dates
_SAMPLE = 500


def is_collection_name(name: str) -> bool:
    """Whether a column's name says when the file was collected, not when the guest wrote."""
    return is_about(name, "scrape")


def read_review_days(frame: pd.DataFrame, column: str, besides: Iterable[str | None]) -> Dates:
    """Read the days of a file's reviews: datetime64[D] (n,), NaT where there is none.

    Args:
        frame: a table of strings.
        column: of the dates.
        besides: columns with any role, none of which says when the file was collected.
    """
    name, days = collection_days(frame, {column, *besides})
    return read_dates(
        frame[column].tolist(),
        name=column,
        reference=days if name else None,
        reference_name=name,
    )


def collection_days(frame: pd.DataFrame, besides: Iterable[str | None]) -> tuple[str, np.ndarray]:
    """The name of that column and its days, datetime64[D] (n,): "" and NaT if there is none.

    Args:
        frame: a table of strings.
        besides: columns that have another role.
    """
    taken = set(besides)
    for name in map(str, frame.columns):
        if name in taken or not is_collection_name(name):
            continue
        cells = frame[name].tolist()
        sample = [cell for cell in cells[:_SAMPLE] if cell.strip()]
        if sample and date_share(sample) >= _MIN_SHARE:
            days = parse_dates(cells)
            if not np.isnat(days).all():
                return name, days
    return "", np.full(len(frame), np.datetime64("NaT"), dtype="datetime64[D]")
