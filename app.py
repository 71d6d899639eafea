"""Polyguest, the web app: ``streamlit run app.py``. The pages are in ``ui/``."""

import os

import streamlit as st

from ui import remembered, serving, state
from ui.carried import carry_choices
from ui.first_look import note_job, take_up_job
from ui.style import add_style

st.set_page_config(
    page_title="Polyguest: what guests say, in every language",
    page_icon="🗺️",
    layout="wide",
)
add_style()
serving.worker()  # starts beside the server and loads the model while the page is read
session = state.current()
remembered.keep_widgets()
take_up_job(session)
if session.fresh and not session.working and os.environ.get("POLYGUEST_START") == "sample":
    session.analyse_sample()
session.fresh = False

page = st.navigation(
    [
        st.Page("ui/start.py", title="Start", icon=":material/upload_file:", default=True),
        st.Page("ui/library.py", title="Analyses", icon=":material/folder_open:"),
        st.Page("ui/explore.py", title="Explore", icon=":material/scatter_plot:"),
        st.Page("ui/topics_page.py", title="Topics", icon=":material/category:"),
        st.Page("ui/about.py", title="How it works", icon=":material/help:"),
    ],
    position="top",
)
found = session.collect()  # what was waited for has just come in, wherever the user is
note_job(session)
carry_choices(session)
if found:
    st.switch_page(found)
session.catch_up()
page.run()
