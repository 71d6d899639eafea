"""The map, and the reviews selected on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from pipeline.analysis.export import reviews_csv
from pipeline.common.locale_format import format_number, language_name
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.common.translation import ngettext
from pipeline.exports.sheets import table_xlsx
from pipeline.exports.tables import review_table
from pipeline.figures.colours import available_colourings
from pipeline.figures.map import MAX_POINTS, add_focus, map_description, map_figure
from pipeline.insights.attributes import excerpt
from pipeline.reviews.units import SENTENCE
from ui.components.downloads import download, picture_options
from ui.components.page_switch import switch_page
from ui.components.review_dialog import open_review
from ui.components.topic_editing import move_menu
from ui.components.widgets import escape, language_line, show_reviews
from ui.explore.legend import clear_legend, picked_categories, show_legend
from ui.explore.map_script import run_map_script
from ui.explore.selection_address import MOST_NAMED
from ui.filters.filter_bar import clear_filters
from ui.session import search_service
from ui.session.address import choice_part, switch
from ui.session.current import current_search, current_session, search_like
from ui.session.open_analysis import OpenedReviews
from ui.session.session import CHANGES, COMPARE, HOTELS_PAGE, Session
from ui.session.view import View
from ui.style.document import announce

_LISTED = 30  # chosen reviews that are shown in full
_TABLED = 1_000  # more would be megabytes of texts for every lasso
_BACK = "reading-goes-back"  # in the session's state: to which page
_OPENED = "opened-from-selection"  # in the session's state: how many reviews were
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


def show_selection(session: Session, view: View, allowed: np.ndarray) -> None:
    """The selected reviews as a table and in full, with a download.

    What a page has opened is named, and stands in full at once, with a way back to that page.
    """
    reading = session.analysis.reading
    rows = [row for row in session.analysis.selected if row < len(allowed) and allowed[row]]
    if not session.analysis.selected:
        return
    sentences = view.analysis.units.kind == SENTENCE
    with st.container(border=True, key="selection"):
        if reading is not None:
            _name_opened(view, reading)
        with st.container(horizontal=True, vertical_alignment="center"):
            if sentences:
                chosen = ngettext("{n} chosen sentence", "{n} chosen sentences", len(rows))
            else:
                chosen = ngettext("{n} chosen review", "{n} chosen reviews", len(rows))
            st.header(chosen, anchor=False)
            announce(chosen)
            if rows:
                reviews = view.analysis.units.reviews_of(np.array(rows)).tolist()
                download(
                    "CSV",
                    view.file_name("chosen_reviews"),
                    lambda: reviews_csv(view.analysis, reviews).encode("utf-8-sig"),
                    key="chosen-csv",
                )
                download(
                    "Excel",
                    view.file_name("chosen_reviews", "xlsx"),
                    lambda: table_xlsx(review_table(view.analysis, view.attributes, reviews)),
                    key="chosen-xlsx",
                )
            if rows:
                st.button(
                    _("More like these"),
                    icon=":material/search:",
                    on_click=search_like,
                    args=(tuple(reviews),),
                )
                move_menu(session, view, rows)
            st.button(_("Clear selection"), on_click=_clear, key="clear-selection", type="tertiary")
        if not rows:
            st.info(
                _("No chosen sentence passes the filters.")
                if sentences
                else _("No chosen review passes the filters.")
            )
            return
        line = language_line(view.analysis.unit_languages[rows].tolist())
        if sentences:
            of = ngettext("Of {n} review", "Of {n} reviews", len(reviews))
            line = f"{of} · {line}"
        st.html(f'<span class="pg-quiet">{escape(line)}</span>')
        if reading is not None:
            show_reviews(view, rows[:_LISTED], tall=True)
            with st.expander(ngettext("{n} as a table", "All {n} as a table", len(rows))):
                _show_table(session, view, rows)
            return
        _show_table(session, view, rows)
        listed = min(len(rows), _LISTED)
        with st.expander(ngettext("Read {n} in full", "Read the first {n} in full", listed)):
            show_reviews(view, rows[:_LISTED])


def _name_opened(view: View, reading: OpenedReviews) -> None:
    """Say what was opened, with a way back to the page that did."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.html(f"<h2 class='pg-opened'><bdi>{escape(reading.said)}</bdi></h2>", width="stretch")
        back = {
            COMPARE: _("Back to Compare"),
            CHANGES: _("Back to Changes"),
            HOTELS_PAGE: _("Back to Hotels"),
        }
        st.button(
            back[reading.page],
            icon=":material/arrow_back:",
            type="tertiary",
            key="reading-back",
            on_click=_close_opened,
            args=(view, reading.page),
        )


def _close_opened(view: View, page: str) -> None:
    """Leave nothing of what was opened behind: its filters would hide the rest."""
    current_session().analysis.selected = ()
    clear_filters(view)
    st.session_state[_BACK] = page


def go_back() -> None:
    """Go to the page that has opened what was read, when its button was pressed."""
    if page := st.session_state.pop(_BACK, ""):
        switch_page(page)


def _show_table(session: Session, view: View, rows: list[int]) -> None:
    """The selected reviews as a table; a row opens its review."""
    note = _("Choose a row (with the keyboard: arrows, Shift+Space) to read its review in full.")
    if len(session.analysis.selected) > MOST_NAMED:
        note += " " + ngettext(
            "A link names up to {n} of them, and so leaves these out.",
            "A link names up to {n} of them, and so leaves these out.",
            MOST_NAMED,
        )
    st.caption(note)
    st.dataframe(
        _table(view, rows[:_TABLED]),
        hide_index=True,
        height=min(38 + 35 * len(rows), 320),
        key=_table_key(view),
        on_select=lambda: _open_row(view, rows),
        selection_mode="single-row",
        column_config={
            "hotel": st.column_config.TextColumn(_("Hotel")),
            "date": st.column_config.TextColumn(_("Date"), width="small"),
            "text": st.column_config.TextColumn(_("Review"), width="large"),
            "language": st.column_config.TextColumn(_("Language"), width=100),
            "topic": st.column_config.TextColumn(_("Topic")),
            "rating": st.column_config.NumberColumn(
                view.attributes.rating_title(_("Rating")), format="%.1f", width=100
            ),
        },
        alt=_("The chosen reviews with hotel, date, rating, language and topic"),
    )
    if len(rows) > _TABLED:
        shown = format_number(_TABLED)
        st.caption(
            _("The table has the first {number}; the download has all of them.", number=shown)
        )


def _table(view: View, rows: list[int]) -> pd.DataFrame:
    analysis, attributes = view.analysis, view.attributes
    reviews = analysis.units.review[rows]
    # The text first: on a narrow screen the last columns are out of sight.
    table: dict[str, Any] = {
        "text": [analysis.units.texts[row] for row in rows],
        "language": [language_name(str(code)) for code in analysis.unit_languages[rows]],
    }
    if attributes.hotels is not None:
        table["hotel"] = attributes.hotels[reviews].tolist()
    if attributes.dates is not None:
        table["date"] = attributes.dates[reviews].tolist()
    if attributes.ratings is not None:
        table["rating"] = attributes.shown_rating(attributes.ratings[reviews]).tolist()
    table["topic"] = [analysis.topic_of(row).name for row in rows]
    return pd.DataFrame(table)


def _table_key(view: View) -> str:
    return f"selection-{view.number}-{st.session_state.get(_OPENED, 0)}"


def _open_row(view: View, rows: list[int]) -> None:
    """Open the review of the row that was chosen in the table of selected reviews."""
    chosen = (st.session_state.get(_table_key(view)) or {})["selection"]["rows"]
    if chosen and chosen[0] < len(rows):
        open_review(int(view.analysis.units.review[rows[chosen[0]]]))
        # A table with another key has no row chosen, so that the same one can be chosen again.
        st.session_state[_OPENED] = st.session_state.get(_OPENED, 0) + 1


def _choose() -> None:
    """Keep the selection, which the chart loses whenever it is redrawn."""
    session = current_session()
    if session.view is not None:
        clear_legend()
        session.analysis.selected = selected_units(st.session_state.get(map_key(session.view)))


def _clear() -> None:
    current_session().analysis.selected = ()
    clear_legend()
