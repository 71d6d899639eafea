"""Rows of an array: which are equal, how they vary, and all of length 1."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np

BLOCK = 20_000  # rows that are worked on at once where a copy of all would be large


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
        key = blake2b(array[row], digest_size=16).digest()  # the rows themselves: a second copy
        number = first.setdefault(key, len(first))
        if number == len(starts):
            starts.append(row)
        places[row] = number
    return np.array(starts, np.int64), places


def unit_rows(array: np.ndarray) -> np.ndarray:
    """The rows of (n, d) at length 1, in the array's own precision; rows of zeros stay."""
    return array / np.maximum(np.linalg.norm(array, axis=1, keepdims=True), 1e-9)


def covariance(array: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """How the columns of (n, d) vary together around their mean (d,): float64 (d, d)."""
    total = np.zeros((array.shape[1], array.shape[1]))
    for start in range(0, len(array), BLOCK):
        centred = array[start : start + BLOCK] - mean
        total += centred.T @ centred
    return total / len(array)


def stratified(strata: np.ndarray, size: int, *, seed: int = 0) -> np.ndarray:
    """Rows of a sample in which every stratum has its share, rising: int64 (size,).

    Args:
        strata: (n,), the stratum of each row.
        size: of the sample, n at the most.
        seed: the same strata and seed give the same sample.
    """
    _, codes, counts = np.unique(strata, return_inverse=True, return_counts=True)
    order = np.random.default_rng(seed).permutation(len(codes))
    order = order[np.argsort(codes[order], kind="stable")]  # by stratum, in each by chance
    # Evenly spaced steps through strata laid end to end: shares right to less than one row.
    return np.sort(order[(np.arange(size) * counts.sum()) // size])


def fair_order(strata: Sequence[np.ndarray], *, seed: int = 0) -> np.ndarray:
    """All rows in an order of which every beginning is a stratified sample: int64 (n,).

    Args:
        strata: (n,) each, the coarsest first: every beginning has each of its strata's share,
            right to less than one row, and within each the shares of the next.
        seed: the same strata and seed give the same order.
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
        place = np.empty(count, np.float64)
        place[by_stratum] = np.arange(count) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        # Evenly spaced, each stratum from an offset of its own: a systematic sample.
        place = (place + random.random(len(sizes))[codes]) / sizes[codes]
        order = np.argsort(place, kind="stable")
    return order
