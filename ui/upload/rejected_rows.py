"""Rejected rows: line, reason and raw text, as a table and as a download."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from pipeline.common.csv_writer import to_csv
from pipeline.common.locale_format import format_number
from pipeline.common.translation import gettext as _
from pipeline.common.translation import ngettext
from pipeline.tables.types import RejectedRow
from ui.components.downloads import offer_file
from ui.components.widgets import escape_markdown

_SHOWN = 500
_SHOWN_REASONS = 4
_HEADER = ("line", "reason", "text")


def show_rejected(rejected: Sequence[RejectedRow]) -> None:
    """An expander with the first rows, and all of them for download."""
    if not rejected:
        return
    title = _("Rejected rows ({number})", number=format_number(len(rejected)))
    with st.expander(title, icon=":material/playlist_remove:"):
        st.caption(escape_markdown(_reasons(rejected)))
        st.dataframe(
            pd.DataFrame(_cells(rejected[:_SHOWN]), columns=list(_HEADER)),
            hide_index=True,
            column_config={
                "line": st.column_config.NumberColumn(_("Line"), format="localized", width=70),
                "reason": st.column_config.TextColumn(_("Reason"), width=200),
                "text": st.column_config.TextColumn(_("Raw text"), width="large"),
            },
            alt=_("Rows that could not be used, with the line and the reason"),
        )
        if len(rejected) > _SHOWN:
            st.caption(
                _(
                    "The first {shown} are shown; the download has all {all}.",
                    shown=format_number(_SHOWN),
                    all=format_number(len(rejected)),
                )
            )
        offer_file(
            ngettext("Download {n} rejected row", "Download {n} rejected rows", len(rejected)),
            lambda: to_csv(_HEADER, _cells(rejected)).encode("utf-8-sig"),
            "rejected_rows.csv",
        )


def _cells(rejected: Sequence[RejectedRow]) -> list[tuple[int, str, str]]:
    return [(row.line, row.reason, row.text) for row in rejected]


def _reasons(rejected: Sequence[RejectedRow]) -> str:
    """ "30 times: the review is blank · 7 times: the row has 7 cells, the header 6"."""
    found = Counter(row.reason for row in rejected).most_common(_SHOWN_REASONS)
    said = [
        ngettext("{n} time: {reason}", "{n} times: {reason}", number, reason=reason)
        for reason, number in found
    ]
    if rest := len(rejected) - sum(number for _reason, number in found):
        said.append(ngettext("{n} for other reasons", "{n} for other reasons", rest))
    return " · ".join(said)
