"""The fixed list of aspects: the same for every file, with what it misses."""

from __future__ import annotations

import math

import pandas as pd
import streamlit as st

from pipeline.insights.attributes import excerpt
from pipeline.insights.theme_summary import Proportion, ThemeSummary, summarise_themes
from ui.components.widgets import escape_markdown
from ui.session.view import View
from ui.topics.card_html import percent
from ui.topics.cards import choose_language

_MIN_COVERAGE = 0.6  # below, a topic is named as one that the list misses
_MOST_MISSED = 6
_PERCENT = "%.1f %%"


def show_aspects(view: View) -> None:
    """The list as a table, and the topics that it misses most of."""
    choose_language(view)
    aspects = view.aspects
    if aspects is None:
        st.info(
            "The fixed list needs the default model: analyse the file with it. The topics on this "
            "page are found with any model."
        )
        return
    summaries = view.figure(
        ("aspects", view.language),
        lambda: summarise_themes(view.original, view.attributes, aspects),
    )
    if not summaries:
        st.info("No review mentions anything on the list.")
        return
    st.caption(
        "What guests mention of a list of 185 aspects that is the same for every file and every "
        "month, so that numbers compare. Indented ones are part of the one above. Only what occurs "
        "is shown. Praise and complaints are shares of the reviews that mention it."
    )
    st.dataframe(
        _table(view, _largest_first(summaries)),
        hide_index=True,
        height=min(38 + 35 * len(summaries), 640),
        column_config={
            "Aspect": st.column_config.TextColumn(width=300, pinned=True),
            "Reviews": st.column_config.NumberColumn(format="localized", width=80),
            "Share": st.column_config.NumberColumn(format=_PERCENT, width=80),
            "Share, 95 % interval": st.column_config.TextColumn(width=130),
            "Praise": st.column_config.NumberColumn(format=_PERCENT, width=80),
            "Complaints": st.column_config.NumberColumn(format=_PERCENT, width=95),
            "Complaints, 95 % interval": st.column_config.TextColumn(width=170),
            "Mean rating": st.column_config.NumberColumn(
                view.attributes.rating_title("Mean rating"), format="%.1f", width=95
            ),
        },
        alt="Aspects with the reviews that mention them, praise, complaints and mean rating",
    )
    _missed(view)


def _largest_first(summaries: tuple[ThemeSummary, ...]) -> list[ThemeSummary]:
    """Broad aspects by size, each with its narrow ones by size below it."""
    sizes = {theme.key: theme.mentions.count for theme in summaries}

    def place(theme: ThemeSummary) -> tuple[int, str, bool, int, str]:
        broad = theme.parent or theme.key
        return -sizes[broad], broad, bool(theme.parent), -sizes[theme.key], theme.key

    return sorted(summaries, key=place)


def _table(view: View, summaries: list[ThemeSummary]) -> pd.DataFrame:
    rows = [
        {
            "Aspect": "\u2003" * bool(theme.parent) + theme.name,
            "Reviews": theme.mentions.count,
            "Share": 100 * theme.mentions.share,
            "Share, 95 % interval": _interval(theme.mentions),
            "Praise": None if theme.praise is None else 100 * theme.praise.share,
            "Complaints": None if theme.complaints is None else 100 * theme.complaints.share,
            "Complaints, 95 % interval": _interval(theme.complaints),
            "Mean rating": view.attributes.shown_rating(theme.rating),
        }
        for theme in summaries
    ]
    return pd.DataFrame(rows).dropna(axis="columns", how="all")


def _interval(proportion: Proportion | None) -> str:
    if proportion is None or not proportion.size:
        return ""
    low, high = proportion.interval
    return f"{100 * low:.1f} to {100 * high:.1f} %"


def _missed(view: View) -> None:
    """Topics of which the list covers least."""
    missed = sorted(
        (card.coverage, card.topic.name)
        for card in view.cards
        if math.isfinite(card.coverage) and card.coverage < _MIN_COVERAGE and not card.topic.hidden
    )[:_MOST_MISSED]
    if not missed:
        st.caption("The list covers most of what every topic of this file says.")
        return
    names = ", ".join(
        f"{escape_markdown(excerpt(name, 60))} ({percent(share)} covered)" for share, name in missed
    )
    st.caption(f"What the list misses, and the topics of this file have found: {names}.")
