"""The map of an analysis as a plotly figure: reviews, search hits, and one hit's neighbours."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from pipeline.analysis.analysis import Analysis
from pipeline.common.arrays import stratified_sample
from pipeline.common.locale_format import format_number
from pipeline.common.translation import gettext as _
from pipeline.common.translation import ngettext
from pipeline.figures.colours import (
    COLOURING_NAMES,
    GREY,
    Categories,
    categorise,
    foreground_colour,
)
from pipeline.figures.density import density_contours
from pipeline.figures.map_labels import escape, hover_name, hover_texts
from pipeline.figures.map_names import SUBTOPIC, map_names, name_labels
from pipeline.insights.attributes import ReviewAttributes, excerpt
from pipeline.reviews.units import SENTENCE

MAX_HOVER_TEXTS = 3_000  # points with a text to hover: every text is sent to the browser
MAX_POINTS = 50_000  # up to about here, hovering and the lasso are responsive
# Up to here points are drawn as SVG, as Plotly Express does: WebGL pays only from there on, and
# without a graphics card the browser opens and reads it for longer than it draws.
MAX_SVG_POINTS = 1_000
_ACCENT = "#d1495b"  # stands out on light and dark pages and among the topics' colours


def map_figure(
    analysis: Analysis,
    attributes: ReviewAttributes,
    *,
    colour: str = "topic",
    picked: Sequence[int] = (),
    allowed: np.ndarray | None = None,
    hits: np.ndarray | None = None,
    photos: np.ndarray | None = None,
    named: bool = True,
    contours: bool = True,
    dark: bool = False,
    height: int = 600,
    max_points: int = MAX_POINTS,
) -> go.Figure:
    """Draw the map: one point per unit, one trace per category, hits ringed on top.

    Each point's ``customdata`` is the number of its unit. ``layout.meta`` has what the page's
    script (``ui/explore/map.js``) draws over the points and moves with them, see :func:`_overlay`.
    Above 3,000 points, hovering shows only the category: 50,000 texts would be 13 MB and take
    seconds at every change. An analysis of up to :data:`MAX_SVG_POINTS` is drawn as SVG whatever is
    filtered, a larger one in WebGL.

    Args:
        analysis: an analysis with a map.
        attributes: attributes of its reviews.
        colour: see :func:`categorise`.
        picked: categories that stand out, while all others are faded; none for all alike.
        allowed: bool (m,), units that pass the filters.
        hits: units that a search has found, best first; all others are faded.
        photos: units of reviews with photos, which are marked by a square around them.
        named: whether to write the names of topics and of their parts on the map.
        contours: whether to draw lines around crowds.
        dark: whether the page is dark.
        height: pixels.
        max_points: maximum number of points to draw.

    Raises:
        ValueError: the analysis was made without a map.
    """
    coordinates = _coordinates(analysis)
    found = np.empty(0, np.int64) if hits is None else np.asarray(hits, np.int64)
    units = units_to_draw(analysis, allowed, always=found, max_points=max_points)
    categories = categorise(analysis, attributes, colour)
    texts = None
    if len(units) <= MAX_HOVER_TEXTS:
        texts = np.array(hover_texts(analysis, attributes, units), object)
    searching = hits is not None
    faded = set(range(len(categories.names))) if searching else set()
    if picked:
        faded = set(range(len(categories.names))) - set(picked)
    traces: list[go.Scatter | go.Scattergl] = []
    for code, name in enumerate(categories.names):
        members = np.flatnonzero(categories.codes[units] == code)
        if not len(members):
            continue
        traces.append(
            _points(
                coordinates,
                units[members].astype(np.int32),
                name=f"{escape(excerpt(name, 30))} ({format_number(len(members))})",
                hovertext=None if texts is None else texts[members],
                hovertemplate=hover_name(name) if texts is None else "%{hovertext}<extra></extra>",
                marker={
                    "color": categories.colours[code],
                    "symbol": categories.symbols[code],
                    "size": _point_size(len(units)),
                    "opacity": 0.18 if code in faded else 0.85,
                },
                unselected={"marker": {"opacity": 0.12}},
                showlegend=False,  # the page has a list of its own, for keyboards and fingers
            )
        )
    if photos is not None and len(photos):
        traces.append(_photo_trace(analysis, attributes, photos, dark))
    if len(found):
        traces.append(_hit_trace(analysis, attributes, found, categories, dark))
    layout = _layout(coordinates, height, dark=dark)
    if named:
        layout["annotations"] = name_labels(analysis, units, dark=dark, faint=searching)
    layout["meta"] = {"polyguest": _overlay(analysis, units, named=named, contours=contours)}
    return go.Figure(traces, layout)  # at once: each update has Plotly go through all there is


def _overlay(
    analysis: Analysis, units: np.ndarray, *, named: bool, contours: bool
) -> dict[str, Any]:
    """What is drawn over the points, as JSON values.

    That is the left, right, lower and upper end of the whole map; names with their anchors, the
    most important first; contours as lists of x and y; and how many sentences each review has, as
    little-endian 16-bit numbers in base64, so that those of one review can be linked: they follow
    one another. The words are those of the buttons.
    """
    names = map_names(analysis, units) if named else []
    low, high = _whole(_coordinates(analysis))
    values: dict[str, Any] = {
        "whole": [float(low[0]), float(high[0]), float(low[1]), float(high[1])],
        "names": [
            {
                "text": name.text,
                "x": round(name.x, 3),
                "y": round(name.y, 3),
                "part": name.level == SUBTOPIC,
            }
            for name in names
        ],
        "contours": [
            np.round(contour.corners.astype(np.float64), 3).ravel().tolist()
            for contour in (density_contours(_coordinates(analysis)[units]) if contours else [])
        ],
        "sentences": "",
        "words": [_("Zoom in"), _("Zoom out"), _("Whole map")],
    }
    if analysis.units.kind == SENTENCE:
        counts = np.diff(analysis.units.first, append=len(analysis.units))
        packed = np.minimum(counts, 2**16 - 1).astype("<u2").tobytes()
        values["sentences"] = b64encode(packed).decode()
    return values


def add_focus(
    figure: go.Figure,
    analysis: Analysis,
    attributes: ReviewAttributes,
    unit: int,
    neighbours: Sequence[int],
    *,
    dark: bool = False,
) -> go.Figure:
    """Return a copy of the map with a star on a unit and a line to each of its neighbours.

    Raises:
        ValueError: the analysis was made without a map.
    """
    coordinates = _coordinates(analysis)
    figure = go.Figure(figure)
    others = np.array(neighbours, np.int64)
    x: list[float | None] = []
    y: list[float | None] = []
    for other in others.tolist():
        x += [float(coordinates[unit, 0]), float(coordinates[other, 0]), None]
        y += [float(coordinates[unit, 1]), float(coordinates[other, 1]), None]
    figure.add_trace(
        _kind(coordinates)(
            x=x,
            y=y,
            mode="lines",
            line={"color": _ACCENT, "width": 1.2},
            hoverinfo="skip",
            showlegend=False,
        )
    )
    for units, name, symbol, size in (
        (others, _("Nearest neighbours"), "circle-open", 13),
        (np.array([unit]), _("Chosen hit"), "star", 20),
    ):
        line = foreground_colour(dark) if symbol == "star" else _ACCENT
        figure.add_trace(
            _points(
                coordinates,
                units,
                name=name,
                hovertext=hover_texts(analysis, attributes, units),
                marker={
                    "color": _ACCENT,
                    "symbol": symbol,
                    "size": size,
                    "line": {"color": line, "width": 1.6},
                },
            )
        )
    return figure


def map_description(analysis: Analysis, drawn: int, colour: str, hits: np.ndarray | None) -> str:
    """Describe the map in a sentence, for screen readers."""
    if analysis.units.kind == SENTENCE:
        points = ngettext("{n} sentence", "{n} sentences", drawn)
    else:
        points = ngettext("{n} review", "{n} reviews", drawn)
    text = _(
        "Map of {points} in {number} topics, coloured by {colour}; what says similar things lies "
        "close together, whatever its language.",
        points=points,
        number=format_number(len(analysis.topics)),
        colour=_(COLOURING_NAMES[colour]),
    )
    if hits is None:
        return text
    ringed = ngettext("{n} search result is ringed.", "{n} search results are ringed.", len(hits))
    return f"{text} {ringed}"


def units_to_draw(
    analysis: Analysis,
    allowed: np.ndarray | None = None,
    *,
    always: Sequence[int] | np.ndarray = (),
    max_points: int = MAX_POINTS,
) -> np.ndarray:
    """All visible units that pass the filter, or a sample of them that includes ``always``.

    The sample is stratified by topic and language, and the same every time.
    """
    visible = visible_units(analysis)
    units = np.flatnonzero(visible if allowed is None else allowed & visible)
    if len(units) <= max_points:
        return units
    _rest, languages = np.unique(analysis.unit_languages, return_inverse=True)
    strata = analysis.assignments[units] * (languages.max() + 1) + languages[units]
    return np.union1d(
        units[stratified_sample(strata, max_points)], np.asarray(always, dtype=units.dtype)
    )


def visible_units(analysis: Analysis) -> np.ndarray:
    """Units of topics that are not hidden: bool (m,)."""
    hidden = [topic.id for topic in analysis.topics if topic.hidden]
    return ~np.isin(analysis.assignments, hidden)


def _coordinates(analysis: Analysis) -> np.ndarray:
    if analysis.coordinates is None:
        raise ValueError("the analysis has no map")
    return analysis.coordinates


def _points(
    coordinates: np.ndarray, units: np.ndarray, **options: Any
) -> go.Scatter | go.Scattergl:
    """A trace of units as markers that stay visible when a lasso selects them."""
    defaults = {
        "hovertemplate": "%{hovertext}<extra></extra>",
        "mode": "markers",
        "selected": {"marker": {"opacity": 1.0}},
        "unselected": {"marker": {"opacity": 0.5}},
    }
    return _kind(coordinates)(
        x=coordinates[units, 0], y=coordinates[units, 1], customdata=units, **defaults | options
    )


def _kind(coordinates: np.ndarray) -> type[go.Scatter] | type[go.Scattergl]:
    """How the points of a map are drawn."""
    return go.Scatter if len(coordinates) <= MAX_SVG_POINTS else go.Scattergl


def _point_size(points: int) -> float:
    return float(np.clip(14.5 - 2.4 * np.log10(max(points, 1)), 3, 11))


def _photo_trace(
    analysis: Analysis, attributes: ReviewAttributes, units: np.ndarray, dark: bool
) -> go.Scatter | go.Scattergl:
    hover: dict[str, Any] = {"hoverinfo": "skip", "hovertemplate": None}
    if len(units) <= MAX_HOVER_TEXTS:
        hover = {"hovertext": hover_texts(analysis, attributes, units)}
    return _points(
        _coordinates(analysis),
        units,
        name=_("With photos ({number})", number=format_number(len(units))),
        marker={
            "color": foreground_colour(dark),
            "symbol": "square-open",
            "size": 13,
            "line": {"width": 1.4},
        },
        **hover,
    )


def _hit_trace(
    analysis: Analysis,
    attributes: ReviewAttributes,
    hits: np.ndarray,
    categories: Categories,
    dark: bool,
) -> go.Scatter | go.Scattergl:
    return _points(
        _coordinates(analysis),
        hits,
        name=_("Search results ({number})", number=format_number(len(hits))),
        hovertext=hover_texts(analysis, attributes, hits),
        marker={
            "color": [categories.colours[code] for code in categories.codes[hits].tolist()],
            "symbol": [categories.symbols[code] for code in categories.codes[hits].tolist()],
            "size": 12,
            "line": {"color": foreground_colour(dark), "width": 1.8},
        },
    )


def _whole(coordinates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and the highest x and y of the whole map: float64 (2,) each."""
    low, high = coordinates.min(axis=0), coordinates.max(axis=0)
    margin = 0.04 * float((high - low).max() or 1.0) + 0.2
    return (low - margin).astype(np.float64), (high + margin).astype(np.float64)


def _layout(coordinates: np.ndarray, height: int, *, dark: bool) -> dict[str, Any]:
    """No axes (they have no meaning), equal scales, and a range that filters don't change."""
    low, high = _whole(coordinates)
    hidden = {"visible": False, "showgrid": False, "zeroline": False}
    return {
        "height": height,
        "margin": {"l": 0, "r": 0, "t": 36, "b": 0},
        "xaxis": {**hidden, "range": [low[0], high[0]]},
        "yaxis": {**hidden, "range": [low[1], high[1]], "scaleanchor": "x", "scaleratio": 1},
        "dragmode": "lasso",
        "hovermode": "closest",
        # Without it, the hover label of a faded point would be faded, too.
        "hoverlabel": {
            "align": "left",
            "bgcolor": "#2d2b27" if dark else "#ffffff",
            "bordercolor": GREY,
            "font": {"color": foreground_colour(dark)},
        },
        "legend": {
            "orientation": "h",
            "yanchor": "top",
            "y": -0.02,
            "x": 0,
            "itemsizing": "constant",
            "maxheight": 0.28,
            "font": {"size": 12},
        },
        "uirevision": "map",
    }
