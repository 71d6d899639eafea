"""Models by quality and speed, and quality by dimensions, as plotly figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.figures.colours import foreground_colour

if TYPE_CHECKING:
    import plotly.graph_objects as go

_COLOURS = ("#4269d0", "#e8a317", "#3fb8a0", "#e4573d", "#7c4fc4", "#8f5b3c")
_WAYS = {"prefix": (N_("the first"), "dot"), "pca": (N_("by PCA"), "solid")}


def quality_speed_figure(
    records: Sequence[dict[str, Any]], *, dark: bool = False, height: int = 320
) -> go.Figure:
    """Plot models by speed and quality; those that none beats in both are filled.

    Args:
        records: of :func:`pipeline.evaluation.records.result_records`.
        dark: whether the page is dark.
        height: in pixels.
    """
    import plotly.graph_objects as go

    figure = go.Figure()
    whole = [
        record
        for record in records
        if record["reduction"] is None and record["quality"] is not None
    ]
    hover = _("{speed} reviews a second<br>{quality} points", speed="%{x:,.0f}", quality="%{y:.1f}")
    for number, record in enumerate(whole):
        figure.add_scatter(
            x=[record["texts_per_second"]],
            y=[100 * record["quality"]],
            mode="markers+text",
            text=[record["model"]],
            textposition="top center",
            textfont={"color": foreground_colour(dark)},
            cliponaxis=False,
            marker={
                "size": 14,
                "symbol": "circle" if record["undominated"] else "circle-open",
                "color": _COLOURS[number % len(_COLOURS)],
                "line": {"width": 2},
            },
            hovertemplate=f"{hover}<extra></extra>",
        )
    figure.update_layout(
        height=height,
        margin={"l": 0, "r": 20, "t": 30, "b": 0},
        showlegend=False,
        xaxis={"title": {"text": _("Reviews a second")}, "type": "log", "fixedrange": True},
        yaxis={"title": {"text": _("Quality (points)")}, "fixedrange": True},
    )
    return figure


def dimensions_figure(
    records: Sequence[dict[str, Any]], *, dark: bool = False, height: int = 300
) -> go.Figure:
    """Plot quality by the number of dimensions kept, a line for each model and way to reduce.

    Args:
        records: as in :func:`quality_speed_figure`.
        dark: whether the page is dark.
        height: in pixels.
    """
    import plotly.graph_objects as go

    figure = go.Figure()
    models = list(dict.fromkeys(record["model"] for record in records))
    hover = _("{number} dimensions: {quality} points", number="%{x}", quality="%{y:.1f}")
    for number, model in enumerate(models):
        own = [record for record in records if record["model"] == model]
        for way, (words, dash) in _WAYS.items():
            line = [record for record in own if record["reduction"] in (None, way)]
            if len(line) < 2:
                continue
            line.sort(key=lambda record: int(record["dimension"]))
            figure.add_scatter(
                x=[record["dimension"] for record in line],
                y=[100 * record["quality"] for record in line],
                name=f"{model}, {_(words)}",
                mode="lines+markers",
                line={"color": _COLOURS[number % len(_COLOURS)], "dash": dash, "width": 2},
                marker={
                    "size": [13 if record["enough"] else 6 for record in line],
                    "color": _COLOURS[number % len(_COLOURS)],
                },
                hovertemplate=f"{hover}<extra>{_(words)}</extra>",
            )
    figure.update_layout(
        height=height,
        margin={"l": 0, "r": 10, "t": 10, "b": 0},
        font={"color": foreground_colour(dark)},
        xaxis={"title": {"text": _("Dimensions")}, "type": "log", "fixedrange": True},
        yaxis={"title": {"text": _("Quality (points)")}, "fixedrange": True},
        legend={"orientation": "h", "y": -0.3, "x": 0},
    )
    return figure
