"""The progress of the analysis that lets hotels in several languages be compared."""

from __future__ import annotations

import streamlit as st

from pipeline.common.translation import gettext as _
from ui.similar_hotels.compared import HotelTable


@st.fragment(run_every=0.5)
def analysing(table: HotelTable) -> None:
    """A bar while the hotels' texts are analysed; the page is drawn again when that is done."""
    job = table.job
    if job is None or job.finished:
        st.rerun()
    st.progress(
        job.fraction_done(),
        text=_("Comparing what the texts mean, in any language; words in common are below already"),
    )
