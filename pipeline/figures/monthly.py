"""A figure by month as a plotly chart, with its interval and the month it turned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.common.locale_format import format_number
from pipeline.common.translation import ENGLISH, current_language
from pipeline.common.translation import gettext as _
from pipeline.figures.colours import foreground_colour
from pipeline.insights.monthly_figures import MonthlyFigures

if TYPE_CHECKING:
    import plotly.graph_objects as go

_LINE, _BAND = "#2f7d78", "rgba(47, 125, 120, 0.18)"
_TURN = "#c2724f"


def monthly_chart(
    figures: MonthlyFigures,
    *,
    unit: str = "%",
    digits: int = 1,
    turned: str = "",
    since: str = "",
    dark: bool = False,
    height: int = 260,
) -> go.Figure:
    """Plot a figure by month; months without one are gaps.

    Args:
        figures: to plot.
        unit: after each value.
        digits: of each value.
        turned: the month from which on it has been so; "" for none.
        since: the day from which on it is compared; "" for none.
        dark: whether the page is dark.
        height: in pixels.
    """
    import plotly.graph_objects as go

    figure = go.Figure()
    days = [f"{month}-01" for month in figures.months]
    for start, end in _runs(np.isfinite(figures.low)):
        part = slice(start, end)
        figure.add_scatter(
            x=days[part] + days[part][::-1],
            y=np.concatenate([figures.high[part], figures.low[part][::-1]]),
            fill="toself",
            fillcolor=_BAND,
            line={"width": 0},
            hoverinfo="skip",
            mode="lines",
            showlegend=False,
        )
    figure.add_scatter(
        x=days,
        y=figures.values,
        mode="lines+markers",
        line={"color": _LINE, "width": 2},
        marker={"size": 6},
        customdata=np.array(figures.numbers, object)[:, None],
        hovertemplate=f"%{{x|%Y-%m}}: %{{y:.{digits}f}}{unit}, %{{customdata[0]}}<extra></extra>",
        showlegend=False,
    )
    colour = foreground_colour(dark)
    for at, words, anchor, style in (
        (since, _("compared from here"), "bottom", {"color": colour, "dash": "dot"}),
        (
            f"{turned}-01" if turned else "",
            _("turned in {month}", month=turned),
            "top",
            {"color": _TURN, "dash": "dash"},
        ),
    ):
        if at:
            figure.add_shape(
                type="line", x0=at, x1=at, y0=0, y1=1, yref="paper", line={"width": 1.5, **style}
            )
            figure.add_annotation(
                x=at,
                y=1.0 if anchor == "top" else 0.0,
                yanchor=anchor,
                yref="paper",
                text=words,
                showarrow=False,
                xanchor="right",
                font={"color": style["color"], "size": 12},
            )
    figure.update_layout(
        height=height,
        margin={"l": 0, "r": 8, "t": 8, "b": 0},
        xaxis={"fixedrange": True, "tickformat": _tick_format(), "hoverformat": "%Y-%m"},
        yaxis={"fixedrange": True, "ticksuffix": unit},
        hovermode="closest",
    )
    if unit == "%":
        figure.update_yaxes(rangemode="tozero")
    return figure


def _runs(there: np.ndarray) -> list[tuple[int, int]]:
    """Start and end of each run of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], there.astype(int), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def chart_words(figures: MonthlyFigures, *, unit: str = "%", turned: str = "") -> str:
    """What the chart shows, in words, for those who can't see it."""
    known = np.flatnonzero(np.isfinite(figures.values))
    if not len(known):
        return _("No month has a figure")
    first, last = int(known[0]), int(known[-1])
    ends = {
        "start": format_number(figures.values[first], 1) + unit,
        "first": figures.months[first],
        "end": format_number(figures.values[last], 1) + unit,
        "last": figures.months[last],
    }
    if turned:
        return _(
            "From {start} in {first} to {end} in {last}; turned in {month}", month=turned, **ends
        )
    return _("From {start} in {first} to {end} in {last}", **ends)


def _tick_format() -> str:
    """Plotly knows the names of months in English alone."""
    return "%b %Y" if current_language() == ENGLISH else "%Y-%m"
