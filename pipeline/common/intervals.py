"""Confidence intervals of proportions."""

from __future__ import annotations

import math

Z_95 = 1.96  # normal quantile of a two-sided 95 % interval


def wilson_interval(count: int, size: int) -> tuple[float, float]:
    """95 % score interval of the proportion ``count / size`` (Wilson 1927); (0, 1) of size 0."""
    if not size:
        return 0.0, 1.0
    share, square = count / size, Z_95**2
    centre = share + square / (2 * size)
    half = Z_95 * math.sqrt(share * (1 - share) / size + square / (4 * size**2))
    scale = 1 + square / size
    return max((centre - half) / scale, 0.0), min((centre + half) / scale, 1.0)
