"""Names on the map: those of topics, and of their parts when one zooms in; none overlaps another.

Each name has an anchor where its points lie densest, a fixed place beside it in pixels, and a scale
from which on it is shown. A name is given the smallest such scale at which it touches none of the
more important ones at any larger scale: zooming in only ever adds names, and none of them moves.
(The idea of one range of scales a name: Been, Daiches and Yap 2006, doi 10.1109/TVCG.2006.136.)
The page works the same out of the widths that it measures
(``pipeline/exports/templates/names.js``); here widths are estimated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.figures.colours import foreground_colour
from pipeline.figures.map_labels import escape
from pipeline.insights.attributes import excerpt
from pipeline.text.width import text_width

TOPIC, SUBTOPIC = 0, 1
_PIXELS_PER_UNIT = 26.0  # of a map that fills half a window
_LETTER, _LINE, _PADDING = 6.8, 17.0, 8.0  # pixels, of letters 12 pixels high
_MAX_NAME = 44  # characters
_GRID = 40  # cells a side, in which the densest place is looked for
_NEAR = 0.09  # of the map's extent: what lies around an anchor
_MIN_NEAR = 0.4  # of a part's units, else its name would stand for a few of them
_MIN_UNITS = 6  # of a part that are drawn
SUBTOPIC_SCALE = 1.4  # relative to the whole map, from which on parts may be named
# Where a name may stand beside its anchor, in its own width and height; and how much smaller the
# scale must be for a place further away to be taken.
_SHIFTS = (
    (0.0, 0.0, 1.0), (0.0, -1.0, 1.02), (0.0, 1.0, 1.02), (0.35, -0.9, 1.04), (-0.35, -0.9, 1.04),
    (0.35, 0.9, 1.04), (-0.35, 0.9, 1.04), (0.0, -2.0, 1.08), (0.0, 2.0, 1.08),
)  # fmt: skip


@dataclass(frozen=True)
class MapName:
    """A name that the map may show.

    Attributes:
        text: the name.
        x, y: its anchor on the map.
        level: ``TOPIC`` or ``SUBTOPIC``.
        topic: id of the topic, or of that which most of the part's units are in now.
        units: how many are drawn.
        right, down: place of its middle relative to the anchor, in pixels.
        scale: from which on it is shown, relative to the whole map.
    """

    text: str
    x: float
    y: float
    level: int
    topic: int
    units: int
    right: float = 0.0
    down: float = 0.0
    scale: float = 1.0


def map_names(analysis: Analysis, units: np.ndarray) -> list[MapName]:
    """The names that a map of some units may show, the most important first, not yet placed."""
    assert analysis.coordinates is not None  # noqa: S101  checked by the caller
    points = analysis.coordinates[units]
    if not len(points):
        return []
    extent = float((points.max(axis=0) - points.min(axis=0)).max()) or 1.0
    assignments = analysis.assignments[units]
    names = []
    for topic in analysis.topics:
        own = points[assignments == topic.id]
        if len(own) and not topic.is_outlier:
            text = excerpt(_short_name(topic.name, analysis), _MAX_NAME)
            names.append(
                MapName(text, *_densest(own, extent, breadth=3), TOPIC, topic.id, len(own))
            )
    names.sort(key=lambda name: -name.units)
    subtopics = analysis.subtopics
    if subtopics is None:
        return names
    taken = {topic.name.casefold() for topic in analysis.topics}
    parts = []
    of_units = subtopics.of_units[units]
    order = np.argsort(of_units, kind="stable")
    starts = np.searchsorted(of_units[order], np.arange(len(subtopics.names) + 1))
    for part, text in enumerate(subtopics.shown):
        members = order[starts[part] : starts[part + 1]]
        own = points[members]
        if len(own) < _MIN_UNITS or text.casefold() in taken:
            continue
        x, y = _densest(own, extent, breadth=1)
        near = np.hypot(own[:, 0] - x, own[:, 1] - y) <= _NEAR * extent
        if near.mean() >= _MIN_NEAR:
            topic_id = int(np.bincount(assignments[members]).argmax())
            short = excerpt(text, _MAX_NAME)
            parts.append(MapName(short, x, y, SUBTOPIC, topic_id, len(own)))
    return names + sorted(parts, key=lambda name: -name.units)


def place_names(
    names: Sequence[MapName],
    *,
    pixels_per_unit: float = _PIXELS_PER_UNIT,
    letter: float = _LETTER,
    inside: tuple[float, float, float, float] | None = None,
    first: Sequence[float] = (1.0, SUBTOPIC_SCALE),
) -> list[MapName]:
    """Place names beside their anchors, each with the scale from which on it is shown.

    Args:
        names: the most important first.
        pixels_per_unit: of the whole map.
        letter: width of a Latin letter in pixels; heights follow.
        inside: left, right, bottom and top of the whole map; topics' names stay inside.
        first: for each level the smallest scale, relative to the whole map.

    Returns:
        The same names, placed; those that have no room at any scale are left out.
    """
    line, padding = _LINE / _LETTER * letter, _PADDING / _LETTER * letter
    placed: list[MapName] = []
    sizes: list[float] = []
    for name in names:
        width = text_width(name.text) * letter + 2 * padding
        least, best, best_cost = first[name.level], None, np.inf
        for across, up, penalty in _SHIFTS:
            right, down = across * width, -up * line
            if inside is not None and name.level == TOPIC:
                right, down = _moved_inside(
                    name, right, down, width, line, inside, pixels_per_unit * least
                )
            scale = least
            for other, other_width in zip(placed, sizes, strict=True):
                dx, dy = name.x - other.x, other.y - name.y
                clear = _clear_from(
                    (dx * pixels_per_unit, right - other.right, (width + other_width) / 2),
                    (dy * pixels_per_unit, down - other.down, line),
                )
                if clear > other.scale:
                    scale = max(scale, clear)
            if scale * penalty < best_cost:
                best, best_cost = (right, down, scale), scale * penalty
            if scale == least:
                break
        if best is not None and np.isfinite(best[2]):
            placed.append(replace(name, right=best[0], down=best[1], scale=best[2]))
            sizes.append(width)
    return placed


def _clear_from(*axes: tuple[float, float, float]) -> float:
    """The scale from which on two boxes no longer touch; 0 if they never do.

    Args:
        axes: of each axis the distance of the anchors at scale 1, that of the boxes from them, and
            the distance of the boxes' middles at which they touch.
    """
    low, high = -np.inf, np.inf
    for distance, shift, touching in axes:
        if distance:
            ends = ((-touching - shift) / distance, (touching - shift) / distance)
            low, high = max(low, min(ends)), min(high, max(ends))
        elif abs(shift) >= touching:
            return 0.0
    return 0.0 if low >= high or high <= 0 else float(high)


def _moved_inside(
    name: MapName,
    right: float,
    down: float,
    width: float,
    line: float,
    inside: tuple[float, float, float, float],
    scale: float,
) -> tuple[float, float]:
    """The place of a name, moved so that none of it lies outside the whole map."""
    low, high, bottom, top = inside
    left_room = (name.x - low) * scale - width / 2
    right_room = (high - name.x) * scale - width / 2
    up_room = (top - name.y) * scale - line / 2
    down_room = (name.y - bottom) * scale - line / 2
    return (
        float(min(max(right, -left_room), right_room)) if left_room + right_room > 0 else 0.0,
        float(min(max(down, -up_room), down_room)),
    )


def _densest(points: np.ndarray, extent: float, *, breadth: int) -> tuple[float, float]:
    """Where points lie densest: the mean of those in the fullest cells of a smoothed grid.

    Args:
        points: float (n, 2).
        extent: of the whole map.
        breadth: how many cells around one count with it, about.
    """
    low = points.min(axis=0)
    size = extent / _GRID
    cells = ((points - low) / size).astype(np.int64) + breadth
    shape = cells.max(axis=0) + breadth + 1
    counts = np.zeros(shape)
    np.add.at(counts, (cells[:, 0], cells[:, 1]), 1.0)
    for axis in (0, 1) * breadth:
        counts = counts + 0.8 * (np.roll(counts, 1, axis) + np.roll(counts, -1, axis))
    peak = np.array(np.unravel_index(int(counts.argmax()), counts.shape))
    near = (np.abs(cells - peak) <= breadth).all(axis=1)
    x, y = points[near].astype(np.float64).mean(axis=0).tolist()
    return x, y


def name_labels(
    analysis: Analysis, units: np.ndarray, *, dark: bool, faint: bool
) -> list[dict[str, Any]]:
    """Annotations with topics' names, for the chart's own picture and where no script runs.

    The page hides them: its script shows the names of :func:`map_names` in the page's colours.
    """
    background = None if faint else f"rgba({'23,22,20' if dark else '255,255,255'},0.75)"
    topics = [name for name in map_names(analysis, units) if name.level == TOPIC]
    return [
        {
            "x": label.x,
            "y": label.y,
            "xshift": round(label.right, 1),
            "yshift": round(-label.down, 1),
            "text": escape(label.text),
            "showarrow": False,
            "font": {"size": 12, "color": foreground_colour(dark)},
            "bgcolor": background,
            "opacity": 0.75 if faint else 1.0,
            "borderpad": 2,
        }
        for label in place_names(topics)
        if label.scale <= 1
    ]


def _short_name(name: str, analysis: Analysis) -> str:
    """The first part of a name, "A" of "A · B", unless another topic shares it."""
    first = name.split(" · ")[0]
    count = sum(topic.name.split(" · ")[0] == first for topic in analysis.topics)
    return first if count == 1 else name
