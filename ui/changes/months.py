"""The months of one theme, in all reviews or in a group, as a chart."""

from __future__ import annotations

import streamlit as st

from pipeline.figures.monthly import chart_words, monthly_chart
from pipeline.insights.attributes import excerpt
from pipeline.insights.change_words import shown_group
from pipeline.insights.changes import COMPLAINTS, EVERYWHERE, MARK, MENTIONS, Changes
from pipeline.insights.monthly_figures import monthly_shares
from ui.session.view import View

_WORDS = {MENTIONS: "mention it", COMPLAINTS: "complain about it"}


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
    st.subheader("Month by month", anchor=False)
    first = next((each for each in changes.cells if each.of != MARK and each.theme in shown), None)
    usual = (first.of, first.theme, first.group) if first else (MENTIONS, shown[0], EVERYWHERE)
    of, theme, group = st.session_state.get(f"series-{view.number}", usual)
    theme = theme if theme in shown else shown[0]
    names = [EVERYWHERE, *range(len(groups) if groups else 0)]
    kinds = [MENTIONS, COMPLAINTS] if themes.complaints is not None else [MENTIONS]
    key = f"{view.number}-{themes.kind}-{of}-{theme}-{group}"
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        theme = st.selectbox(
            "Topic",
            shown,
            index=shown.index(theme),
            format_func=lambda number: excerpt(themes.names[number], 60),
            key=f"months-theme-{key}",
            width=280,
        )
        if groups is not None:
            group = st.selectbox(
                excerpt(groups.column.capitalize(), 30),
                names,
                index=names.index(group) if group in names else 0,
                format_func=lambda number: (
                    excerpt(shown_group(changes, number), 40) or "All reviews"
                ),
                key=f"months-group-{key}",
                width=220,
            )
        if len(kinds) > 1:
            of = (
                st.segmented_control(
                    "Reviews that",
                    kinds,
                    format_func=_WORDS.__getitem__,
                    default=of if of in kinds else MENTIONS,
                    required=True,
                    key=f"months-of-{key}",
                )
                or MENTIONS
            )
        else:
            of = MENTIONS
    group = group if groups is not None else EVERYWHERE
    cell = next((e for e in changes.cells if (e.of, e.theme, e.group) == (of, theme, group)), None)
    turned = cell.month if cell is not None else ""
    figures = monthly_shares(monthly.series(of, theme, group))
    st.plotly_chart(
        monthly_chart(figures, turned=turned, since=since, dark=st.context.theme.type == "dark"),
        key=f"months-chart-{key}-{theme}-{group}-{of}",
        config={"displayModeBar": False},
        alt=chart_words(figures, turned=turned),
    )
    season = " A month is judged against its own season." if monthly.has_seasons else ""
    st.caption(f"Share of the reviews; the band is where it lies with 95 % certainty.{season}")
