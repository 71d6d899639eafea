"""The head of a hotel's page: its reviews, its mark over time, its languages."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pipeline.figures.monthly import chart_words, monthly_chart
from pipeline.insights.group_profile import GroupProfile, MeanMark
from pipeline.insights.monthly_figures import monthly_marks
from ui.components.widgets import count, escape, language_line
from ui.hotels.choose_hotel import ChosenGroup
from ui.session.view import View


def show_summary(view: View, chosen: ChosenGroup, profile: GroupProfile) -> None:
    """Figures in a line, and what to think of few reviews."""
    facts = [f'<span><span class="n">{profile.reviews:,}</span>reviews</span>']
    if profile.mark is not None and profile.mark.reviews:
        others = ""
        if profile.other_mark is not None and profile.other_mark.reviews:
            others = f", others {profile.other_mark.mean:.2f}"
        facts.append(
            f'<span><span class="n">{profile.mark.mean:.2f}</span>'
            f"of {view.attributes.highest_rating:g} on average{_interval(profile.mark)}{others}"
            "</span>"
        )
    st.html(
        f'<h2 class="pg-name" dir="auto">{escape(chosen.name)}</h2>'
        f'<div class="pg-head">{"".join(facts)}</div>'
    )
    if profile.is_small:
        st.warning(
            f"Only {count(profile.reviews, 'review')}: figures of so few say little, and nothing "
            "is called clear.",
            icon=":material/info:",
        )
    languages = view.analysis.languages[chosen.groups.codes == chosen.number].tolist()
    st.html(f'<span class="pg-quiet">Written in {escape(language_line(languages))}</span>')


def _interval(mark: MeanMark) -> str:
    if not np.isfinite(mark.low):
        return ""
    return f" [{mark.low:.2f} to {mark.high:.2f}]"


def show_marks(view: View, chosen: ChosenGroup) -> None:
    """The mean mark month by month, where there are marks in two months."""
    analysis = view.original
    if analysis.days is None or analysis.ratings is None:
        return
    rows = np.flatnonzero(chosen.groups.codes == chosen.number)
    figures = monthly_marks(
        analysis.days[rows].astype("datetime64[M]"), analysis.ratings.shown[rows]
    )
    if figures is None:
        return
    st.subheader("Mark over time", anchor=False)
    st.plotly_chart(
        monthly_chart(figures, unit="", digits=2, dark=st.context.theme.type == "dark", height=220),
        key=f"hotel-marks-{view.number}-{chosen.groups.column}-{chosen.number}",
        config={"displayModeBar": False},
        alt=chart_words(figures, unit=""),
    )
