"""The page "Explore": map, search, filters, selection and topics of an analysis."""

import streamlit as st

from pipeline.common.translation import gettext as _
from ui.components.page_header import page_header
from ui.components.sidebar import show_sidebar
from ui.explore.map import choose_look, show_map
from ui.explore.photos import photos_of, show_photos
from ui.explore.selection import go_back, show_selection
from ui.explore.topic_table import show_topics
from ui.filters.filter_bar import choose_filters, filter_problems, filter_summary
from ui.library.require_view import require_view
from ui.search.search_box import run_search, search_bar, show_results
from ui.session.current import page_drawn
from ui.session.photo_service import photo_units
from ui.session.search_service import prepare

session, view = require_view(_("Nothing to explore yet"))
go_back()
page_drawn()
show_sidebar(session, view)
with st.container(key="above-map", gap="xsmall"):
    page_header(session, view, _("Explore"))
    wanted = search_bar(view)
    passing = choose_filters(view)
    found = run_search(view, wanted, passing.units)
    filter_problems(view, passing)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        look = choose_look(view)
        filter_summary(view, passing, searching=wanted is not None)
reading = session.analysis.reading is not None
if reading:  # what was opened to be read comes before the map
    show_selection(session, view, passing.units)
photos = photos_of(session, view)
marked = None if photos is None else photo_units(view, photos, passing.units)
if wanted is None or found is None:
    show_map(view, passing.units, None, look, photos=marked)
else:
    # The hits come first, for phones, keyboards and screen readers; a wide screen has the map at
    # their side, see the style.
    with st.container(key="found"):
        first, beside = st.columns([9, 11], gap="medium")
        with first:
            show_results(view, wanted, found, passing.units)
        with beside:
            show_map(view, passing.units, found.rows, look, photos=marked)
if photos is not None:
    show_photos(view, photos, wanted, passing.units)
if not reading:
    show_selection(session, view, passing.units)
show_topics(view, passing.of_any_topic)
prepare(view)
