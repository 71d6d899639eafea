"""The page "Explore": map, search, filters, selection and topics of an analysis."""

import streamlit as st

from ui.filters import choose_filters
from ui.proof import proof_line
from ui.results import run_search, search_bar, show_results, show_summary
from ui.scatter import choose_colour, show_map, show_selection
from ui.sidebar import show_sidebar
from ui.state import current
from ui.topics import show_topics
from ui.widgets import job_progress, problem_box, safe

session = current()
view = session.view

if view is None or session.source is None:
    st.title("Nothing to explore yet")
    if session.working:
        job_progress()
    else:
        if session.problem:
            problem_box(session.problem)
        st.write("Open a file of reviews first, or look around with the sample.")
        with st.container(horizontal=True):
            if st.button("Open a file", icon=":material/upload_file:", type="primary"):
                st.switch_page("ui/start.py")
            if st.button("Try it with sample reviews", icon=":material/play_circle:"):
                session.analyse_sample()
                st.rerun()
    st.stop()

analysis = view.analysis
show_sidebar(session, view)
languages = len(set(analysis.languages.tolist()))
st.html(
    f'<div class="pg-head"><span class="file" dir="auto">{safe(session.source.name)}</span>'
    f'<span><span class="n">{len(analysis.texts):,}</span>reviews</span>'
    f'<span><span class="n">{languages}</span>language{"s" * (languages != 1)}</span>'
    f'<span><span class="n">{len(analysis.topics)}</span>topics</span></div>'
    f"{proof_line(session)}"
)
if session.problem:
    problem_box(session.problem)
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
