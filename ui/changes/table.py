"""All changes, clear or not, as a table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from pipeline.insights.change_words import shown_group
from pipeline.insights.changes import COMPLAINTS, MARK, Changes
from ui.session.view import View

_MOST_ROWS = 2_000


def show_table(view: View, changes: Changes, hidden: frozenset[int]) -> None:
    """Draw the table; the clear changes stand first.

    Args:
        view: whose reviews.
        changes: what was found.
        hidden: themes that the user has hidden.
    """
    cells = [each for each in changes.cells if each.of != MARK and each.theme not in hidden]
    if not cells:
        return
    with st.expander(f"All figures ({len(cells):,})"):
        table = _table(changes, hidden)[:_MOST_ROWS]
        st.dataframe(
            table,
            hide_index=True,
            height=min(38 + 35 * len(table), 600),
            column_config={
                "Topic": st.column_config.TextColumn(width=240),
                "Before": st.column_config.NumberColumn(format="%.1f %%", width=80),
                "After": st.column_config.NumberColumn(format="%.1f %%", width=80),
                "Times": st.column_config.NumberColumn(format="%.2f", width=70),
                "Between": st.column_config.TextColumn(
                    width=110, help="Where the true ratio lies, with 95 % certainty"
                ),
                "Reviews": st.column_config.NumberColumn(width=80, help="After"),
                "Clear": st.column_config.CheckboxColumn(
                    width=60, help="More than chance, corrected for the number of figures"
                ),
                "Turned": st.column_config.TextColumn(width=80),
            },
            alt="Each topic's share before and after, by group",
        )
        if len(cells) > _MOST_ROWS:
            st.caption(f"The first {_MOST_ROWS:,}.")


def _table(changes: Changes, hidden: frozenset[int]) -> pd.DataFrame:
    rows = [
        {
            "Topic": changes.themes.names[each.theme],
            "In": shown_group(changes, each.group) or "All reviews",
            "Of": "complaints" if each.of == COMPLAINTS else "mentions",
            "Before": 100 * each.before,
            "After": 100 * each.after,
            "Times": each.ratio if np.isfinite(each.ratio) else None,
            "Between": f"{each.low:.1f} and {each.high:.1f}",
            "Reviews": each.reviews_after,
            "Clear": each.is_clear,
            "Turned": each.month,
        }
        for each in changes.cells
        if each.of != MARK and each.theme not in hidden
    ]
    table = pd.DataFrame(rows)
    return table if changes.groups is not None else table.drop(columns="In")
