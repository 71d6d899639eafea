"""What a column holds, for a page that offers its values to choose from."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipeline.filters.columns import Column, TextColumn


def value_counts(
    column: Column, rows: np.ndarray, *, most: int = 500
) -> tuple[list[tuple[Any, int]], int]:
    """The values of some rows with how many have each, the most frequent first, then by value.

    Args:
        column: of any kind.
        rows: int64, which rows count.
        most: values that are given at the most.

    Returns:
        Values (str, float or datetime64[D]) with their numbers, and how many distinct ones there
        are in all; missing ones are no values.
    """
    if isinstance(column, TextColumn):
        codes = column.codes[rows]
        sizes = np.bincount(codes[codes >= 0], minlength=len(column.vocabulary))
        order = np.argsort(-sizes, kind="stable")  # the vocabulary is in order
        order = order[sizes[order] > 0]
        return [(column.vocabulary[i], int(sizes[i])) for i in order[:most]], len(order)
    values = column.values(rows)
    known = values[~(np.isnat(values) if values.dtype.kind == "M" else np.isnan(values))]
    distinct, sizes = np.unique(known, return_counts=True)
    order = np.argsort(-sizes, kind="stable")[:most]
    pairs = [(distinct[i].item() if distinct.dtype.kind == "f" else distinct[i]) for i in order]
    return list(zip(pairs, sizes[order].tolist(), strict=True)), len(distinct)


def value_range(column: Column, rows: np.ndarray) -> tuple[Any, Any] | None:
    """The least and the greatest number or day of some rows; None where all are missing."""
    values = column.values(rows)
    known = values[~(np.isnat(values) if values.dtype.kind == "M" else np.isnan(values))]
    return (known.min(), known.max()) if len(known) else None
