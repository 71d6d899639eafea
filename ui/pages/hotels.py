"""The page "Hotels": one hotel against the others, over time, and in its guests' words."""

import numpy as np
import streamlit as st

from pipeline.common.translation import gettext as _
from pipeline.insights.changes import find_changes
from pipeline.insights.group_profile import group_profile
from ui.changes.alerts import show_alert
from ui.changes.choose_periods import recent_periods
from ui.components.page_header import page_header
from ui.components.sidebar import show_sidebar
from ui.components.theme_choice import choose_themes, hidden_themes
from ui.components.widgets import escape_markdown, note_mixed_scales
from ui.hotels.choose_hotel import THEMES_KEY, choose_hotel
from ui.hotels.judgements import show_judgements
from ui.hotels.summary import show_marks, show_summary
from ui.library.require_view import require_view

session, view = require_view(_("No hotels yet"))
show_sidebar(session, view)
page_header(session, view, _("Hotels"))
with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="hotel"):
    chosen = choose_hotel(view)
    if chosen is not None:
        themes = choose_themes(view, key=THEMES_KEY)
if chosen is not None:
    ratings = view.original.ratings
    marks = ratings.shown if ratings is not None and np.isfinite(ratings.shown).any() else None
    groups, number, hidden = chosen.groups, chosen.number, hidden_themes(view, themes)
    profile = view.figure(
        ("profile", themes.kind, groups.column, number),
        lambda: group_profile(themes, groups, number, marks),
    )
    show_summary(view, chosen, profile)
    note_mixed_scales(view)
    if not profile.others:
        st.caption(_("There is no other one to compare with."))
    show_judgements(session, view, chosen, profile, themes, hidden)
    show_marks(view, chosen)
    if (recent := recent_periods(view)) is not None:
        periods = recent.periods
        changes = view.figure(
            ("changes", themes.kind, groups.column, recent.key),
            lambda: find_changes(view.original, themes, periods, groups),
        )
        own = [each for each in changes.clear if each.group == number and each.theme not in hidden]
        # Translators: the period is such as "the last 3 months" or "2026-04-01 to 2026-06-30".
        st.header(
            _("What changed: {period}", period=escape_markdown(periods.names[1])), anchor=False
        )
        if not own:
            st.caption(_("Nothing has clearly changed here: what differs may be chance."))
        for change in own:
            show_alert(session, view, changes, recent, change, months=False)
