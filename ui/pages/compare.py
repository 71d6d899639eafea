"""The page "Compare": what hotels, languages or months differ in, in words and as a heat table."""

import numpy as np
import streamlit as st

from pipeline.common.translation import gettext as _
from pipeline.common.translation import ngettext
from pipeline.insights.groups import column_noun
from pipeline.insights.themes import ASPECTS
from ui.compare.cell import show_cell
from ui.compare.choices import (
    ALL_GROUPS,
    IMPACT,
    PART_KEY,
    PARTS,
    THEMES_KEY,
    TWO_GROUPS,
    choose_comparison,
)
from ui.compare.findings import show_findings
from ui.compare.heat_table import show_heat_table
from ui.compare.impact import show_impact
from ui.compare.open_reviews import open_requested
from ui.compare.two_groups import show_two_groups
from ui.components.page_header import page_header
from ui.components.sidebar import show_sidebar
from ui.components.theme_choice import choose_themes
from ui.components.widgets import escape_markdown
from ui.filters.filter_bar import choose_filters, filter_problems, filter_summary
from ui.library.require_view import require_view

session, view = require_view(_("Nothing to compare yet"))
open_requested(session, view)
show_sidebar(session, view)
page_header(session, view, _("Compare"))
if st.session_state.get(PART_KEY) not in PARTS:
    st.session_state[PART_KEY] = ALL_GROUPS
part = st.segmented_control(
    _("Part of the page"),
    PARTS,
    format_func=_,
    required=True,
    key=PART_KEY,
    label_visibility="collapsed",
)
passing = choose_filters(view)
filter_problems(view, passing)
filter_summary(view, passing, searching=False)
allowed = np.zeros(len(view.original.texts), bool)
allowed[view.original.units.review[passing.units]] = True
if not allowed.any():
    st.stop()
if part == IMPACT:
    show_impact(view, choose_themes(view, key=THEMES_KEY, usual=ASPECTS), allowed)
elif part == TWO_GROUPS:
    show_two_groups(view, allowed)
elif (comparison := choose_comparison(view, allowed)) is not None:
    show_findings(view, comparison, key="words")
    st.header(_("All topics"), anchor=False)
    reviews = ngettext("{n} review", "{n} reviews", int(comparison.groups.sizes.sum()))
    groups = ngettext("{n} group", "{n} groups", len(comparison.groups))
    if comparison.adjusted_for:
        said = _(
            "{reviews} in {groups}, compared within the same {column}.",
            reviews=reviews,
            groups=groups,
            column=escape_markdown(column_noun(comparison.adjusted_for)),
        )
    else:
        said = _("{reviews} in {groups}.", reviews=reviews, groups=groups)
    st.caption(said)
    show_cell(view, comparison, show_heat_table(view, comparison))
