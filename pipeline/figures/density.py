"""Contours of a map's density, which show crowds where points hide one another.

The density is a histogram smoothed with a Gaussian; a line encloses the places that are densest
and that together hold a given share of the points (highest density regions, Hyndman 1996).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SHARES = (0.25, 0.5, 0.75)  # of the points that a line encloses
_CELLS = 110  # along the longer side
_MIN_POINTS = 50  # fewer are seen one by one
_MIN_LENGTH = 8  # corners of a line; smaller rings are specks
_MAX_DEVIATION = 4.0  # of the Gaussian, in cells; it reaches four times as far
_BORDER = 17  # cells around the map, to the last of which nothing reaches: every line is closed


@dataclass(frozen=True)
class Contour:
    """A closed line around a crowd.

    Attributes:
        share: of the points that lie within all lines of this share.
        corners: float32 (k, 2), on the map; the first is not repeated.
    """

    share: float
    corners: np.ndarray


def density_contours(points: np.ndarray) -> list[Contour]:
    """Contours of the density of points, float (n, 2), the widest first; none of few points."""
    from scipy.ndimage import gaussian_filter

    if len(points) < _MIN_POINTS:
        return []
    low, high = points.min(axis=0).astype(np.float64), points.max(axis=0).astype(np.float64)
    size = float((high - low).max()) / _CELLS
    if not size:
        return []
    cells = ((points - low) / size).astype(np.int64) + _BORDER
    counts = np.zeros(cells.max(axis=0) + _BORDER + 1)
    np.add.at(counts, (cells[:, 0], cells[:, 1]), 1.0)
    # Narrower for more points; a map has many small crowds, so that less than Scott's rule does.
    deviation = float(np.clip(9.0 * len(points) ** -0.16, 1.4, _MAX_DEVIATION))
    density = gaussian_filter(counts, deviation)
    falling = np.sort(density[counts > 0])[::-1]
    weights = counts[counts > 0][np.argsort(-density[counts > 0], kind="stable")]
    within = np.cumsum(weights) / weights.sum()
    contours = []
    for share in sorted(SHARES, reverse=True):
        level = float(falling[min(int(np.searchsorted(within, share)), len(falling) - 1)])
        for line in _isolines(density, level):
            if len(line) >= _MIN_LENGTH:
                corners = (line - _BORDER + 0.5) * size + low
                contours.append(Contour(share, corners.astype(np.float32)))
    return contours


def _isolines(grid: np.ndarray, level: float) -> list[np.ndarray]:
    """The closed lines at which a grid has a level, by marching squares: each float (k, 2).

    The border of the grid is below the level.
    """
    inside = grid >= level
    # Each square between four cells has a case: which of its corners are inside.
    cases = (
        inside[:-1, :-1] + 2 * inside[1:, :-1] + 4 * inside[1:, 1:] + 8 * inside[:-1, 1:]
    ).astype(np.int64)
    following: dict[tuple[int, int, int], tuple[int, int, int]] = {}
    for i, j in np.argwhere((cases > 0) & (cases < 15)).tolist():
        # Edges of a square: along the first axis below (0) and above, along the second left (1) and
        # right; each is named by its lower cell. The inside is at the left of a line.
        below, right, above, left = (i, j, 0), (i + 1, j, 1), (i, j + 1, 0), (i, j, 1)
        case = int(cases[i, j])
        steps = {
            1: ((below, left),), 2: ((right, below),), 3: ((right, left),), 4: ((above, right),),
            5: ((below, left), (above, right)), 6: ((above, below),), 7: ((above, left),),
            8: ((left, above),), 9: ((below, above),), 10: ((right, below), (left, above)),
            11: ((right, above),), 12: ((left, right),), 13: ((below, right),),
            14: ((left, below),),
        }[case]  # fmt: skip
        following.update(steps)
    lines = []
    while following:
        start, edge = following.popitem()
        line = [start]
        while edge != start:
            line.append(edge)
            edge = following.pop(edge)
        lines.append(np.array([_crossing(grid, level, *each) for each in line]))
    return lines


def _crossing(grid: np.ndarray, level: float, i: int, j: int, axis: int) -> tuple[float, float]:
    """Where the level is crossed between a cell and the next one along an axis."""
    here = grid[i, j]
    there = grid[i + 1, j] if axis == 0 else grid[i, j + 1]
    part = float((level - here) / (there - here))
    return (i + part, float(j)) if axis == 0 else (float(i), j + part)
