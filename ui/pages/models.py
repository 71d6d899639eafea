"""The page "Models": which model does best on one's own reviews, and at what price."""

import streamlit as st

from pipeline.common.translation import gettext as _
from ui.components.page_header import page_header
from ui.library.require_view import require_view
from ui.models.request import JOB, choose_comparison
from ui.models.results import show_results

session, view = require_view(_("No reviews to compare models on"))
page_header(session, view, _("Models"))
st.write(
    _(
        "The app comes with one language model. Here you see how it does on your own reviews "
        "beside others, and what each takes in time and memory."
    )
)
if session.is_partial:
    st.info(_("Once all reviews have been read, models can be compared."))
    st.stop()
choose_comparison(session, view)
job = st.session_state.get(JOB)
if job is not None and job.finished:
    show_results(session, view, job)
