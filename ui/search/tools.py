"""Search tools: estimate how many reviews match, compare queries, evaluate."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from pipeline.common.errors import InputError
from pipeline.common.locale_format import format_number, format_percent, language_name
from pipeline.common.translation import gettext as _
from pipeline.common.translation import ngettext
from pipeline.insights.attributes import excerpt
from pipeline.search.highlights import term_spans
from pipeline.search.query import MAX_LENGTH, parse_query
from ui.components.review_text import text_html
from ui.components.widgets import error_box, escape, review_metadata
from ui.search.evaluation import evaluation_tool
from ui.session import search_service
from ui.session.current import current_search
from ui.session.search_state import Ask, SearchState
from ui.session.view import View


def show_tools(view: View, wanted: Ask, allowed: np.ndarray) -> None:
    """The tools as expanders; a closed one computes nothing."""
    for key, label, icon, draw in (
        ("estimate", _("How many reviews say this?"), ":material/functions:", _estimate),
        ("compare", _("Compare with another query"), ":material/compare_arrows:", _compare),
        ("golden", _("How good is this search?"), ":material/thumbs_up_down:", evaluation_tool),
    ):
        box = st.expander(label, icon=icon, key=f"tool-{key}", on_change="rerun")
        if box.open:
            with box:
                try:
                    draw(view, wanted, allowed)
                except InputError as error:
                    error_box(str(error))


def _estimate(view: View, wanted: Ask, allowed: np.ndarray) -> None:
    """An estimate with its interval, and a sample to judge for a better one."""
    state = current_search()
    said = state.answers.setdefault(wanted.typed, {})
    sample, estimate = search_service.estimate(view, wanted.query, allowed, said)
    if not estimate.total:
        st.caption(_("No reviews match these filters."))
        return
    about = ngettext(
        "About <b>{found}</b> of {n} review says this ({share}), with {certainty} certainty "
        "between <b>{low}</b> and <b>{high}</b>.",
        "About <b>{found}</b> of {n} reviews say this ({share}), with {certainty} certainty "
        "between <b>{low}</b> and <b>{high}</b>.",
        estimate.total,
        found=format_number(estimate.count),
        share=format_percent(estimate.count / estimate.total, 1),
        certainty=format_percent(0.95),
        low=format_number(estimate.low),
        high=format_number(estimate.high),
    )
    st.html(f"<div>{about}</div>")
    judged = [row for row in sample if row in said]
    left = [row for row in sample if row not in said]
    if judged:
        far = _(
            "{judged} of {all} judged",
            judged=format_number(len(judged)),
            all=format_number(len(sample)),
        )
        st.progress(len(judged) / len(sample), text=far)
    else:
        st.caption(
            ngettext(
                "Judge this {n} review, drawn where the answer is least sure, and the estimate "
                "becomes narrower and sure whatever the search has missed.",
                "Judge some of these {n} reviews, drawn where the answer is least sure, and the "
                "estimate becomes narrower and sure whatever the search has missed.",
                len(sample),
            )
        )
    if left:
        row = left[0]
        asked = _("Does it say “{query}”?", query=excerpt(wanted.typed, 80))
        st.html(f'<span class="pg-quiet">{escape(asked)}</span>')
        marked = term_spans(view.analysis.texts[row], search_service.words(view, wanted.query, ()))
        text = text_html(view.analysis.texts[row], str(view.analysis.languages[row]), words=marked)
        facts = review_metadata(view, int(view.analysis.main_units[row]))
        st.html(f'<article class="pg-judged">{facts}{text}</article>')
    with st.container(horizontal=True, gap="small"):
        for key, label, answer in (("Yes", _("Yes"), True), ("No", _("No"), False)) if left else ():
            st.button(
                label,
                key=f"judge-{key}",
                on_click=_say,
                args=(state, wanted.typed, left[0], answer),
            )
        if judged:
            st.button(
                _("Undo last judgement"),
                key="judge-back",
                type="tertiary",
                on_click=_say,
                args=(state, wanted.typed, next(r for r in reversed(said) if r in judged), None),
            )


def _say(state: SearchState, query: str, row: int, answer: bool | None) -> None:
    said = state.answers.setdefault(query, {})
    said.pop(row, None)
    if answer is not None:
        said[row] = answer


def _compare(view: View, wanted: Ask, allowed: np.ndarray) -> None:
    """Two queries side by side."""
    typed = st.text_input(
        _("Compare with"),
        placeholder="朝食",
        key="compare-with",
        max_chars=MAX_LENGTH,
    )
    other = " ".join((typed or "").split())
    if not other:
        st.caption(_("The same query in another language should find similar reviews."))
        return
    compared = search_service.compare(view, (wanted.query, parse_query(other)), allowed)
    first, second = (len(rows) for rows in compared.hits)
    names = [f"“{excerpt(query, 30)}”" for query in (wanted.typed, other)]
    said = ngettext(
        "{query} finds <b>{n} review</b>, {other} <b>{second}</b>; both find <b>{both}</b>, "
        "{share} of all that either finds.",
        "{query} finds <b>{n} reviews</b>, {other} <b>{second}</b>; both find <b>{both}</b>, "
        "{share} of all that either finds.",
        first,
        query=f"<bdi>{escape(names[0])}</bdi>",
        other=f"<bdi>{escape(names[1])}</bdi>",
        second=format_number(second),
        both=format_number(int(compared.shared[0, 1])),
        share=format_percent(float(compared.overlap[0, 1])),
    )
    st.html(f"<div>{said}</div>")
    if not compared.languages:
        return
    if names[0] == names[1]:
        names = [f"1: {names[0]}", f"2: {names[1]}"]
    rows = [(language_name(code), *counts) for code, counts in compared.languages.items()]
    st.dataframe(
        pd.DataFrame(rows, columns=["language", *names]),
        hide_index=True,
        height=min(38 + 35 * len(rows), 320),
        column_config={"language": st.column_config.TextColumn(_("Language"))},
        alt=_("Strong and likely hits of both queries in each language"),
    )
