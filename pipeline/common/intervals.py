"""How sure a share is."""

from __future__ import annotations

import math

NORMAL = 1.96  # standard deviations of a 95 % interval


def wilson(count: int, size: int) -> tuple[float, float]:
    """95 % interval of the share ``count / size`` (Wilson 1927); 0 to 1 of nothing."""
    if not size:
        return 0.0, 1.0
    share, square = count / size, NORMAL**2
    middle = share + square / (2 * size)
    half = NORMAL * math.sqrt(share * (1 - share) / size + square / (4 * size**2))
    scale = 1 + square / size
    return max((middle - half) / scale, 0.0), min((middle + half) / scale, 1.0)
