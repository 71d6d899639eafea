"""Evaluation of search: judged hits, a golden set of the user's own, and its figures."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from pipeline.access.policy import Action
from pipeline.common.errors import InputError
from pipeline.common.locale_format import format_number, language_name
from pipeline.common.paths import SAMPLE
from pipeline.common.translation import gettext as _
from pipeline.common.translation import ngettext, pgettext
from pipeline.search.evaluation import evaluate, golden_set_csv, read_golden_set
from ui.components.downloads import offer_file
from ui.components.tables import in_page_language, with_digits
from ui.components.widgets import escape_markdown
from ui.session import search_service
from ui.session.current import current_search, current_session
from ui.session.search_state import Ask
from ui.session.view import View

_GOLDEN = SAMPLE.parent / "golden_queries.csv"
_MOST_BYTES = 5_000_000
_MEASURES = ("recall@10", "MRR", "nDCG@10")  # the same in every language


def evaluation_tool(view: View, wanted: Ask, allowed: np.ndarray) -> None:
    """Collect a golden set, measure search with it, download it."""
    state = current_search()
    if state.problem:
        st.warning(escape_markdown(state.problem), icon=":material/info:")
        state.problem = ""
    right = sum(len(each.relevant) for each in state.golden)
    wrong = sum(len(each.irrelevant) for each in state.golden)
    if state.golden:
        st.caption(
            ngettext(
                "{n} query: {right} right and {wrong} wrong reviews.",
                "{n} queries: {right} right and {wrong} wrong reviews.",
                len(state.golden),
                right=format_number(right),
                wrong=format_number(wrong),
            )
        )
    else:
        st.caption(
            _(
                "Thumbs up and down on the hits, or a CSV with the columns query and review_ids, "
                "tell how well search finds what you know is right."
            )
        )
    if not current_session().may(Action.EDIT):
        return
    key = f"golden-file-{state.version}"
    st.file_uploader(
        _("Queries with right answers (CSV)"),
        type=["csv", "tsv", "txt", "xlsx"],
        key=key,
        max_upload_size=_MOST_BYTES // 1_000_000,
        on_change=_take,
        args=(view, key),
    )
    with st.container(horizontal=True, gap="small"):
        if view.original.batches[0].name == SAMPLE.name and _GOLDEN.exists():
            st.button(
                _("Use the sample's"),
                key="golden-sample",
                type="tertiary",
                on_click=_sample,
                args=(view,),
            )
        if right:
            st.button(_("Measure"), key="golden-measure", on_click=_measure, args=(view,))
        if state.golden:
            offer_file(
                _("Download"),
                lambda: golden_set_csv(state.golden).encode("utf-8-sig"),
                "golden_queries.csv",
                key="golden-download",
            )
            st.button(
                _("Forget these"),
                key="golden-forget",
                type="tertiary",
                on_click=state.discard_golden,
            )
        elif state.discarded:
            st.button(_("Undo"), key="golden-undo", type="tertiary", on_click=state.restore_golden)
    if state.figures is not None:
        st.dataframe(
            in_page_language(
                state.figures.assign(language=state.figures["language"].map(_named)),
                {"queries": format_number} | dict.fromkeys(_MEASURES, with_digits(2)),
            ),
            hide_index=True,
            height=min(38 + 35 * len(state.figures), 360),
            column_config={
                "language": st.column_config.TextColumn(_("Language")),
                "queries": st.column_config.NumberColumn(_("Queries")),
            }
            | {name: st.column_config.NumberColumn(name, width="small") for name in _MEASURES},
            alt=_("How well search finds the right reviews, in all and in each language"),
        )
        st.caption(
            _(
                "1 is the best. recall@10: right reviews among the first ten; MRR: 1 over the "
                "place of the first right one; nDCG@10: right ones count more the higher they "
                "stand. A language's figures are of its own reviews."
            )
        )


def _take(view: View, key: str) -> None:
    """Add the queries of an uploaded file."""
    state, session = current_search(), current_session()
    upload = st.session_state.get(key)
    if upload is None:
        return
    if upload.size > _MOST_BYTES:
        state.problem = _(
            "The file has more than {limit} MB: leave queries out",
            limit=format_number(_MOST_BYTES // 1_000_000),
        )
        return
    ending = ".xlsx" if str(upload.name).lower().endswith(".xlsx") else ".csv"
    path = session.folder.new_path("golden-upload", ending)
    path.write_bytes(upload.getvalue())
    try:
        state.add_golden(read_golden_set(path, known=view.original.ids))
        state.version += 1
    except InputError as error:
        state.problem = str(error).replace(str(path), str(upload.name))
    finally:
        path.unlink(missing_ok=True)


def _sample(view: View) -> None:
    state = current_search()
    try:
        state.add_golden(read_golden_set(_GOLDEN, known=view.original.ids))
    except InputError as error:
        state.problem = str(error)


def _measure(view: View) -> None:
    state = current_search()
    golden = [each for each in state.golden if each.relevant]
    languages = dict(zip(view.original.ids, view.original.languages.tolist(), strict=True))
    try:
        ranked = search_service.rankings(view, [each.query for each in golden])
    except InputError as error:
        state.problem = str(error)
        return
    figures = evaluate(golden, ranked, languages)
    state.figures = pd.DataFrame(
        [(code, own.queries, own.recall, own.mrr, own.ndcg) for code, own in figures.items()],
        columns=["language", "queries", *_MEASURES],
    )


def _named(code: str) -> str:
    return pgettext("languages", "All") if code == "all" else language_name(code)
