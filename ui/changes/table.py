"""All changes, clear or not, as a table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from pipeline.common.locale_format import format_number
from pipeline.common.translation import gettext as _
from pipeline.common.translation import pgettext
from pipeline.insights.change_words import shown_group
from pipeline.insights.changes import COMPLAINTS, MARK, Changes
from ui.components.tables import Format, in_page_language, percentage, with_digits
from ui.session.view import View

_MOST_ROWS = 2_000
_WRITTEN: dict[str, Format] = {
    "before": percentage,
    "after": percentage,
    "times": with_digits(2),
    "reviews": format_number,
}


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
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    with st.expander(_("All figures ({number})", number=format_number(len(cells)))):
        table = _table(changes, hidden)[:_MOST_ROWS]
        st.dataframe(
            in_page_language(table, _WRITTEN),
            hide_index=True,
            height=min(38 + 35 * len(table), 600),
            column_config={
                "topic": text(_("Topic"), width=240),
                "group": text(pgettext("column of changes", "In")),
                "of": text(pgettext("column of changes", "Of")),
                "before": number(_("Before"), width=80),
                "after": number(_("After"), width=80),
                "times": number(pgettext("column of changes", "Times"), width=70),
                "between": text(
                    pgettext("column of changes", "Between"),
                    width=110,
                    help=_("Where the true figure lies, 19 times out of 20"),
                ),
                "reviews": number(_("Reviews"), width=80, help=_("After")),
                "clear": st.column_config.CheckboxColumn(
                    pgettext("column of changes", "Clear"),
                    width=60,
                    help=_("Hardly chance, even though so many figures are looked at"),
                ),
                "turned": text(pgettext("column of changes", "Turned"), width=80),
            },
            alt=_("Each topic's share before and after, by group"),
        )
        if len(cells) > _MOST_ROWS:
            st.caption(_("The first {number}.", number=format_number(_MOST_ROWS)))


def _table(changes: Changes, hidden: frozenset[int]) -> pd.DataFrame:
    everywhere, mentions, complaints = _("All reviews"), _("mentions"), _("complaints")
    rows = [
        {
            "topic": changes.themes.names[each.theme],
            "group": shown_group(changes, each.group) or everywhere,
            "of": complaints if each.of == COMPLAINTS else mentions,
            "before": 100 * each.before,
            "after": 100 * each.after,
            "times": each.ratio if np.isfinite(each.ratio) else None,
            "between": _(
                "{low} and {high}",
                low=format_number(each.low, 1),
                high=format_number(each.high, 1),
            ),
            "reviews": each.reviews_after,
            "clear": each.is_clear,
            "turned": each.month,
        }
        for each in changes.cells
        if each.of != MARK and each.theme not in hidden
    ]
    table = pd.DataFrame(rows)
    return table if changes.groups is not None else table.drop(columns="group")
