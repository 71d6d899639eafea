"""Effects on marks as a plotly chart: one row a theme, a point and its interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipeline.common.translation import gettext as _
from pipeline.figures.colours import foreground_colour
from pipeline.figures.map_labels import escape
from pipeline.insights.attributes import excerpt
from pipeline.insights.gains import Effect

if TYPE_CHECKING:
    import plotly.graph_objects as go

_COST, _EARN, _UNCLEAR = "#c0562f", "#2f7d78", "#8e939c"
_ROW = 30  # pixels
_NAME = 34  # letters


def effects_chart(
    names: Sequence[str], effects: Sequence[Effect], *, dark: bool = False
) -> go.Figure:
    """Plot effects from top to bottom; grey ones are not clear.

    Args:
        names: of the themes.
        effects: that there are figures of.
        dark: whether the page is dark.
    """
    import plotly.graph_objects as go

    colours = [
        _UNCLEAR if not each.is_clear else _COST if each.effect < 0 else _EARN for each in effects
    ]
    # Names may be equal once they are cut: the axis counts rows and is labelled.
    rows = list(range(len(names)))
    figure = go.Figure(
        go.Scatter(
            x=[each.effect for each in effects],
            y=rows,
            mode="markers",
            marker={"size": 9, "color": colours},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [each.high - each.effect for each in effects],
                "arrayminus": [each.effect - each.low for each in effects],
                "thickness": 1.5,
                "color": _UNCLEAR,
            },
            customdata=[[each.low, each.high, each.reviews] for each in effects],
            hovertemplate=_(
                "{effect} [{low} to {high}], {number} reviews",
                effect="%{x:+.2f}",
                low="%{customdata[0]:+.2f}",
                high="%{customdata[1]:+.2f}",
                number="%{customdata[2]:,}",
            )
            + "<extra></extra>",
        )
    )
    figure.add_vline(x=0, line={"color": foreground_colour(dark), "width": 1})
    figure.update_layout(
        height=60 + _ROW * len(rows),
        margin={"l": 0, "r": 8, "t": 4, "b": 0},
        showlegend=False,
        xaxis={"fixedrange": True, "title": {"text": _("points")}, "zeroline": False},
        yaxis={
            "fixedrange": True,
            "tickvals": rows,
            "ticktext": [escape(excerpt(name, _NAME)) for name in names],
            "range": [len(rows) - 0.5, -0.5],
            "automargin": True,
        },
    )
    return figure
