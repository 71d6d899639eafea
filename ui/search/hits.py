"""The list of hits, with the actions on each."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import streamlit as st

from pipeline.common.errors import InputError
from pipeline.reviews.units import REVIEW
from pipeline.search.highlights import Highlight, term_spans
from pipeline.search.hybrid import SearchResult
from ui.components.relevance import strength_chip
from ui.components.review_text import text_html
from ui.components.widgets import review_metadata, unit_span
from ui.session import search_service
from ui.session.current import current_search, search_like
from ui.session.search_state import Ask
from ui.session.view import View

_LONG = 200  # letters of a review whose closest sentence is worth looking for


def show_hits(view: View, wanted: Ask, found: SearchResult) -> None:
    """The hits as a list; the closest sentence of long reviews is marked once it is known."""
    words: tuple[str, ...] = ()
    if not wanted.like:
        words = search_service.words(view, wanted.query, found.names)
    slots = []
    with st.container(key="hits", gap="small"):
        for rank, unit in enumerate(found.rows.tolist(), 1):
            slot = st.empty()
            slot.html(_hit(view, found, rank, unit, words, None))
            slots.append(slot)
            _actions(view, wanted, unit)
    long = _long_ones(view, found)
    if not long:
        return
    try:
        reviews = tuple(int(found.reviews[number]) for number in long)
        highlights = search_service.highlights(
            view, None if wanted.like else wanted.query, wanted.like, reviews
        )
    except InputError:  # the hits stand there without
        return
    for number, highlight in zip(long, highlights, strict=True):
        unit = int(found.rows[number])
        slots[number].html(_hit(view, found, number + 1, unit, words, highlight))


def _hit(
    view: View,
    found: SearchResult,
    rank: int,
    unit: int,
    words: Sequence[str],
    highlight: Highlight | None,
) -> str:
    analysis = view.analysis
    row = int(analysis.units.review[unit])
    text, code = analysis.texts[row], str(analysis.languages[row])
    sentence = highlight.sentence if highlight else None
    if analysis.units.kind != REVIEW:
        sentence = unit_span(analysis, unit)
    facts = review_metadata(
        view,
        unit,
        before=f'<span class="rank">{rank}.</span>',
        after=strength_chip(
            str(found.strengths[rank - 1]),
            float(found.scores[rank - 1]),
            by_name=bool(found.lexical_matches[rank - 1]),
        ),
    )
    body = text_html(text, code, sentence=sentence, words=term_spans(text, words))
    return f'<article class="pg-hit">{facts}{body}</article>'


def _actions(view: View, wanted: Ask, unit: int) -> None:
    state = current_search()
    row = int(view.analysis.units.review[unit])
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=f"actions-{unit}"
    ):
        st.button(
            "More like this",
            key=f"like-{view.number}-{unit}",
            type="tertiary",
            on_click=search_like,
            args=((row,),),
        )
        if view.analysis.coordinates is not None:
            shown = state.focus == unit
            st.button(
                "Shown on map" if shown else "Show on map",
                key=f"focus-{view.number}-{unit}",
                type="tertiary",
                on_click=_focus,
                args=(None if shown else unit,),
            )
        if not wanted.like:
            name = view.analysis.ids[row]
            said = state.judgement(wanted.typed, name)
            digest = hashlib.sha256(wanted.typed.encode("utf-8", "replace")).hexdigest()[:12]
            key = f"thumb-{digest}-{row}-{said}"
            st.feedback(
                "thumbs",
                key=key,
                default=None if said is None else int(said),
                on_change=_judge,
                args=(wanted.typed, name, key),
            )


def _long_ones(view: View, found: SearchResult) -> list[int]:
    """Positions of hits that are long reviews searched as a whole."""
    if view.analysis.units.kind != REVIEW:
        return []
    texts = view.analysis.texts
    return [i for i, row in enumerate(found.reviews.tolist()) if len(texts[row]) > _LONG]


def _focus(unit: int | None) -> None:
    state = current_search()
    state.focus, state.redraw = unit, True


def _judge(query: str, name: str, key: str) -> None:
    said = st.session_state.get(key)
    current_search().judge(query, name, None if said is None else bool(said))
