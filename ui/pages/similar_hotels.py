"""The page "Similar hotels": the hotels most like a chosen one."""

import streamlit as st

from pipeline.common.translation import gettext as _
from ui.components.widgets import error_box, lead
from ui.session.current import current_session
from ui.similar_hotels.choice import choose_hotels
from ui.similar_hotels.neighbours import show_neighbours
from ui.similar_hotels.progress import analysing

session = current_session()

st.title(_("Similar hotels"))
lead(
    _(
        "Choose a hotel and see the ones most like it, by what is written about them: "
        "descriptions in a table, or the reviews of the open file."
    )
)
if session.problem:
    error_box(session.problem)
hotels, table = choose_hotels(session)
if hotels is not None:
    if table is not None and table.job is not None:
        analysing(table)
    show_neighbours(hotels)
