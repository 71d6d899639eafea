"""How well each number of topics fits, as a plotly figure and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.analysis.analysis import Analysis
from pipeline.figures.colours import ink
from pipeline.topics.topic_count import explain_topic_count

if TYPE_CHECKING:
    import plotly.graph_objects as go

# Field of a candidate -> its name on the figure, colour and dash. Those it has not are left out.
_LINES = {
    "score": ("Score", "#2f7d78", "solid"),
    "stability": ("Stability", "#4269d0", "dash"),
    "silhouette": ("Silhouette", "#e8a317", "dot"),
    "balance": ("Balance", "#7c4fc4", "dashdot"),
    "language": ("Follows the language", "#e4573d", "longdash"),
}


def candidates_figure(analysis: Analysis, *, dark: bool = False, height: int = 230) -> go.Figure:
    """The numbers of topics that were compared, with the chosen one marked: a plotly figure.

    Raises:
        ValueError: none were compared, as the user had chosen the number.
    """
    import plotly.graph_objects as go

    candidates = sorted(analysis.candidates, key=lambda candidate: candidate.topic_count)
    if not candidates:
        raise ValueError("no numbers of topics were compared")
    numbers = [candidate.topic_count for candidate in candidates]
    figure = go.Figure()
    for field, (name, colour, dash) in _LINES.items():
        values = [getattr(candidate, field, None) for candidate in candidates]
        if any(value is not None for value in values):
            figure.add_scatter(
                x=numbers,
                y=values,
                name=name,
                mode="lines",
                yaxis="y2" if field == "score" else "y",  # it has a scale of its own
                line={"color": colour, "dash": dash, "width": 3 if field == "score" else 1.6},
                hovertemplate=f"%{{x}} topics: %{{y:.2f}}<extra>{name}</extra>",
            )
    figure.add_vline(
        x=chosen_topic_count(analysis), line={"color": ink(dark), "width": 1, "dash": "dot"}
    )
    figure.update_layout(
        height=height,
        margin={"l": 0, "r": 0, "t": 4, "b": 0},
        xaxis={"title": {"text": "Topics"}, "fixedrange": True},
        yaxis={"fixedrange": True},
        yaxis2={"overlaying": "y", "fixedrange": True, "visible": False},
        legend={"orientation": "h", "y": -0.35, "x": 0},
    )
    return figure


def chosen_topic_count(analysis: Analysis) -> int:
    """The number of topics that was found best, before the user's edits."""
    number = analysis.report.get("topics")
    return number if isinstance(number, int) else len(analysis.topics)


def reason(analysis: Analysis) -> str:
    """Why that number, in plain words."""
    number = chosen_topic_count(analysis)
    return (
        explain_topic_count(analysis.candidates, number) or f"{number} topics, as you have chosen."
    )
