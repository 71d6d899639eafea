"""The page "Explore": map, search, filters, selection and topics of an analysis."""

import streamlit as st

from ui.filters import choose_filters
from ui.head import open_analysis, show_head
from ui.results import run_search, search_bar, show_results, show_summary
from ui.scatter import choose_colour, show_map, show_selection
from ui.sidebar import show_sidebar
from ui.topics import show_topics

session, view = open_analysis("Nothing to explore yet")
show_sidebar(session, view)
show_head(session, view)
query = search_bar()
passing = choose_filters(view)
hits = run_search(view, query, passing.units)
show_summary(view, passing.units)
colour, named = choose_colour(view)
if hits is None:
    show_map(view, passing.units, None, colour=colour, named=named)
else:
    left, right = st.columns([11, 9], gap="medium")
    with left:
        show_map(view, passing.units, hits.rows, colour=colour, named=named)
    with right:
        show_results(view, hits)
show_selection(session, view, passing.units)
show_topics(view, passing.of_any_topic)
