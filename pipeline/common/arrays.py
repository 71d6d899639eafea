"""Row-wise operations on arrays: distinct rows, unit rows, covariance, stratified samples."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np

BLOCK = 20_000  # rows at a time, where a temporary copy of all of them would be large


def distinct_rows(array: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find the distinct rows of (n, d), in order of appearance (``np.unique`` would sort them).

    Returns:
        int64 (m,), the first row of each distinct one, rising; and int64 (n,), for each row the
        number of its distinct row, 0 to m - 1.
    """
    array = np.ascontiguousarray(array)
    first: dict[bytes, int] = {}
    inverse = np.empty(len(array), np.int64)
    starts: list[int] = []
    for row in range(len(array)):
        key = blake2b(array[row], digest_size=16).digest()  # the row as key would copy the array
        number = first.setdefault(key, len(first))
        if number == len(starts):
            starts.append(row)
        inverse[row] = number
    return np.array(starts, np.int64), inverse


def unit_rows(array: np.ndarray) -> np.ndarray:
    """Scale the rows of (n, d) to length 1, in the precision of the array; rows of zeros stay."""
    return array / np.maximum(np.linalg.norm(array, axis=1, keepdims=True), 1e-9)


def covariance(array: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Covariance of the columns of (n, d), given their mean (d,): float64 (d, d)."""
    total = np.zeros((array.shape[1], array.shape[1]))
    for start in range(0, len(array), BLOCK):
        centred = array[start : start + BLOCK] - mean
        total += centred.T @ centred
    return total / len(array)


def stratified_sample(strata: np.ndarray, size: int, *, seed: int = 0) -> np.ndarray:
    """Draw a sample in which each stratum has its share (proportional allocation).

    Args:
        strata: (n,), the stratum of each row.
        size: of the sample, at most n.
        seed: the same strata and seed give the same sample.

    Returns:
        Rows of the sample, rising: int64 (size,).
    """
    _, codes, counts = np.unique(strata, return_inverse=True, return_counts=True)
    order = np.random.default_rng(seed).permutation(len(codes))
    order = order[np.argsort(codes[order], kind="stable")]  # by stratum, shuffled within each
    # Systematic sampling of the strata laid end to end: shares are exact to less than one row.
    return np.sort(order[(np.arange(size) * counts.sum()) // size])


def stratified_order(strata: Sequence[np.ndarray], *, seed: int = 0) -> np.ndarray:
    """Order all rows so that every prefix is a stratified sample.

    Args:
        strata: (n,) each, the coarsest first. In every prefix the shares of its strata are exact
            to less than one row, and within each of them so are the shares of the next.
        seed: the same strata and seed give the same order.

    Returns:
        All rows: int64 (n,).
    """
    count = len(strata[0])
    random = np.random.default_rng(seed)
    order = random.permutation(count)
    codes, levels = np.zeros(count, np.int64), []
    for values in strata:
        own = np.unique(values, return_inverse=True)[1]
        codes = np.unique(codes * (int(own.max(initial=0)) + 1) + own, return_inverse=True)[1]
        levels.append(codes)
    for codes in reversed(levels):
        sizes = np.bincount(codes)
        by_stratum = order[np.argsort(codes[order], kind="stable")]
        position = np.empty(count, np.float64)
        position[by_stratum] = np.arange(count) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        # Evenly spaced, each stratum from its own random offset: systematic sampling.
        position = (position + random.random(len(sizes))[codes]) / sizes[codes]
        order = np.argsort(position, kind="stable")
    return order
