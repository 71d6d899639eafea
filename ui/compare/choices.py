"""What is compared: by which column, counted by topics or aspects."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pipeline.common.errors import InputError
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.insights.comparison import Comparison, compare_analysis
from pipeline.insights.groups import PERIODS, group_reviews
from pipeline.insights.themes import ASPECTS
from ui.components.group_choice import column_label, group_columns
from ui.components.theme_choice import choose_themes
from ui.components.widgets import escape_markdown
from ui.session.view import View

ALL_GROUPS, TWO_GROUPS, IMPACT = N_("All groups"), N_("Two groups"), N_("Impact on marks")
PARTS = (ALL_GROUPS, TWO_GROUPS, IMPACT)
PART_KEY, BY_KEY, THEMES_KEY = "compare-part", "compare-by", "compare-themes"
MEASURE_KEY, MEASURES = "compare-measure", ("share", "difference", "complaints", "mark")


def compared_columns(view: View) -> list[str]:
    """Columns that reviews can be compared by: the file's, then periods where there are dates."""
    days = view.original.days
    if days is None:
        return group_columns(view)
    known = np.unique(days[~np.isnat(days)].astype("datetime64[M]"))
    years = np.unique(known.astype("datetime64[Y]"))
    periods = [name for name in PERIODS if len(years if name == "year" else known) > 1]
    return [*group_columns(view), *periods]


def choose_comparison(view: View, allowed: np.ndarray) -> Comparison | None:
    """Draw the choices, and compare the groups; None where there is nothing to compare.

    Args:
        view: whose reviews.
        allowed: bool (n,), reviews that pass the filters.
    """
    columns = compared_columns(view)
    if not columns:
        st.info(
            _(
                "There is nothing to compare by: this file has no hotels, only one language and no "
                "dates. A column of hotels, countries or channels is found when the file has one."
            )
        )
        return None
    if st.session_state.get(BY_KEY) not in columns:
        st.session_state[BY_KEY] = columns[0]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="comparison"):
        column = st.selectbox(
            _("Compare by"),
            columns,
            format_func=column_label,
            key=BY_KEY,
            width=220,
        )
        themes = choose_themes(view, key=THEMES_KEY, usual=ASPECTS)
    try:
        return view.figure(
            ("comparison", themes.kind, column, allowed.tobytes()),
            lambda: compare_analysis(
                view.original, themes, group_reviews(view.original, column, allowed)
            ),
        )
    except InputError as error:
        st.info(escape_markdown(str(error)))
        return None
