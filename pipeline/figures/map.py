"""An analysis -> the map of its reviews, as a plotly figure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from pipeline.analysis.analysis import Analysis
from pipeline.common.arrays import stratified_sample
from pipeline.figures.colours import OTHER, Categories, categorise, ink
from pipeline.figures.map_labels import hover_name, hover_texts, name_labels, plain
from pipeline.insights.attributes import Facets, excerpt

MOST_TEXTS = 3_000  # points that show their text under the pointer: every text goes to the browser
MOST_POINTS = 50_000  # hovering and drawing a lasso stay quick up to about here


def drawn_units(
    analysis: Analysis,
    allowed: np.ndarray | None = None,
    *,
    always: Sequence[int] | np.ndarray = (),
    most: int = MOST_POINTS,
) -> np.ndarray:
    """Units that are drawn: all that pass the filter, or a sample with ``always`` in it.

    The sample is stratified: each topic in each language keeps its share. It is the same sample
    every time.
    """
    allowed = visible(analysis) if allowed is None else allowed & visible(analysis)
    rows = np.flatnonzero(allowed)
    if len(rows) <= most:
        return rows
    _, languages = np.unique(analysis.unit_languages, return_inverse=True)
    strata = analysis.assignments[rows] * (languages.max() + 1) + languages[rows]
    return np.union1d(rows[stratified_sample(strata, most)], np.asarray(always, dtype=rows.dtype))


def visible(analysis: Analysis) -> np.ndarray:
    """Units of topics that are not hidden: bool (m,)."""
    hidden = [topic.id for topic in analysis.topics if topic.hidden]
    return ~np.isin(analysis.assignments, hidden)


def map_figure(
    analysis: Analysis,
    facets: Facets,
    *,
    colour: str = "topic",
    allowed: np.ndarray | None = None,
    hits: np.ndarray | None = None,
    named: bool = True,
    dark: bool = False,
    height: int = 600,
    most: int = MOST_POINTS,
) -> go.Figure:
    """The map: a point a unit, a trace a category, hits ringed on top.

    Each point's ``customdata`` is its unit's number. Above 3,000 points what is under the pointer
    says the category alone: 50,000 texts would be 13 MB and seconds of work at every change.

    Args:
        analysis: with places.
        facets: of the same analysis.
        colour: see :func:`categorise`.
        allowed: bool (m,), units that pass the filters.
        hits: units of a search, best first; the others step back.
        named: whether topic names stand on the map.
        dark: for a dark page.
        height: pixels.
        most: points that are drawn.

    Raises:
        ValueError: the analysis was made without a map.
    """
    if analysis.coordinates is None:
        raise ValueError("the analysis has no map")
    found = np.empty(0, np.int64) if hits is None else np.asarray(hits, np.int64)
    rows = drawn_units(analysis, allowed, always=found, most=most)
    categories = categorise(analysis, facets, colour)
    texts = (
        np.array(hover_texts(analysis, facets, rows), object) if len(rows) <= MOST_TEXTS else None
    )
    searching = hits is not None
    figure = go.Figure()
    for code, name in enumerate(categories.names):
        chosen = np.flatnonzero(categories.codes[rows] == code)
        if not len(chosen):
            continue
        figure.add_trace(
            go.Scattergl(
                x=analysis.coordinates[rows[chosen], 0],
                y=analysis.coordinates[rows[chosen], 1],
                customdata=rows[chosen].astype(np.int32),
                hovertext=None if texts is None else texts[chosen],
                hovertemplate=hover_name(name) if texts is None else "%{hovertext}<extra></extra>",
                mode="markers",
                name=f"{plain(excerpt(name, 30))} ({len(chosen):,})",
                marker={
                    "color": categories.colours[code],
                    "symbol": categories.symbols[code],
                    "size": _size(len(rows)),
                    "opacity": 0.18 if searching else 0.8,
                },
                selected={"marker": {"opacity": 1.0}},
                unselected={"marker": {"opacity": 0.12}},
            )
        )
    if len(found):
        figure.add_trace(
            _hit_trace(analysis, found, categories, hover_texts(analysis, facets, found), dark)
        )
    if named:
        for label in name_labels(analysis, rows, dark=dark, faint=searching):
            figure.add_annotation(label)
    _arrange(figure, analysis.coordinates, height, dark=dark)
    return figure


def map_description(analysis: Analysis, drawn: int, colour: str, hits: np.ndarray | None) -> str:
    """The map in a sentence, for who can't see it."""
    kind = analysis.units.kind
    text = (
        f"Map of {drawn:,} {kind}s in {len(analysis.topics)} topics, coloured by {colour}; "
        f"{kind}s that say similar things lie close together, whatever their language."
    )
    return text if hits is None else f"{text} {len(hits)} search results are ringed."


def _size(points: int) -> float:
    return float(np.clip(14.5 - 2.4 * np.log10(max(points, 1)), 3, 11))


def _hit_trace(
    analysis: Analysis, hits: np.ndarray, categories: Categories, texts: list[str], dark: bool
) -> go.Scattergl:
    assert analysis.coordinates is not None  # noqa: S101  checked by the caller
    return go.Scattergl(
        x=analysis.coordinates[hits, 0],
        y=analysis.coordinates[hits, 1],
        customdata=hits,
        hovertext=texts,
        hovertemplate="%{hovertext}<extra></extra>",
        mode="markers",
        name=f"Search results ({len(hits)})",
        marker={
            "color": [categories.colours[code] for code in categories.codes[hits].tolist()],
            "symbol": "circle",
            "size": 12,
            "line": {"color": ink(dark), "width": 1.8},
        },
        selected={"marker": {"opacity": 1.0}},
        unselected={"marker": {"opacity": 0.5}},
    )


def _arrange(figure: go.Figure, coordinates: np.ndarray, height: int, *, dark: bool) -> None:
    """No axes (they mean nothing), equal scales, a frame that filters don't move."""
    low, high = coordinates.min(axis=0), coordinates.max(axis=0)
    margin = 0.04 * float((high - low).max() or 1.0) + 0.2
    hidden = {"visible": False, "showgrid": False, "zeroline": False}
    figure.update_layout(
        height=height,
        margin={"l": 0, "r": 0, "t": 36, "b": 0},
        xaxis={**hidden, "range": [low[0] - margin, high[0] + margin]},
        yaxis={
            **hidden,
            "range": [low[1] - margin, high[1] + margin],
            "scaleanchor": "x",
            "scaleratio": 1,
        },
        dragmode="lasso",
        hovermode="closest",
        # Else the label of a point that has stepped back is as faint as the point.
        hoverlabel={
            "align": "left",
            "bgcolor": "#2d2b27" if dark else "#ffffff",
            "bordercolor": OTHER,
            "font": {"color": ink(dark)},
        },
        legend={
            "orientation": "h",
            "yanchor": "top",
            "y": -0.02,
            "x": 0,
            "itemsizing": "constant",
            "maxheight": 0.28,
            "font": {"size": 12},
        },
        uirevision="map",
    )


_ACCENT = "#d1495b"  # seen on a white page and a dark one, and among the topics' colours


def with_focus(
    figure: go.Figure,
    analysis: Analysis,
    facets: Facets,
    unit: int,
    neighbours: Sequence[int],
    *,
    dark: bool = False,
) -> go.Figure:
    """A copy of the map with a star on a unit and a line to each of its neighbours.

    Raises:
        ValueError: the analysis was made without a map.
    """
    if analysis.coordinates is None:
        raise ValueError("the analysis has no map")
    figure = go.Figure(figure)
    coordinates = analysis.coordinates
    near = np.array(neighbours, np.int64)
    x: list[float | None] = []
    y: list[float | None] = []
    for other in near.tolist():
        x += [float(coordinates[unit, 0]), float(coordinates[other, 0]), None]
        y += [float(coordinates[unit, 1]), float(coordinates[other, 1]), None]
    figure.add_trace(
        go.Scattergl(
            x=x,
            y=y,
            mode="lines",
            line={"color": _ACCENT, "width": 1.2},
            hoverinfo="skip",
            showlegend=False,
        )
    )
    for rows, name, symbol, size in (
        (near, "Nearest neighbours", "circle-open", 13),
        (np.array([unit]), "Chosen hit", "star", 20),
    ):
        figure.add_trace(
            go.Scattergl(
                x=coordinates[rows, 0],
                y=coordinates[rows, 1],
                customdata=rows,
                hovertext=hover_texts(analysis, facets, rows),
                hovertemplate="%{hovertext}<extra></extra>",
                mode="markers",
                name=name,
                marker={
                    "color": _ACCENT,
                    "symbol": symbol,
                    "size": size,
                    "line": {"color": ink(dark) if symbol == "star" else _ACCENT, "width": 1.6},
                },
                selected={"marker": {"opacity": 1.0}},
                unselected={"marker": {"opacity": 0.5}},
            )
        )
    return figure
