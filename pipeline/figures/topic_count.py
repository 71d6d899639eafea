"""How well each number of topics fits, as a plotly figure and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.analysis.analysis import Analysis
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.common.translation import ngettext
from pipeline.figures.colours import foreground_colour
from pipeline.topics.topic_count import explain_topic_count

if TYPE_CHECKING:
    import plotly.graph_objects as go

# Field of a candidate -> its name, colour and dash. Fields without values are omitted.
_LINES = {
    "score": (N_("Score"), "#2f7d78", "solid"),
    "stability": (N_("Stability"), "#4269d0", "dash"),
    "silhouette": (N_("Silhouette"), "#e8a317", "dot"),
    "balance": (N_("Balance"), "#7c4fc4", "dashdot"),
    "language": (N_("Follows the language"), "#e4573d", "longdash"),
}


def candidates_figure(analysis: Analysis, *, dark: bool = False, height: int = 230) -> go.Figure:
    """Plot the numbers of topics that were compared, with the chosen one marked.

    Raises:
        ValueError: none were compared, because the user chose the number.
    """
    import plotly.graph_objects as go

    candidates = sorted(analysis.candidates, key=lambda candidate: candidate.topic_count)
    if not candidates:
        raise ValueError("no numbers of topics were compared")
    figure = go.Figure()
    topics = _("{number} topics", number="%{x}")
    for field, (label, colour, dash) in _LINES.items():
        name = _(label)
        values = [getattr(candidate, field, None) for candidate in candidates]
        if any(value is not None for value in values):
            figure.add_scatter(
                x=[candidate.topic_count for candidate in candidates],
                y=values,
                name=name,
                mode="lines",
                yaxis="y2" if field == "score" else "y",  # the score has a scale of its own
                line={"color": colour, "dash": dash, "width": 3 if field == "score" else 1.6},
                hovertemplate=f"{topics}: %{{y:.2f}}<extra>{name}</extra>",
            )
    figure.add_vline(
        x=analysis.chosen_topic_count,
        line={"color": foreground_colour(dark), "width": 1, "dash": "dot"},
    )
    figure.update_layout(
        height=height,
        margin={"l": 0, "r": 0, "t": 4, "b": 0},
        xaxis={"title": {"text": _("Topics")}, "fixedrange": True},
        yaxis={"fixedrange": True},
        yaxis2={"overlaying": "y", "fixedrange": True, "visible": False},
        legend={"orientation": "h", "y": -0.35, "x": 0},
    )
    return figure


def explain_chosen_count(analysis: Analysis) -> str:
    """Explain in words why the analysis has its number of topics."""
    count = analysis.chosen_topic_count
    return explain_topic_count(analysis.candidates, count) or ngettext(
        "{n} topic, as you have chosen.", "{n} topics, as you have chosen.", count
    )
