"""The page "Changes": what is more, less or new, in words first, then month by month."""

import streamlit as st

from pipeline.common.translation import gettext as _
from pipeline.common.translation import ngettext
from pipeline.exports.report_changes import change_table
from pipeline.insights.changes import find_changes
from pipeline.insights.periods import new_languages
from ui.changes.added_file import show_added
from ui.changes.address import BY_KEY, THEMES_KEY
from ui.changes.alerts import show_alerts
from ui.changes.choose_periods import choose_periods
from ui.changes.months import show_months
from ui.changes.table import show_table
from ui.components.downloads import table_downloads
from ui.components.group_choice import choose_groups
from ui.components.page_header import page_header
from ui.components.sidebar import show_sidebar
from ui.components.theme_choice import choose_themes, hidden_themes
from ui.components.widgets import escape, language_line
from ui.library.require_view import require_view

session, view = require_view(_("No changes yet"))
show_sidebar(session, view)
page_header(session, view, _("Changes"))
show_added(session, view)
with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="periods"):
    chosen = choose_periods(view)
    if chosen is not None:
        groups = choose_groups(view, key=BY_KEY, none=_("All reviews together"))
        themes = choose_themes(view, key=THEMES_KEY)
if chosen is not None:
    periods = chosen.periods
    by = groups.column if groups is not None else ""
    with st.spinner(_("Comparing"), show_time=False):
        changes = view.figure(
            ("changes", themes.kind, by, chosen.key),
            lambda: find_changes(view.original, themes, periods, groups),
        )
    sizes = [
        escape(ngettext("{n} review", "{n} reviews", int(part.sum())))
        for part in (periods.before, periods.after)
    ]
    names = [escape(name) for name in periods.names]
    st.html(
        f'<span class="pg-quiet"><bdi>{names[0]}</bdi>: {sizes[0]} · '
        f"<bdi>{names[1]}</bdi>: {sizes[1]}</span>"
    )
    hidden = hidden_themes(view, themes)
    show_alerts(session, view, changes, chosen, hidden)
    if fresh := new_languages(view.analysis, periods):
        after = view.analysis.languages[periods.after].tolist()
        line = language_line(code for code in after if code in fresh)
        st.text(_("New languages: {languages}", languages=line))
    show_months(view, changes, chosen.since, hidden)
    show_table(view, changes, hidden)
    with st.container(horizontal=True, gap="small"):
        table_downloads(view, "what_changed", lambda: change_table(changes))
