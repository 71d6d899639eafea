"""The months of one theme, in all reviews or in a group, as a chart."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.figures.monthly import chart_words, monthly_chart
from pipeline.insights.attributes import excerpt
from pipeline.insights.change_words import shown_group
from pipeline.insights.changes import COMPLAINTS, EVERYWHERE, MARK, MENTIONS, Changes
from pipeline.insights.monthly_figures import monthly_shares
from ui.components.downloads import chart_options
from ui.components.group_choice import column_label
from ui.session.view import View

SERIES_KEY = "changes-series"  # in the session's state: the series that the user has chosen
_THEME, _GROUP, _OF = "months-theme", "months-group", "months-of"  # of the boxes
_WORDS = {MENTIONS: N_("mention it"), COMPLAINTS: N_("complain about it")}


@dataclass(frozen=True)
class Series:
    """The months of a theme that are shown.

    Attributes:
        of: ``MENTIONS`` or ``COMPLAINTS``.
        theme: the theme's key.
        group: name of the group; None for all reviews.
    """

    of: str
    theme: str
    group: str | None


def choose_series(changes: Changes, of: str, theme: int, group: int) -> None:
    """Let the chart show the months of a cell, by the numbers of its theme and group."""
    name = None if group == EVERYWHERE else changes.group_name(group)
    st.session_state[SERIES_KEY] = Series(of, changes.themes.keys[theme], name)


def show_months(view: View, changes: Changes, since: str, hidden: frozenset[int]) -> None:
    """Draw the boxes that choose the series, and its chart.

    Args:
        view: whose reviews.
        changes: what was found.
        since: the first day of the second period; "" for none.
        hidden: themes that the user has hidden.
    """
    monthly, themes, groups = changes.monthly, changes.themes, changes.groups
    shown = [number for number in range(len(themes)) if number not in hidden]
    if monthly is None or not shown:
        return
    st.header(_("Month by month"), anchor=False)
    kinds = [MENTIONS, COMPLAINTS] if themes.complaints is not None else [MENTIONS]
    of, theme, group = _shown_series(changes, shown, kinds)
    st.session_state.update({_OF: of, _THEME: theme, _GROUP: group})
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.selectbox(
            _("Topic"),
            shown,
            format_func=lambda number: excerpt(themes.names[number], 60),
            key=_THEME,
            on_change=_choose,
            args=(changes,),
            width=280,
        )
        if groups is not None:
            st.selectbox(
                column_label(groups.column),
                [EVERYWHERE, *range(len(groups))],
                format_func=lambda number: (
                    excerpt(shown_group(changes, number), 40) or _("All reviews")
                ),
                key=_GROUP,
                on_change=_choose,
                args=(changes,),
                width=220,
            )
        if len(kinds) > 1:
            st.segmented_control(
                _("Reviews that"),
                kinds,
                format_func=lambda kind: _(_WORDS[kind]),
                required=True,
                key=_OF,
                on_change=_choose,
                args=(changes,),
            )
    cell = next((e for e in changes.cells if (e.of, e.theme, e.group) == (of, theme, group)), None)
    turned = cell.month if cell is not None else ""
    figures = monthly_shares(monthly.series(of, theme, group))
    st.plotly_chart(
        monthly_chart(figures, turned=turned, since=since, dark=st.context.theme.type == "dark"),
        key=f"months-chart-{view.number}-{themes.kind}-{theme}-{group}-{of}",
        config=chart_options("polyguest-months"),
        alt=chart_words(figures, turned=turned),
    )
    note = _("Share of the reviews; the band is where it lies with 95% certainty.")
    if monthly.has_seasons:
        note += " " + _("A month is judged against its own season.")
    st.caption(note)


def _choose(changes: Changes) -> None:
    of, theme, group = (st.session_state[key] for key in (_OF, _THEME, _GROUP))
    choose_series(changes, of, theme, group)


def _shown_series(changes: Changes, shown: list[int], kinds: list[str]) -> tuple[str, int, int]:
    """What the chart shows: the series that the user chose, else the first change.

    Args:
        changes: what was found.
        shown: numbers of the themes to choose from.
        kinds: what series there are of.
    """
    wanted: Series | None = st.session_state.get(SERIES_KEY)
    number = {changes.themes.keys[theme]: theme for theme in shown}
    if wanted is None or wanted.theme not in number or wanted.of not in kinds:
        cells = (each for each in changes.cells if each.of != MARK and each.theme in shown)
        first = next(cells, None)
        return (first.of, first.theme, first.group) if first else (kinds[0], shown[0], EVERYWHERE)
    names = changes.groups.names if changes.groups is not None else ()
    group = names.index(wanted.group) if wanted.group in names else EVERYWHERE
    return wanted.of, number[wanted.theme], group
