"""The reviews that are chosen on the map, or opened by another page: as a table and in full."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from pipeline.analysis.export import reviews_csv
from pipeline.common.locale_format import format_number, language_name
from pipeline.common.translation import gettext as _
from pipeline.common.translation import ngettext
from pipeline.exports.sheets import table_xlsx
from pipeline.exports.tables import review_table
from pipeline.reviews.units import SENTENCE
from ui.components.downloads import download
from ui.components.page_switch import switch_page
from ui.components.review_dialog import open_review
from ui.components.tables import in_page_language, with_digits
from ui.components.topic_editing import move_menu
from ui.components.widgets import escape, language_line, show_reviews
from ui.explore.legend import clear_legend
from ui.explore.selection_address import MOST_NAMED
from ui.filters.filter_bar import clear_filters
from ui.session.current import current_session, search_like
from ui.session.open_analysis import OpenedReviews
from ui.session.page_paths import CHANGES, COMPARE, HOTELS
from ui.session.session import Session
from ui.session.view import View
from ui.style.document import announce

_LISTED = 30  # chosen reviews that are shown in full
_TABLED = 1_000  # more would be megabytes of texts for every lasso
_BACK = "reading-goes-back"  # in the session's state: to which page
_OPENED = "opened-from-selection"  # in the session's state: how many reviews were


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
            HOTELS: _("Back to Hotels"),
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
        in_page_language(_table(view, rows[:_TABLED]), {"rating": with_digits(1)}),
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
                view.attributes.rating_title(_("Rating")), width=100
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


def _clear() -> None:
    current_session().analysis.selected = ()
    clear_legend()
