"""Two proportions compared, of many cells at once: exact tests, and intervals of their ratio."""

from __future__ import annotations

import numpy as np

from pipeline.common.intervals import Z_95


def exact_p_values(
    first: np.ndarray, first_sizes: np.ndarray, second: np.ndarray, second_sizes: np.ndarray
) -> np.ndarray:
    """P values of equal proportions, float64 (k,): Fisher's exact test, its smaller tail doubled.

    Args:
        first, second: int64 (k,), counts of both.
        first_sizes, second_sizes: int64 (k,), of how many.
    """
    from scipy.stats import hypergeom

    total, both = first_sizes + second_sizes, first + second
    low = hypergeom.cdf(second, total, both, second_sizes)
    high = hypergeom.sf(second - 1, total, both, second_sizes)
    return np.minimum(2 * np.minimum(low, high), 1.0)


def ratio_intervals(
    first: np.ndarray, first_sizes: np.ndarray, second: np.ndarray, second_sizes: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """95 % intervals of the second proportion divided by the first one: float64 (k,) each.

    On the logarithm, half a count added to each (Walter 1975), so that there is one for 0 as well.
    """
    one, one_of, two, two_of = (each + 0.5 for each in (first, first_sizes, second, second_sizes))
    centre = np.log(two / two_of) - np.log(one / one_of)
    half = Z_95 * np.sqrt(np.maximum(1 / one - 1 / one_of + 1 / two - 1 / two_of, 0))
    return np.exp(centre - half), np.exp(centre + half)
