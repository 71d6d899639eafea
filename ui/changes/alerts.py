"""The alerts: what clearly changed, in words, each with its reviews and its months."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pipeline.common.locale_format import join_parts
from pipeline.common.translation import gettext as _
from pipeline.common.translation import ngettext
from pipeline.filters.expressions import Filter, Range
from pipeline.insights.aspect_themes import has_aspects
from pipeline.insights.change_words import (
    describe_complaints,
    describe_figures,
    describe_origin,
    describe_title,
)
from pipeline.insights.changes import (
    COMPLAINTS,
    EVERYWHERE,
    MARK,
    Change,
    Changes,
    find_changes,
)
from pipeline.insights.themes import ASPECTS, TOPICS
from ui.changes.address import THEMES_KEY
from ui.changes.choose_periods import ChosenPeriods
from ui.changes.months import choose_series
from ui.components.theme_choice import view_themes
from ui.components.widgets import escape
from ui.filters.show_on_explore import group_filter, show_on_explore
from ui.session.page_paths import CHANGES, HOTELS
from ui.session.session import Session
from ui.session.view import View

_FIRST = 8  # alerts of a list that are shown before "more"


def show_alerts(
    session: Session, view: View, changes: Changes, chosen: ChosenPeriods, hidden: frozenset[int]
) -> None:
    """Three lists: what is more, what is less, and mean marks.

    Args:
        session: whose page.
        view: whose reviews.
        changes: what was found.
        chosen: the periods.
        hidden: themes that the user has hidden.
    """
    clear = [each for each in changes.alerts if each.theme not in hidden]
    if not clear:
        st.html(f"<b>{escape(_('Nothing has clearly changed: what differs may be chance.'))}</b>")
        _offer_aspects(view, changes, chosen)
        return
    lists = {
        _("More than before"): [each for each in clear if each.of != MARK and each.grew],
        _("Mean marks"): [each for each in clear if each.of == MARK],
        _("Less than before"): [each for each in clear if each.of != MARK and not each.grew],
    }
    for title, own in lists.items():
        if own:
            st.header(title, anchor=False)
            for change in own[:_FIRST]:
                show_alert(session, view, changes, chosen, change)
            if more := own[_FIRST:]:
                with st.expander(ngettext("{n} other change", "{n} other changes", len(more))):
                    for change in more:
                        show_alert(session, view, changes, chosen, change)


def _offer_aspects(view: View, changes: Changes, chosen: ChosenPeriods) -> None:
    """Where no topic has changed, say whether an aspect has, which may be a part of a topic."""
    if changes.themes.kind != TOPICS or not has_aspects(view.original):
        return
    by = "" if changes.groups is None else changes.groups.column
    themes = view_themes(view, ASPECTS)
    others = view.figure(
        ("changes", ASPECTS, by, chosen.key),
        lambda: find_changes(view.original, themes, chosen.periods, changes.groups),
    )
    if not (number := len(others.alerts)):
        st.caption(_("Nor has any of the fixed aspects."))
        return
    said = ngettext(
        "{n} change is clear among the fixed aspects, which tell finer things apart.",
        "{n} changes are clear among the fixed aspects, which tell finer things apart.",
        number,
    )
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(said)
        st.button(
            _("Count by fixed aspects"),
            icon=":material/arrow_forward:",
            key="changes-by-aspects",
            on_click=_count_by_aspects,
        )


def _count_by_aspects() -> None:
    st.session_state[THEMES_KEY] = ASPECTS


def show_alert(
    session: Session,
    view: View,
    changes: Changes,
    chosen: ChosenPeriods,
    change: Change,
    *,
    months: bool = True,
) -> None:
    """One alert in a line, with buttons for its reviews and its months.

    Args:
        session: whose page.
        view: whose reviews.
        changes: what was found.
        chosen: the periods.
        change: the alert.
        months: whether the page has a chart of months.
    """
    key = f"{change.of}-{change.theme}-{change.group}-{view.number}"
    line, buttons = st.columns([9, 2], vertical_alignment="center", gap="small")
    line.html(alert_html(view, changes, change))
    with buttons.container(horizontal=True, horizontal_alignment="right", gap="small"):
        if st.button(_("Read"), key=f"read-{key}", icon=":material/menu_book:", type="tertiary"):
            show_change(session, view, changes, chosen, change, months=months)
        if months and changes.monthly is not None and change.of != MARK:
            st.button(
                _("Months"),
                key=f"months-{key}",
                icon=":material/show_chart:",
                type="tertiary",
                on_click=choose_series,
                args=(changes, change.of, change.theme, change.group),
            )


def alert_html(view: View, changes: Changes, change: Change) -> str:
    """A change as a line of HTML, with the names from the file escaped."""
    way = "up" if change.grew else "down"
    parts = [
        describe_figures(change, view.attributes.highest_rating),
        describe_complaints(change, changes),
        describe_origin(change, changes),
    ]
    said = join_parts(f"<bdi>{escape(part)}</bdi>" for part in parts if part)
    sentence = _(
        "{change}: {figures}",
        change=f"<b><bdi>{escape(describe_title(change, changes))}</bdi></b>",
        figures=said,
    )
    arrow = "▲" if change.grew else "▼"
    return f'<span class="pg-arrow {way}" aria-hidden="true">{arrow}</span> {sentence}'


def show_change(
    session: Session,
    view: View,
    changes: Changes,
    chosen: ChosenPeriods,
    change: Change,
    *,
    months: bool = True,
) -> None:
    """Open the reviews of the second period that a change is about, as :func:`show_alert` says."""
    filters: list[Filter] = []
    reviews = chosen.periods.after.copy()
    if change.group != EVERYWHERE and changes.groups is not None:
        filters.append(group_filter(view, changes.groups, change.group))
        reviews &= changes.groups.codes == change.group
    if chosen.ends is not None and "date" in view.columns:
        filters.append(Range("date", *chosen.ends))
    if change.of == COMPLAINTS and changes.themes.complaints is not None:
        said = np.zeros(len(reviews), bool)
        said[changes.themes.complaints[:, [change.theme]].nonzero()[0]] = True
        reviews &= said
    show_on_explore(
        session,
        view,
        reviews,
        filters,
        themes=changes.themes,
        theme=change.theme,
        complaints=change.of == COMPLAINTS,
        said=join_parts([describe_title(change, changes), chosen.periods.names[1]]),
        page=CHANGES if months else HOTELS,
    )
