"""The map: how it is drawn, and what is chosen on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from pipeline.common.locale_format import format_number
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.common.translation import ngettext
from pipeline.figures.colours import available_colourings
from pipeline.figures.map import MAX_POINTS, add_focus, map_description, map_figure
from pipeline.insights.attributes import excerpt
from ui.components.downloads import picture_options
from ui.components.widgets import escape, show_reviews
from ui.explore.legend import clear_legend, picked_categories, show_legend
from ui.explore.map_script import run_map_script
from ui.session import search_service
from ui.session.address import choice_part, switch
from ui.session.current import current_search, current_session
from ui.session.view import View

_NEIGHBOURS = 8  # of a hit that is shown on the map
_CONFIG = {
    **picture_options("polyguest-map"),
    "displaylogo": False,
    "displayModeBar": True,
    "scrollZoom": False,
    "modeBarButtons": [
        ["lasso2d", "select2d", "pan2d"],
        ["zoomIn2d", "zoomOut2d", "resetScale2d"],
        ["toImage"],
    ],
    "toImageButtonOptions": {"filename": "review_map", "scale": 2},
}


ADDRESS = (
    choice_part(
        "colour",
        N_("the colour"),
        "colour",
        lambda view: {name: name for name in available_colourings(view.analysis, view.attributes)},
        default="topic",
    ),
    choice_part("named", N_("topic names on the map"), "named", switch, default=True),
    choice_part("contours", N_("contours on the map"), "contours", switch, default=True),
)
_COLOURINGS = {
    "topic": N_("Topic"),
    "language": N_("Language"),
    "hotel": N_("Hotel"),
    "rating": N_("Rating"),
    "sentiment": N_("Sentiment"),
}


@dataclass(frozen=True)
class Look:
    """How the map is drawn.

    Attributes:
        colour: see :func:`pipeline.figures.colours.categorise`.
        named: whether names are written on it.
        contours: whether lines are drawn around crowds.
    """

    colour: str
    named: bool
    contours: bool


def map_key(view: View) -> str:
    """The key of the chart, whose selection is under it in the session's state."""
    return f"map-{view.number}"


def choose_look(view: View) -> Look:
    """Controls of the map: what it is coloured by, and whether names and contours are shown."""
    choices = available_colourings(view.analysis, view.attributes)
    if st.session_state.get("colour") not in choices:
        st.session_state["colour"] = "topic"
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", width="content", key="colours"
    ):
        st.html(f'<span class="pg-quiet">{escape(_("Colour by"))}</span>', width="content")
        colour = st.segmented_control(
            _("Colour by"),
            choices,
            format_func=lambda name: _(_COLOURINGS[name]),
            required=True,
            key="colour",
            label_visibility="collapsed",
        )
        named = st.toggle(_("Topic names"), key="named")
        contours = st.toggle(
            _("Contours"),
            key="contours",
            help=_("Lines around the densest quarter, half and three quarters of the points."),
        )
    return Look(colour or "topic", named, contours)


def show_map(
    view: View,
    allowed: np.ndarray,
    hits: np.ndarray | None,
    look: Look,
    *,
    photos: np.ndarray | None = None,
) -> None:
    """Draw the units that match the filters; hits are ringed, and units with photos are marked."""
    if view.analysis.coordinates is None:
        st.info(_("This analysis was made without a map."))
        return
    if not allowed.any():
        st.caption(_("The map is empty: no reviews match these filters."))
        return
    dark = st.context.theme.type == "dark"
    found = None if hits is None else tuple(hits.tolist())
    marked = np.empty(0, np.int64) if photos is None else photos
    picked = picked_categories(view, look.colour)
    height = _map_height(searching=hits is not None)
    key = (look, picked, dark, height, allowed.tobytes(), found, marked.tobytes())
    figure = view.figure(
        key,
        lambda: map_figure(
            view.analysis,
            view.attributes,
            colour=look.colour,
            named=look.named,
            contours=look.contours,
            picked=picked,
            allowed=allowed,
            hits=hits,
            photos=marked,
            dark=dark,
            height=height,
        ),
    )
    drawn = sum(len(trace.x) for trace in figure.data) - len(found or ()) - len(marked)
    focus = current_search().focus
    if focus is not None and focus < len(view.analysis.units):
        near = search_service.nearest(view, focus, _NEIGHBOURS)
        figure = add_focus(figure, view.analysis, view.attributes, focus, near, dark=dark)
    run_map_script()
    st.plotly_chart(
        figure,
        key=map_key(view),
        on_select=_choose,
        selection_mode=("points", "box", "lasso"),
        config=_CONFIG,
        alt=map_description(view.analysis, drawn, look.colour, hits),
    )
    show_legend(view, allowed, look.colour)
    if focus is not None and focus < len(view.analysis.units):
        _show_focus(view, focus, near)
    notes = [
        _("Draw around points, or choose names above, to read their reviews below."),
        _("Zoom in for more names, with the buttons or with Ctrl and the mouse wheel."),
    ]
    if allowed.sum() > drawn:
        notes.append(
            _(
                "{drawn} of {all} points are drawn, with every topic and language in its share; "
                "search and figures use all of them.",
                drawn=format_number(MAX_POINTS),
                all=format_number(int(allowed.sum())),
            )
        )
    st.caption(" ".join(notes))


def _map_height(*, searching: bool) -> int:
    """Pixels: a phone's map is as high as wide, so that nothing is left empty above it."""
    if "Mobi" in (st.context.headers.get("User-Agent") or ""):
        return 400
    return 500 if searching else 560


def _show_focus(view: View, unit: int, near: tuple[int, ...]) -> None:
    """Explain the star on the map and list its neighbours."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="focus"):
        words = escape(excerpt(view.analysis.units.texts[unit], 70))
        means = escape(_("The star, with lines to its nearest neighbours"))
        st.html(
            f'★ <bdi>“{words}”</bdi> <span class="pg-quiet">{means}</span>',
            width="content",
        )
        st.button(_("Hide"), key="focus-hide", type="tertiary", on_click=_unfocus)
    title = ngettext("Read its {n} nearest neighbour", "Read its {n} nearest neighbours", len(near))
    with st.expander(title):
        show_reviews(view, near)


def _unfocus() -> None:
    current_search().focus = None


def selected_units(event: Mapping[str, Any] | None) -> tuple[int, ...]:
    """The units in a selection of the chart, each once, in file order."""
    points = (event or {}).get("selection", {}).get("points", [])
    rows = set()
    for point in points:
        data = point.get("customdata")
        if isinstance(data, list | tuple):
            data = data[0] if data else None
        if data is not None:
            rows.add(int(data))
    return tuple(sorted(rows))


def _choose() -> None:
    """Keep the selection, which the chart loses whenever it is redrawn."""
    session = current_session()
    if session.view is not None:
        clear_legend()
        session.analysis.selected = selected_units(st.session_state.get(map_key(session.view)))
