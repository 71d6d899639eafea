"""The head of a hotel's page: its reviews, its mark over time, its languages."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pipeline.common.locale_format import format_number
from pipeline.common.translation import gettext as _
from pipeline.common.translation import ngettext
from pipeline.figures.monthly import chart_words, monthly_chart
from pipeline.insights.group_profile import GroupProfile, MeanMark
from pipeline.insights.monthly_figures import monthly_marks
from ui.components.downloads import chart_options
from ui.components.widgets import escape, language_line, large_number
from ui.hotels.choose_hotel import ChosenGroup
from ui.session.view import View


def show_summary(view: View, chosen: ChosenGroup, profile: GroupProfile) -> None:
    """Figures in a line, and what to think of few reviews."""
    reviews = ngettext("{n} review", "{n} reviews", profile.reviews)
    facts = [large_number(profile.reviews, reviews)]
    if profile.mark is not None and profile.mark.reviews:
        facts.append(_mark_html(view, profile.mark, profile.other_mark))
    said = "".join(f"<span>{fact}</span>" for fact in facts)
    st.html(
        f'<h2 class="pg-name" dir="auto">{escape(chosen.name)}</h2>'
        f'<div class="pg-head">{said}</div>'
    )
    if profile.is_small:
        st.warning(
            ngettext(
                "Only {n} review: figures of so few say little, and nothing is called clear.",
                "Only {n} reviews: figures of so few say little, and nothing is called clear.",
                profile.reviews,
            ),
            icon=":material/info:",
        )
    languages = view.analysis.languages[chosen.groups.codes == chosen.number].tolist()
    written = _("Written in {languages}", languages=language_line(languages))
    st.html(f'<span class="pg-quiet">{escape(written)}</span>')


def _mark_html(view: View, mark: MeanMark, other: MeanMark | None) -> str:
    """The mean mark, its interval and the others' mean as HTML, the mark in large digits."""
    mean = format_number(mark.mean, 2)
    highest = format_number(view.attributes.highest_rating)
    if np.isfinite(mark.low):
        said = _(
            "{mean} of {highest} on average [{low} to {high}]",
            mean=mean,
            highest=highest,
            low=format_number(mark.low, 2),
            high=format_number(mark.high, 2),
        )
    else:
        said = _("{mean} of {highest} on average", mean=mean, highest=highest)
    if other is not None and other.reviews:
        said = _("{mark}, others {mean}", mark=said, mean=format_number(other.mean, 2))
    return escape(said).replace(mean, f'<span class="n">{mean}</span>', 1)


def show_marks(view: View, chosen: ChosenGroup) -> None:
    """The mean mark month by month, where there are marks in two months."""
    analysis = view.original
    if analysis.days is None or analysis.ratings is None:
        return
    rows = np.flatnonzero(chosen.groups.codes == chosen.number)
    marks = analysis.ratings.shown
    figures = monthly_marks(
        analysis.days[rows].astype("datetime64[M]"),
        marks[rows],
        scale=(float(np.nanmin(marks)), analysis.ratings.shown_highest),
    )
    if figures is None:
        return
    st.header(_("Mark over time"), anchor=False)
    st.plotly_chart(
        monthly_chart(figures, unit="", digits=2, dark=st.context.theme.type == "dark", height=220),
        key=f"hotel-marks-{view.number}-{chosen.groups.column}-{chosen.number}",
        config=chart_options("polyguest-marks"),
        alt=chart_words(figures, unit=""),
    )
