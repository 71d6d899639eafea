"""The fixed list of aspects: the same for every file, with what it misses."""

from __future__ import annotations

import math

import pandas as pd
import streamlit as st

from pipeline.common.locale_format import format_list, format_number, format_percent
from pipeline.common.translation import gettext as _
from pipeline.insights.attributes import excerpt
from pipeline.insights.theme_summary import Proportion, ThemeSummary, summarise_themes
from ui.components.tables import Format, in_page_language, percentage, with_digits
from ui.components.widgets import escape_markdown
from ui.session.view import View
from ui.topics.card_html import percent
from ui.topics.cards import choose_language

_MIN_COVERAGE = 0.6  # below, a topic is named as one that the list misses
_MOST_MISSED = 6
_CERTAINTY = 0.95  # of the intervals
_WRITTEN: dict[str, Format] = {
    "reviews": format_number,
    "share": percentage,
    "praise": percentage,
    "complaints": percentage,
    "rating": with_digits(1),
}


def show_aspects(view: View) -> None:
    """The list as a table, and the topics that it misses most of."""
    choose_language(view)
    aspects = view.aspects
    if aspects is None:
        st.info(
            _(
                "The fixed list needs the default model: analyse the file with it. The topics on "
                "this page are found with any model."
            )
        )
        return
    summaries = view.figure(
        ("aspects", view.language),
        lambda: summarise_themes(view.original, view.attributes, aspects),
    )
    if not summaries:
        st.info(_("No review mentions anything on the list."))
        return
    st.caption(
        _(
            "What guests mention of a list of 185 aspects that is the same for every file and "
            "every month, so that numbers compare. Indented ones are part of the one above. Only "
            "what occurs is shown. Praise and complaints are shares of the reviews that mention it."
        )
    )
    certainty = format_percent(_CERTAINTY)
    st.dataframe(
        in_page_language(_table(view, _largest_first(summaries)), _WRITTEN),
        hide_index=True,
        height=min(38 + 35 * len(summaries), 640),
        column_config={
            "aspect": st.column_config.TextColumn(_("Aspect"), width=300, pinned=True),
            "reviews": st.column_config.NumberColumn(_("Reviews"), width=80),
            "share": st.column_config.NumberColumn(_("Share"), width=80),
            "share_interval": st.column_config.TextColumn(
                _("Share, {certainty} interval", certainty=certainty), width=130
            ),
            "praise": st.column_config.NumberColumn(_("Praise"), width=80),
            "complaints": st.column_config.NumberColumn(_("Complaints"), width=95),
            "complaints_interval": st.column_config.TextColumn(
                _("Complaints, {certainty} interval", certainty=certainty), width=170
            ),
            "rating": st.column_config.NumberColumn(
                view.attributes.rating_title(_("Mean rating")), width=95
            ),
        },
        alt=_("Aspects with the reviews that mention them, praise, complaints and mean rating"),
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
            "aspect": "\u2003" * bool(theme.parent) + theme.name,
            "reviews": theme.mentions.count,
            "share": 100 * theme.mentions.share,
            "share_interval": _interval(theme.mentions),
            "praise": None if theme.praise is None else 100 * theme.praise.share,
            "complaints": None if theme.complaints is None else 100 * theme.complaints.share,
            "complaints_interval": _interval(theme.complaints),
            "rating": view.attributes.shown_rating(theme.rating),
        }
        for theme in summaries
    ]
    return pd.DataFrame(rows).dropna(axis="columns", how="all")


def _interval(proportion: Proportion | None) -> str:
    if proportion is None or not proportion.size:
        return ""
    low, high = proportion.interval
    return _("{low} to {high}", low=format_number(100 * low, 1), high=format_percent(high, 1))


def _missed(view: View) -> None:
    """Topics of which the list covers least."""
    missed = sorted(
        (card.coverage, card.topic.name)
        for card in view.cards
        if math.isfinite(card.coverage) and card.coverage < _MIN_COVERAGE and not card.topic.hidden
    )[:_MOST_MISSED]
    if not missed:
        st.caption(_("The list covers most of what every topic of this file says."))
        return
    names = [
        _(
            "{topic} ({share} covered)",
            topic=escape_markdown(excerpt(name, 60)),
            share=percent(share),
        )
        for share, name in missed
    ]
    st.caption(
        _(
            "What the list misses, and the topics of this file have found: {topics}.",
            topics=format_list(names),
        )
    )
