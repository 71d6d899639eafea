"""The distinct values of a column and its range, for pages that offer them as choices."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipeline.filters.columns import Column, TextColumn


def value_counts(
    column: Column, rows: np.ndarray, *, limit: int = 500
) -> tuple[list[tuple[Any, int]], int]:
    """Count the distinct values of some rows, missing ones aside.

    Args:
        column: of any kind.
        rows: int64 (k,), the rows to count.
        limit: the largest number of values to return.

    Returns:
        (value, count) pairs by descending count, then by value (str, float or datetime64[D]); and
        the number of all distinct values.
    """
    if isinstance(column, TextColumn):
        codes = column.codes[rows]
        sizes = np.bincount(codes[codes >= 0], minlength=len(column.vocabulary))
        order = np.argsort(-sizes, kind="stable")  # the vocabulary is sorted
        order = order[sizes[order] > 0]
        return [(column.vocabulary[i], int(sizes[i])) for i in order[:limit]], len(order)
    values = column.values(rows)
    known = values[~(np.isnat(values) if values.dtype.kind == "M" else np.isnan(values))]
    distinct, sizes = np.unique(known, return_counts=True)
    order = np.argsort(-sizes, kind="stable")[:limit]
    pairs = [(distinct[i].item() if distinct.dtype.kind == "f" else distinct[i]) for i in order]
    return list(zip(pairs, sizes[order].tolist(), strict=True)), len(distinct)


def value_range(column: Column, rows: np.ndarray) -> tuple[Any, Any] | None:
    """The smallest and the largest number or day of some rows; None if all are missing."""
    values = column.values(rows)
    known = values[~(np.isnat(values) if values.dtype.kind == "M" else np.isnan(values))]
    return (known.min(), known.max()) if len(known) else None
