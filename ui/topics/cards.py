"""The topics as cards or as a table."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from pipeline.analysis.notes import note_on_topic
from pipeline.analysis.topic_names import topic_name_languages
from pipeline.common.locale_format import format_percent, join_names, language_name
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.common.translation import ngettext
from pipeline.insights.attributes import ReviewAttributes, mean_rating
from pipeline.insights.related_words import MIN_SENTENCES, related_to_topic
from pipeline.insights.topic_summary import SORTS, TopicSummary, sort_summaries, typical_unit
from ui.components.notes import note_form, notes_html
from ui.components.page_switch import switch_page
from ui.components.topic_editing import edit_menu
from ui.components.widgets import escape, show_reviews
from ui.filters.filter_bar import clear_filters, topics_key
from ui.session.address import choice_part
from ui.session.page_paths import EXPLORE
from ui.session.related_words import has_enough_sentences, word_vectors
from ui.session.session import Session
from ui.session.view import View
from ui.topics.card_html import card_html

_MANY = 12  # topics from which a box to find one by its name is offered
_SORTED = {
    "size": N_("Largest first"),
    "rating": N_("Worst rated first"),
    "trend": N_("Grown most first"),
    "name": N_("By name"),
}
_DRAWN = (N_("Cards"), N_("Table"))
_TYPICAL_LANGUAGES = 6
_TYPICAL = {"closest": N_("Closest to the topic"), "different": N_("Most different")}


ADDRESS = (
    choice_part(
        "order",
        N_("the order of topics"),
        "sort",
        lambda view: {sort: sort for sort in SORTS if _sorts(view, sort)},
        default="size",
    ),
    choice_part(
        "cards",
        N_("cards or table"),
        "drawn-as",
        lambda view: {name.lower(): name for name in _DRAWN},
        default="Cards",
    ),
)


def choose_cards(view: View) -> tuple[list[TopicSummary], str]:
    """Draw the controls; returns the cards to show, in order, and "Cards" or "Table"."""
    offered = [sort for sort in SORTS if _sorts(view, sort)]
    for key, choices, usual in (("sort", offered, "size"), ("drawn-as", _DRAWN, "Cards")):
        if st.session_state.get(key) not in choices:
            st.session_state[key] = usual
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="controls"):
        choose_language(view)
        sort = st.selectbox(
            _("Order"),
            offered,
            format_func=lambda key: _(_SORTED[key]),
            key="sort",
            width=190,
        )
        wanted = ""
        if len(view.analysis.topics) > _MANY:
            wanted = st.text_input(_("Find a topic"), key="find-topic", width=220, max_chars=80)
        drawn = st.segmented_control(
            _("Show as"), _DRAWN, format_func=_, required=True, key="drawn-as"
        )
    cards = [card for card in sort_summaries(view.cards, sort) if not card.topic.hidden]
    wanted = wanted.strip().casefold()
    return [card for card in cards if wanted in card.topic.name.casefold()], drawn or "Cards"


def choose_language(view: View) -> None:
    """Choose the language in which topics are named on every page."""
    if st.session_state.get("names-in") not in topic_name_languages():
        st.session_state["names-in"] = view.language
    language = st.selectbox(
        _("Names in"),
        topic_name_languages(),
        format_func=language_name,
        key="names-in",
        width=170,
    )
    view.set_language(language)


def show_cards(session: Session, view: View, cards: list[TopicSummary]) -> None:
    """The cards side by side, as many as fit."""
    with st.container(key="cards"):
        for card in cards:
            with st.container(border=True, key=f"card-{card.topic.key.replace('.', '_')}"):
                _card(session, view, card)


@st.fragment
def _card(session: Session, view: View, card: TopicSummary) -> None:
    """One card; opening its menu redraws only this card."""
    mean = mean_rating(view.attributes)
    st.html(
        card_html(
            card,
            kind=view.analysis.units.kind,
            mean=mean,
            highest=view.attributes.highest_rating,
            language=view.language,
            quote=_quote(view, card),
            evidence=view.evidence[card.topic.id].sentence,
            warning=view.evidence[card.topic.id].warning,
            related=related_to_topic(word_vectors(view), card.topic.keywords),
        )
    )
    key = f"{card.topic.key.replace('.', '_')}-{view.number}"
    about = {note: view.note_subjects.topic_of(note) for note in session.file.notebook.notes()}
    notes = [note for note, topic in about.items() if topic and topic.id == card.topic.id]
    if notes:
        st.html(notes_html(notes))
    with st.container(horizontal=True, gap="small"):
        if st.button(_("Show on the map"), icon=":material/scatter_plot:", key=f"map-{key}"):
            show_on_map(view, card)
        edit_menu(session, view, card)
    _write_note(session, view, card)
    if card.topic.typical:
        reviews = st.expander(_("Typical reviews"), key=f"typical-{key}", on_change="rerun")
        if reviews.open:
            with reviews:
                _typical(view, card)


def _write_note(session: Session, view: View, card: TopicSummary) -> None:
    """The box in which a note on a topic is written. It is filled when it is opened."""
    key = f"{card.topic.key.replace('.', '_')}-{view.number}"
    box = st.expander(
        _("Write a note"), icon=":material/add_comment:", key=f"note-{key}", on_change="rerun"
    )
    if box.open:
        topic = view.original.topics[card.topic.id]
        with box:
            note_form(session, partial(note_on_topic, view.original, topic), key)


def _quote(view: View, card: TopicSummary) -> tuple[str, str] | None:
    unit = typical_unit(card.topic, view.language)
    if unit is None:
        return None
    return view.analysis.units.texts[unit], str(view.analysis.unit_languages[unit])


def note_few_sentences(view: View) -> None:
    """Say why no related words stand below the topics' words."""
    if not has_enough_sentences(view):
        st.caption(
            ngettext(
                "Related words stand beside a topic's words from {n} sentence in one language on: "
                "from fewer, chance decides what comes out.",
                "Related words stand beside a topic's words from {n} sentences in one language on: "
                "from fewer, chance decides what comes out.",
                MIN_SENTENCES,
            )
        )


def show_on_map(view: View, card: TopicSummary) -> None:
    """Go to the map, filtered to the topic."""
    clear_filters(view)
    st.session_state[topics_key(view)] = [card.topic.id]
    switch_page(EXPLORE)


def _typical(view: View, card: TopicSummary) -> None:
    shown = [code for code in card.topic.languages if code in card.topic.typical]
    for kind, heading in _TYPICAL.items():
        units = [
            unit
            for code in shown[:_TYPICAL_LANGUAGES]
            for unit in card.topic.typical[code].get(kind, [])[:1]
        ]
        if units:
            st.html(f"<b>{escape(_(heading))}</b>")
            show_reviews(view, units)


def show_table(session: Session, view: View, cards: list[TopicSummary]) -> None:
    """The topics as a table, with the card of the selected one below."""
    rows = [_row(card, view.attributes) for card in cards]
    table = pd.DataFrame(rows)
    config: dict[str, Any] = {
        "Topic": st.column_config.TextColumn(_("Topic"), width=240),
        "Reviews": st.column_config.NumberColumn(_("Reviews"), format="localized", width=80),
        "Share": st.column_config.ProgressColumn(
            _("Share"),
            format="%.1f%%",
            min_value=0,
            max_value=max([1.0, *(100 * card.share for card in cards)]),
            width=110,
        ),
        "Most reviews in": st.column_config.TextColumn(_("Most reviews in"), width=240),
        "Mean rating": st.column_config.NumberColumn(
            view.attributes.rating_title(_("Mean rating")), format="%.1f", width=95
        ),
        "Trend": st.column_config.LineChartColumn(_("Trend"), width=140, y_min=0),
        "Stays together": st.column_config.NumberColumn(
            _("Stays together"), format="percent", width=110
        ),
        "Name fits": st.column_config.NumberColumn(
            _("Name fits"),
            format="percent",
            width=90,
            help=_("How many of its texts really are about what the name says"),
        ),
    }
    empty = [name for name in table if table[name].isna().all() or not table[name].map(_told).any()]
    event = st.dataframe(
        table.drop(columns=empty),
        hide_index=True,
        column_config=config,
        height=min(38 + 35 * len(table), 640),
        key=f"topics-table-{view.number}-{len(view.original.edits)}",
        on_select="rerun",
        selection_mode="single-row",
        alt=_("Topics with size, languages, mean rating and trend"),
    )
    chosen = event["selection"]["rows"]
    if chosen and chosen[0] < len(cards):
        show_cards(session, view, [cards[chosen[0]]])
    else:
        st.caption(_("Choose a row to read more of its topic, to edit it or to see it on the map."))


def _row(card: TopicSummary, attributes: ReviewAttributes) -> dict[str, Any]:
    topic = card.topic
    first = [
        f"{language_name(code)} {format_percent(n / max(topic.reviews, 1))}"
        for code, n in topic.languages.items()
    ]
    return {
        "Topic": topic.name,
        "Reviews": topic.reviews,
        "Share": 100 * card.share,
        "Most reviews in": join_names(first[:3]),
        "Mean rating": attributes.shown_rating(card.rating),
        "Trend": [share for share in card.shares if math.isfinite(share)],
        "Stays together": topic.stability,
        "Name fits": topic.name_share,
    }


def _told(cell: object) -> bool:
    return not isinstance(cell, list) or len(cell) > 1


def _sorts(view: View, sort: str) -> bool:
    """Whether the file has the values that this order needs."""
    if sort == "rating":
        return view.attributes.ratings is not None
    if sort == "trend":
        return any(card.months for card in view.cards)
    return True
