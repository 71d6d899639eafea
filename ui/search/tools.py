"""Search tools: estimate how many reviews match, compare queries, evaluate."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from pipeline.common.errors import InputError
from pipeline.common.locale_format import language_name
from pipeline.insights.attributes import excerpt
from pipeline.search.highlights import term_spans
from pipeline.search.query import MAX_LENGTH, parse_query
from ui.components.review_text import text_html
from ui.components.widgets import count, error_box, escape, review_metadata
from ui.search.evaluation import evaluation_tool
from ui.session import search_service
from ui.session.current import current_search
from ui.session.search_state import Ask, SearchState
from ui.session.view import View


def show_tools(view: View, wanted: Ask, allowed: np.ndarray) -> None:
    """The tools as expanders; a closed one computes nothing."""
    for key, label, icon, draw in (
        ("estimate", "How many reviews say this?", ":material/functions:", _estimate),
        ("compare", "Compare with another query", ":material/compare_arrows:", _compare),
        ("golden", "How good is this search?", ":material/thumbs_up_down:", evaluation_tool),
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
        st.caption("No reviews match these filters.")
        return
    share = 100 * estimate.count / estimate.total
    st.html(
        f"<div>About <b>{estimate.count:,.0f}</b> of {count(estimate.total, 'review')} say this "
        f"({share:.1f} %), with 95 % certainty between <b>{estimate.low:,.0f}</b> and "
        f"<b>{estimate.high:,.0f}</b>.</div>"
    )
    judged = [row for row in sample if row in said]
    left = [row for row in sample if row not in said]
    if judged:
        st.progress(len(judged) / len(sample), text=f"{len(judged)} of {len(sample)} judged")
    else:
        st.caption(
            f"Judge some of these {len(sample)} reviews, drawn where the answer is least sure, and "
            "the estimate becomes narrower and sure whatever the search has missed."
        )
    if left:
        row = left[0]
        st.html(f'<span class="pg-quiet">Does it say “{escape(excerpt(wanted.typed, 80))}”?</span>')
        marked = term_spans(view.analysis.texts[row], search_service.words(view, wanted.query, ()))
        text = text_html(view.analysis.texts[row], str(view.analysis.languages[row]), words=marked)
        facts = review_metadata(view, int(view.analysis.main_units[row]))
        st.html(f'<article class="pg-judged">{facts}{text}</article>')
    with st.container(horizontal=True, gap="small"):
        for label, answer in (("Yes", True), ("No", False)) if left else ():
            st.button(
                label,
                key=f"judge-{label}",
                on_click=_say,
                args=(state, wanted.typed, left[0], answer),
            )
        if judged:
            st.button(
                "Undo last judgement",
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
        "Compare with",
        placeholder="朝食",
        key="compare-with",
        max_chars=MAX_LENGTH,
    )
    other = " ".join((typed or "").split())
    if not other:
        st.caption("The same query in another language should find similar reviews.")
        return
    compared = search_service.compare(view, (wanted.query, parse_query(other)), allowed)
    first, second = (len(rows) for rows in compared.hits)
    names = [f"“{excerpt(query, 30)}”" for query in (wanted.typed, other)]
    st.html(
        f"<div><bdi>{escape(names[0])}</bdi> finds <b>{count(first, 'review')}</b>, "
        f"<bdi>{escape(names[1])}</bdi> <b>{second:,}</b>; both find "
        f"<b>{int(compared.shared[0, 1]):,}</b>, "
        f"{100 * float(compared.overlap[0, 1]):.0f} % of all that either finds.</div>"
    )
    if not compared.languages:
        return
    if names[0] == names[1]:
        names = [f"1: {names[0]}", f"2: {names[1]}"]
    rows = [(language_name(code), *counts) for code, counts in compared.languages.items()]
    st.dataframe(
        pd.DataFrame(rows, columns=["Language", *names]),
        hide_index=True,
        height=min(38 + 35 * len(rows), 320),
        alt="Strong and likely hits of both queries in each language",
    )
