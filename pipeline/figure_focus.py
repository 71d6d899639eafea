"""A unit and its nearest neighbours, shown on the map."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from pipeline.colours import ink
from pipeline.facets import Facets
from pipeline.labels import hover_texts
from pipeline.result import Analysis

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
    if analysis.places is None:
        raise ValueError("the analysis has no map")
    figure = go.Figure(figure)
    places = analysis.places
    near = np.array(neighbours, np.int64)
    x: list[float | None] = []
    y: list[float | None] = []
    for other in near.tolist():
        x += [float(places[unit, 0]), float(places[other, 0]), None]
        y += [float(places[unit, 1]), float(places[other, 1]), None]
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
                x=places[rows, 0],
                y=places[rows, 1],
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
