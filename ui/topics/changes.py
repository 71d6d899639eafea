"""What changed: topics that grew and shrank between files, months or dates."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from pipeline.exports.tables import drift_table
from pipeline.insights.attributes import language_name
from pipeline.insights.drift import TopicDrift, describe_drift, topic_drift
from pipeline.insights.periods import (
    Periods,
    new_languages,
    review_days,
    split_by_days,
    split_by_file,
    split_by_month,
)
from ui.components.downloads import table_downloads
from ui.components.topic_editing import make_edit
from ui.components.widgets import count, escape, escape_markdown, note_mixed_scales
from ui.session.session import Session
from ui.session.view import View

_FILES = "The last file with those before"
_MONTH = "The last months with those before"
_RANGES = "Two ranges of dates"


def show_changes(session: Session, view: View) -> None:
    """The drift report, and topics suggested after a file was added."""
    _added(session, view)
    periods = _choose(view)
    if periods is None:
        return
    if not periods.comparable:
        st.info("One of the two has no reviews: choose other dates.")
        return
    sizes = int(periods.before.sum()), int(periods.after.sum())
    names = [escape(name) for name in periods.names]
    st.html(
        f'<span class="pg-quiet"><bdi>{names[0]}</bdi>: {count(sizes[0], "review")} · '
        f"<bdi>{names[1]}</bdi>: {count(sizes[1], 'review')}</span>"
    )
    found = [
        change
        for change in topic_drift(view.analysis, periods.before, periods.after, view.attributes)
        if not view.analysis.topics[change.topic].hidden
    ]
    _clear(view, found)
    if fresh := new_languages(view.analysis, periods):
        st.text(f"New languages: {', '.join(map(language_name, fresh))}")
    _table(view, found)
    with st.container(horizontal=True, gap="small"):
        table_downloads(
            view, "what_changed", lambda: drift_table(view.analysis, view.attributes, found)
        )


def _choose(view: View) -> Periods | None:
    """Choose the two periods to compare."""
    files, of = split_by_file(view.analysis), review_days(view.attributes)
    months = None if of is None else split_by_month(of)
    choices = [
        name
        for name, there in ((_FILES, files), (_MONTH, months), (_RANGES, of))
        if there is not None
    ]
    if not choices:
        st.info(
            "There is nothing to compare yet: this file has no dates that can be read. "
            "Add next month's file, and this page shows what grew and what shrank."
        )
        return None
    if st.session_state.get("compare") not in choices:
        st.session_state["compare"] = choices[0]
    chosen = st.selectbox("Compare", choices, key="compare", width=320)
    if chosen == _FILES:
        return files
    if chosen == _MONTH:
        return months
    assert of is not None  # noqa: S101  else it is not among the choices
    return _ranges(view, of)


def _ranges(view: View, of: np.ndarray) -> Periods | None:
    known = of[~np.isnat(of)]
    low, high = known.min().item(), known.max().item()
    middle = np.sort(known)[len(known) // 2].item()
    split = max(middle, low + (high - low) / max((high - low).days, 1))
    places = st.columns(2)
    ranges: list[tuple[date, date]] = []
    for place, label, ends in (
        (places[0], "Before", (low, split - (split - low) / max((split - low).days, 1))),
        (places[1], "After", (split, high)),
    ):
        with place:
            chosen: Any = st.date_input(
                label,
                ends,
                min_value=low,
                max_value=high,
                key=f"{label}-{view.number}",
                format="YYYY-MM-DD",
            )
        if not isinstance(chosen, tuple) or len(chosen) != 2:
            st.caption("Choose the last day as well.")
            return None
        ranges.append(chosen)
    return split_by_days(of, ranges[0], ranges[1])


def _clear(view: View, found: list[TopicDrift]) -> None:
    clear = [change for change in found if change.significant]
    if not clear:
        st.html("<b>No topic has clearly grown or shrunk: what differs may be chance.</b>")
        return
    lines = "".join(
        f'<li><span class="pg-arrow {"up" if change.change > 0 else "down"}" aria-hidden="true">'
        f"{'▲' if change.change > 0 else '▼'}</span> "
        f"<b><bdi>{escape(view.analysis.topics[change.topic].name)}</bdi></b>: "
        f"{escape(describe_drift(change))}</li>"
        for change in clear
    )
    st.html(f'<ul class="pg-changes">{lines}</ul>')


def _table(view: View, found: list[TopicDrift]) -> None:
    rows = [
        {
            "Topic": view.analysis.topics[change.topic].name,
            "Change": describe_drift(change),
            "Points": 100 * change.change,
            "Between": f"{100 * change.low:+.1f} and {100 * change.high:+.1f}",
            "Rating before": view.attributes.shown_rating(change.rating_before),
            "Rating after": view.attributes.shown_rating(change.rating_after),
        }
        for change in found
    ]
    table = pd.DataFrame(rows)
    if view.attributes.ratings is None:
        table = table.drop(columns=["Rating before", "Rating after"])
    st.dataframe(
        table,
        hide_index=True,
        height=min(38 + 35 * len(table), 700),
        column_config={
            "Topic": st.column_config.TextColumn(width=240),
            "Change": st.column_config.TextColumn(width=250),
            "Points": st.column_config.NumberColumn(format="%+.1f", width=70),
            "Between": st.column_config.TextColumn(
                width=120, help="Where the true change lies, in points, with 95 % certainty"
            ),
            "Rating before": st.column_config.NumberColumn(format="%.1f", width=100),
            "Rating after": st.column_config.NumberColumn(format="%.1f", width=90),
        },
        alt="Each topic's share before and after, with the change in words",
    )


def _added(session: Session, view: View) -> None:
    """Result of the last file that was added, and the topics it suggests."""
    report = view.original.report
    if not report.get("added"):
        return
    last = report["added"][-1]
    known = f", {last['rows_known']:,} were there already" if last["rows_known"] else ""
    rejected = f", {last['rows_rejected']:,} can't be used" if last["rows_rejected"] else ""
    kind = view.original.units.kind
    unfit = (
        f"Every new {kind} fits a topic."
        if not last["unfit"]
        else f"{count(last['unfit'], f'new {kind}')} fit{'s' * (last['unfit'] == 1)} no topic."
    )
    st.markdown(
        f"**{escape_markdown(last['name'])}**: {count(last['rows_kept'], 'new review')} of "
        f"{last['rows_read']:,} rows{known}{rejected}. {unfit}"
    )
    note_mixed_scales(view)
    taken = [edit["units"] for edit in view.original.edits if edit["do"] == "example"]
    offers = [offer for offer in report.get("offers", ()) if offer["units"] not in taken]
    for number, offer in enumerate(offers):
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.html(
                f"New topic? <b><bdi>{escape(offer['name'])}</bdi></b>, "
                f"{count(offer['reviews'], 'review')}",
                width="content",
            )
            if st.button(
                "Create topic",
                icon=":material/add_circle:",
                key=f"offer-{view.number}-{number}",
                disabled=session.is_locked,
            ):
                edit = {"do": "example", "name": "", "units": offer["units"], "phrase": ""}
                make_edit(session, view, edit)
