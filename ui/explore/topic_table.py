"""The table of topics beneath the map."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from pipeline.common.locale_format import format_number, language_name
from pipeline.common.translation import gettext as _
from pipeline.insights.attributes import excerpt, topic_table
from ui.components.tables import in_page_language, with_digits
from ui.filters.filter_bar import topics_key
from ui.session.view import View


def show_topics(view: View, allowed: np.ndarray) -> None:
    """Every topic with its size, languages and mean rating among the allowed reviews, bool (n,).

    A chosen topic filters the page.
    """
    analysis = view.analysis
    st.header(_("Topics"), anchor=False)
    st.caption(_("Select a row to filter by its topic."))
    table = view.figure(
        ("topics", allowed.tobytes()), lambda: topic_table(analysis, view.attributes, allowed)
    )
    # Rows go by id; those of hidden topics are left out.
    table = table[[not topic.hidden for topic in analysis.topics]]
    config: dict[str, Any] = {
        "topic": st.column_config.TextColumn(_("Topic"), width=225),
        "reviews": st.column_config.NumberColumn(_("Reviews"), width=95),
        "share": st.column_config.ProgressColumn(
            _("Share"),
            format="%.1f%%",
            min_value=0,
            max_value=max(float(table["share"].max()), 1.0),
            width=100,
        ),
        "languages": st.column_config.NumberColumn(_("Languages"), width=85),
        "mix": st.column_config.TextColumn(_("Most reviews in"), width=225),
        "rating": st.column_config.NumberColumn(
            view.attributes.rating_title(_("Mean rating")), width=135
        ),
    }
    if view.attributes.ratings is None:
        table = table.drop(columns="rating")
    st.dataframe(
        in_page_language(table, {"reviews": format_number, "rating": with_digits(1)}),
        hide_index=True,
        column_config=config,
        height=min(38 + 35 * len(table), 620),
        key=_table_key(view),
        on_select=lambda: _filter_topic(view),
        selection_mode="single-row",
        alt=_("Topics with the number of reviews, share, languages and mean rating"),
    )
    with st.expander(_("Words that set a topic apart, in each language")):
        chosen = st.selectbox(
            _("Topic"),
            [topic.id for topic in analysis.topics],
            format_func=lambda topic_id: excerpt(analysis.topics[topic_id].name, 60),
            key=f"words-{view.number}",
        )
        topic = analysis.topics[chosen or 0]
        words = [
            (language_name(code), reviews, ", ".join(topic.keywords.get(code, [])))
            for code, reviews in topic.languages.items()
        ]
        st.dataframe(
            in_page_language(
                pd.DataFrame(words, columns=["language", "reviews", "words"]),
                {"reviews": format_number},
            ),
            hide_index=True,
            column_config={
                "language": st.column_config.TextColumn(_("Language")),
                "reviews": st.column_config.NumberColumn(_("Reviews")),
                "words": st.column_config.TextColumn(_("Words"), width="large"),
            },
            alt=_("Telling words of the topic in each language"),
        )


def _table_key(view: View) -> str:
    return f"topic-table-{view.number}-{st.session_state.get('tables', 0)}"


def _filter_topic(view: View) -> None:
    state = st.session_state.get(_table_key(view)) or {}
    shown = [topic.id for topic in view.analysis.topics if not topic.hidden]
    st.session_state[topics_key(view)] = [shown[row] for row in state["selection"]["rows"]]
