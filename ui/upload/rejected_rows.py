"""Rejected rows: line, reason and raw text, as a table and as a download."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from pipeline.common.csv_writer import to_csv
from pipeline.tables.types import RejectedRow
from ui.components.widgets import count, escape_markdown

_SHOWN = 500
_SHOWN_REASONS = 4
_HEADER = ("line", "reason", "text")


def show_rejected(rejected: Sequence[RejectedRow]) -> None:
    """An expander with the first rows, and all of them for download."""
    if not rejected:
        return
    with st.expander(f"Rejected rows ({len(rejected):,})", icon=":material/playlist_remove:"):
        st.caption(escape_markdown(_reasons(rejected)))
        st.dataframe(
            pd.DataFrame(_cells(rejected[:_SHOWN]), columns=["Line", "Reason", "Raw text"]),
            hide_index=True,
            column_config={
                "Line": st.column_config.NumberColumn(format="localized", width=70),
                "Reason": st.column_config.TextColumn(width=200),
                "Raw text": st.column_config.TextColumn(width="large"),
            },
            alt="Rows that could not be used, with the line and the reason",
        )
        if len(rejected) > _SHOWN:
            st.caption(f"The first {_SHOWN} are shown; the download has all {len(rejected):,}.")
        st.download_button(
            f"Download {count(len(rejected), 'rejected row')}",
            lambda: to_csv(_HEADER, _cells(rejected)).encode("utf-8-sig"),
            file_name="rejected_rows.csv",
            mime="text/csv",
            on_click="ignore",
            icon=":material/download:",
        )


def _cells(rejected: Sequence[RejectedRow]) -> list[tuple[int, str, str]]:
    return [(row.line, row.reason, row.text) for row in rejected]


def _reasons(rejected: Sequence[RejectedRow]) -> str:
    """ "30 times: the review is blank · 7 times: the row has 7 cells, the header 6"."""
    found = Counter(row.reason for row in rejected)
    said = [
        f"{number:,} time{'' if number == 1 else 's'}: {reason}"
        for reason, number in found.most_common(_SHOWN_REASONS)
    ]
    rest = len(rejected) - sum(number for _, number in found.most_common(_SHOWN_REASONS))
    return " · ".join(said) + (f" · {rest:,} for other reasons" if rest else "")
