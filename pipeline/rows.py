"""Rows of an array: which are equal, and all of length 1."""

from __future__ import annotations

import numpy as np


def distinct_rows(array: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where each different row of (n, d) stands first, and which of them each row equals.

    Returns:
        int64 (m,), rising, and int64 (n,) with numbers 0 to m - 1: in the rows' own order, which
        numpy's ``unique`` would lose by sorting.
    """
    array = np.ascontiguousarray(array)
    first: dict[bytes, int] = {}
    places = np.empty(len(array), np.int64)
    starts: list[int] = []
    for row in range(len(array)):
        key = array[row].tobytes()
        number = first.setdefault(key, len(first))
        if number == len(starts):
            starts.append(row)
        places[row] = number
    return np.array(starts, np.int64), places


def unit_rows(array: np.ndarray) -> np.ndarray:
    """The rows of (n, d) at length 1, in the array's own precision; rows of zeros stay."""
    return array / np.maximum(np.linalg.norm(array, axis=1, keepdims=True), 1e-9)
