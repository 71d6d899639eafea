"""Why this number of topics was chosen."""

from __future__ import annotations

import streamlit as st

from pipeline.analysis.analysis import Analysis
from pipeline.common.translation import gettext as _
from pipeline.figures.topic_count import candidates_figure, explain_chosen_count
from ui.components.downloads import chart_options
from ui.components.widgets import escape_markdown


def show_curve(analysis: Analysis) -> None:
    """An expander with the reason and the numbers that were compared."""
    if not analysis.candidates:
        return
    place = st.expander(_("Why this number of topics?"), key="why", on_change="rerun")
    if not place.open:
        return
    with place:
        st.markdown(escape_markdown(explain_chosen_count(analysis)))
        st.plotly_chart(
            candidates_figure(analysis, dark=st.context.theme.type == "dark"),
            config=chart_options("polyguest-topic-count"),
            key="curve",
            alt=explain_chosen_count(analysis),
        )
        st.caption(_("To choose another number, switch off “Choose automatically” above."))
