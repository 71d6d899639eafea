"""The words on the map: what appears over a point, and the names of topics."""

from __future__ import annotations

import html
import textwrap
import unicodedata
from typing import Any

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.figures.colours import ink
from pipeline.insights.attributes import Facets, excerpt, language_name

_HOVER_WIDTH = 46  # of a line, in Latin letters
_HOVER_LETTERS = 100
_UNITS_PER_PIXEL = 1 / 26  # of a map in half a window; for keeping names apart


def hover_texts(analysis: Analysis, facets: Facets, units: np.ndarray) -> list[str]:
    """For each unit its topic, language, hotel and the beginning of its text, in plotly's HTML."""
    topics = [f"<b>{plain(excerpt(topic.name, 44))}</b>" for topic in analysis.topics]
    texts = []
    reviews = analysis.units.review[units]
    for unit, row in zip(units.tolist(), reviews.tolist(), strict=True):
        facts = language_name(str(analysis.languages[row]))
        if facets.hotels is not None and facets.hotels[row]:
            facts += f" · {excerpt(facets.hotels[row], 30)}"
        lines = _wrap(excerpt(analysis.units.texts[unit], _HOVER_LETTERS), _HOVER_WIDTH)
        body = "<br>".join(f"\u2068{plain(line)}\u2069" for line in lines)  # isolated: may be RTL
        texts.append(f"{topics[analysis.assignments[unit]]}<br>{plain(facts)}<br>{body}")
    return texts


def hover_name(category: str) -> str:
    """What stands over a point that has no text of its own, as plotly's template."""
    name = plain(excerpt(category, 44)).replace("%", "&#37;")  # %{...} would be read as a variable
    return f"<b>{name}</b><extra></extra>"


def plain(text: str) -> str:
    """Text that plotly shows as it is, not as its HTML."""
    return html.escape(text, quote=False)


def _width(text: str) -> int:
    return sum(2 if c > "\u1100" and unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _wrap(text: str, width: int) -> list[str]:
    """Lines no wider than ``width`` Latin letters; scripts without spaces break anywhere."""
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


def _short(name: str, analysis: Analysis) -> str:
    """The first part of a name of several, "A" of "A · B", where it tells topics apart."""
    first = name.split(" · ")[0]
    same = sum(topic.name.split(" · ")[0] == first for topic in analysis.topics)
    return first if same == 1 else name


def name_labels(
    analysis: Analysis, units: np.ndarray, *, dark: bool, faint: bool
) -> list[dict[str, Any]]:
    """Annotations with topic names at their medians, larger topics first, none upon another."""
    assert analysis.coordinates is not None  # noqa: S101  checked by the caller
    labels: list[dict[str, Any]] = []
    ground = None if faint else f"rgba({'23,22,20' if dark else '255,255,255'},0.75)"
    boxes: list[tuple[float, float, float]] = []  # x, y, half width
    height = 24 * _UNITS_PER_PIXEL
    for topic in analysis.topics:
        members = units[analysis.assignments[units] == topic.id]
        if not len(members) or topic.is_outlier:
            continue
        name = excerpt(_short(topic.name, analysis), 28)
        half = (_width(name) * 6.5 / 2 + 8) * _UNITS_PER_PIXEL
        x, middle = np.median(analysis.coordinates[members], axis=0).tolist()
        x = float(np.clip(x, -10 + half, 10 - half)) if half < 10 else 0.0
        for shift in (0, 1, -1, 2, -2):
            y = middle + shift * height
            if all(abs(x - bx) > half + bh or abs(y - by) >= height for bx, by, bh in boxes):
                boxes.append((x, y, half))
                labels.append(
                    {
                        "x": x,
                        "y": y,
                        "text": plain(name),
                        "showarrow": False,
                        "font": {"size": 12, "color": ink(dark)},
                        "bgcolor": ground,
                        "opacity": 0.75 if faint else 1.0,
                        "borderpad": 2,
                    }
                )
                break
    return labels
