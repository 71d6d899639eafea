"""Text on the map: hover texts of points, and the names of topics."""

from __future__ import annotations

import html
import textwrap
import unicodedata
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.common.locale_format import language_name
from pipeline.common.translation import gettext as _
from pipeline.figures.colours import foreground_colour
from pipeline.insights.attributes import ReviewAttributes, excerpt
from pipeline.topics.sentiment import NAMES

_HOVER_WIDTH = 46  # of a line, in Latin letters
_MAX_HOVER_LENGTH = 100  # characters of the text
_UNITS_PER_PIXEL = 1 / 26  # of a map that fills half a window, to keep names from overlapping


def hover_texts(analysis: Analysis, attributes: ReviewAttributes, units: np.ndarray) -> list[str]:
    """Topic, language, hotel, sentiment and beginning of the text of each unit, plotly's HTML."""
    topics = [f"<b>{escape(excerpt(topic.name, 44))}</b>" for topic in analysis.topics]
    texts = []
    reviews = analysis.units.review[units]
    languages = {code: language_name(code) for code in set(analysis.languages.tolist())}
    sentiments = {sign: _(name) for sign, name in NAMES.items()}
    for unit, row in zip(units.tolist(), reviews.tolist(), strict=True):
        facts = languages[str(analysis.languages[row])]
        if attributes.hotels is not None and attributes.hotels[row]:
            facts += f" · {excerpt(attributes.hotels[row], 30)}"
        if analysis.unit_sentiment is not None and analysis.unit_sentiment[unit]:
            facts += f" · {sentiments[int(analysis.unit_sentiment[unit])]}"
        lines = _wrap(excerpt(analysis.units.texts[unit], _MAX_HOVER_LENGTH), _HOVER_WIDTH)
        body = "<br>".join(f"\u2068{escape(line)}\u2069" for line in lines)  # may be right to left
        texts.append(f"{topics[analysis.assignments[unit]]}<br>{escape(facts)}<br>{body}")
    return texts


def hover_name(category: str) -> str:
    """A hover template for points without a text of their own: the name of the category."""
    name = escape(excerpt(category, 44)).replace("%", "&#37;")  # else %{...} would be a variable
    return f"<b>{name}</b><extra></extra>"


def escape(text: str) -> str:
    """Escape text that plotly would interpret as HTML."""
    return html.escape(text, quote=False)


def _width(text: str) -> int:
    """Width of a text in Latin letters: East Asian wide characters count twice."""
    return sum(2 if c > "\u1100" and unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _wrap(text: str, width: int) -> list[str]:
    """Wrap a text into lines of at most ``width`` Latin letters; text without spaces anywhere."""
    if text.isascii():
        return textwrap.wrap(text, width)
    lines = []
    start = used = 0
    space = -1
    for i, char in enumerate(text):
        used += _width(char)
        if used > width:
            end = space if space > start else i
            lines.append(text[start:end])
            start = end + 1 if end == space else end
            used = _width(text[start : i + 1])
        if char == " ":
            space = i
    return [line for line in (*lines, text[start:]) if line]


def _short_name(name: str, analysis: Analysis) -> str:
    """The first part of a name, "A" of "A · B", unless another topic shares it."""
    first = name.split(" · ")[0]
    count = sum(topic.name.split(" · ")[0] == first for topic in analysis.topics)
    return first if count == 1 else name


@dataclass(frozen=True)
class PlacedName:
    """A topic's name on the map, its middle at (x, y)."""

    topic: int
    name: str
    x: float
    y: float


def place_names(
    analysis: Analysis, units: np.ndarray, *, units_per_pixel: float = _UNITS_PER_PIXEL
) -> list[PlacedName]:
    """Place topic names at the topics' medians, without overlaps.

    Where there is no room near the median, the name is left out; topics come in order of their ids.

    Args:
        analysis: an analysis with a map.
        units: that are drawn.
        units_per_pixel: of the map, where letters are 12 pixels high.
    """
    assert analysis.coordinates is not None  # noqa: S101  checked by the caller
    placed: list[PlacedName] = []
    boxes: list[tuple[float, float, float]] = []  # x, y, half width
    height = 24 * units_per_pixel
    for topic in analysis.topics:
        members = units[analysis.assignments[units] == topic.id]
        if not len(members) or topic.is_outlier:
            continue
        name = excerpt(_short_name(topic.name, analysis), 28)
        half = (_width(name) * 6.5 / 2 + 8) * units_per_pixel
        x, middle = np.median(analysis.coordinates[members], axis=0).tolist()
        x = float(np.clip(x, -10 + half, 10 - half)) if half < 10 else 0.0
        for shift in (0, 1, -1, 2, -2):
            y = middle + shift * height
            if all(abs(x - bx) > half + bh or abs(y - by) >= height for bx, by, bh in boxes):
                boxes.append((x, y, half))
                placed.append(PlacedName(topic.id, name, x, y))
                break
    return placed


def name_labels(
    analysis: Analysis, units: np.ndarray, *, dark: bool, faint: bool
) -> list[dict[str, Any]]:
    """Annotations with topic names, see :func:`place_names`."""
    background = None if faint else f"rgba({'23,22,20' if dark else '255,255,255'},0.75)"
    return [
        {
            "x": label.x,
            "y": label.y,
            "text": escape(label.name),
            "showarrow": False,
            "font": {"size": 12, "color": foreground_colour(dark)},
            "bgcolor": background,
            "opacity": 0.75 if faint else 1.0,
            "borderpad": 2,
        }
        for label in place_names(analysis, units)
    ]
