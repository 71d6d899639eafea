"""The list of hits, with the actions on each."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import streamlit as st

from pipeline.access.policy import Action
from pipeline.common.translation import gettext as _
from pipeline.common.translation import ngettext
from pipeline.search.highlights import term_spans
from pipeline.search.hybrid import SearchResult
from ui.components.notes import notes_html
from ui.components.relevance import strength_chip
from ui.components.review_dialog import open_review
from ui.components.review_text import text_html
from ui.components.widgets import escape, review_metadata
from ui.session import search_service
from ui.session.current import current_search, current_session, search_like
from ui.session.search_state import Ask
from ui.session.view import View


def show_hits(view: View, wanted: Ask, found: SearchResult) -> None:
    """The hits as a list, with the passage of each that is closest to the query."""
    words: tuple[str, ...] = ()
    if not wanted.like:
        words = search_service.words(view, wanted.query, found.names)
    notes = current_session().file.notebook.notes()
    notes = tuple(note for note in notes if note.about == "review")
    weak = weak_at_end(found)
    with st.container(key="hits", gap="small"):
        for rank, unit in enumerate(found.rows.tolist(), 1):
            if 0 < weak == len(found.rows) - rank + 1 < len(found.rows):
                said = ngettext(
                    "{n} weak result follows: such hits are rarely right.",
                    "{n} weak results follow: such hits are rarely right.",
                    weak,
                )
                st.html(f'<div class="pg-weak">{escape(said)}</div>')
            name = view.analysis.ids[int(view.analysis.units.review[unit])]
            own = notes_html([note for note in notes if note.key == name])
            st.html(_hit(view, found, rank, unit, words) + own)
            _actions(view, wanted, unit)


def weak_at_end(found: SearchResult) -> int:
    """Number of the last hits that are all weak."""
    strong = np.flatnonzero(np.asarray(found.strengths, object) != "weak")
    return len(found.rows) - (int(strong[-1]) + 1 if len(strong) else 0)


def _hit(
    view: View,
    found: SearchResult,
    rank: int,
    unit: int,
    words: Sequence[str],
) -> str:
    analysis = view.analysis
    row = int(analysis.units.review[unit])
    text, code = analysis.texts[row], str(analysis.languages[row])
    passages, passage = view.original.searched_passages, int(found.passages[rank - 1])
    span = int(passages.starts[passage]), int(passages.ends[passage])
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
    body = text_html(
        text, code, sentence=span if span != (0, len(text)) else None, words=term_spans(text, words)
    )
    return f'<article class="pg-hit">{facts}{body}</article>'


def _actions(view: View, wanted: Ask, unit: int) -> None:
    state = current_search()
    row = int(view.analysis.units.review[unit])
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=f"actions-{unit}"
    ):
        st.button(
            _("Details"),
            key=f"open-{view.number}-{unit}",
            type="tertiary",
            on_click=open_review,
            args=(row,),
        )
        st.button(
            _("More like this"),
            key=f"like-{view.number}-{unit}",
            type="tertiary",
            on_click=search_like,
            args=((row,),),
        )
        if view.analysis.coordinates is not None:
            shown = state.focus == unit
            st.button(
                _("Shown on map") if shown else _("Show on map"),
                key=f"focus-{view.number}-{unit}",
                type="tertiary",
                on_click=_focus,
                args=(None if shown else unit,),
            )
        if not wanted.like and current_session().may(Action.EDIT):
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


def _focus(unit: int | None) -> None:
    state = current_search()
    state.focus, state.redraw = unit, True


def _judge(query: str, name: str, key: str) -> None:
    said = st.session_state.get(key)
    current_search().judge(query, name, None if said is None else bool(said))
