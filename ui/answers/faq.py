"""A FAQ: upload, and the entry that answers a guest's question."""

from __future__ import annotations

import streamlit as st

from pipeline.answers.faq_file import FaqEntry, read_faq
from pipeline.common.errors import InputError
from pipeline.common.files import atomic_write
from pipeline.common.locale_format import language_name
from pipeline.common.paths import SAMPLE
from pipeline.search.query import MAX_LENGTH
from ui.components.review_text import text_html
from ui.components.widgets import error_box, escape, escape_markdown
from ui.session import answer_service
from ui.session.answer_service import OpenFaq
from ui.session.current import current_session
from ui.session.server import upload_limit
from ui.upload.upload import TYPES

_SAMPLE = SAMPLE.with_name("faq.csv")
_EXAMPLES = ("駐車場はありますか", "Can my dog come along?", "¿Hasta qué hora se puede cenar?")


def ask_faq() -> None:
    """Ways to open a FAQ, and the one that is open."""
    opened = _open()
    if opened is not None:
        show_faq(opened)


def show_faq(opened: OpenFaq) -> None:
    """A FAQ, and the entry that answers a question."""
    faq = opened.faq
    languages = len({entry.language for entry in faq.entries})
    st.html(
        f'<div class="pg-head"><span class="file" dir="auto">{escape(faq.name)}</span><span>'
        f'<span class="n">{len(faq.entries):,}</span>{_noun(len(faq.entries), "entries", "entry")}'
        f'</span><span><span class="n">{languages}</span>'
        f"{_noun(languages, 'languages', 'language')}</span></div>"
    )
    for note in faq.notes:
        st.caption(escape_markdown(note))
    with (
        st.form("ask-faq", border=False),
        st.container(horizontal=True, vertical_alignment="bottom", gap="small"),
    ):
        typed = st.text_input(
            "A guest's question, in any language",
            placeholder=_EXAMPLES[0],
            key="faq_question",
            max_chars=MAX_LENGTH,
        )
        st.form_submit_button("Find the answer", type="primary", icon=":material/quiz:")
    question = " ".join((typed or "").split())
    if question:
        _show(opened, question)
    else:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.html('<span class="pg-quiet">For example:</span>', width="content")
            for example in _EXAMPLES:
                st.button(example, type="tertiary", on_click=_ask, args=(example,))
    with st.expander("All entries"):
        st.dataframe(
            [
                {"id": e.id, "language": e.language, "question": e.question, "answer": e.answer}
                for e in faq.entries
            ],
            hide_index=True,
        )


def _ask(question: str) -> None:
    st.session_state["faq_question"] = question


def _noun(count: int, many: str, one: str) -> str:
    return f" {one if count == 1 else many}"


def _open() -> OpenFaq | None:
    """The FAQ that is open; else ways to open one."""
    opened: OpenFaq | None = st.session_state.get("open_faq")
    left, right = st.columns([3, 2], gap="large")
    with left:
        file = st.file_uploader(
            "Your questions and answers: a table with a column of each, in any language",
            type=TYPES,
            key="faq_upload",
            max_upload_size=upload_limit(),
        )
    with right:
        st.html('<p class="pg-quiet" style="margin:0">No file at hand?</p>')
        sample = st.button("Try the sample FAQ", icon=":material/play_circle:", key="sample-faq")
    try:
        if file is not None and st.session_state.get("faq_file") != file.file_id:
            path = current_session().folder.new_path("faq")
            with st.spinner("Reading the file …"):
                with atomic_write(path) as stream:
                    stream.write(file.getbuffer())
                opened = answer_service.index_faq(read_faq(path, name=file.name))
            st.session_state["faq_file"] = file.file_id
        elif sample:
            with st.spinner("Reading the sample …"):
                opened = answer_service.index_faq(read_faq(_SAMPLE))
    except InputError as error:
        error_box(str(error))
        return None
    except OSError as error:
        error_box(f"The upload could not be stored: {error.strerror}")
        return None
    st.session_state["open_faq"] = opened
    return opened


def _show(opened: OpenFaq, question: str) -> None:
    try:
        with st.spinner("Searching …"):
            found = answer_service.match_faq(opened, question)
    except InputError as error:
        error_box(str(error))
        return
    if not found:
        st.info("No answer in the FAQ.", icon=":material/search_off:")
        return
    for place, match in enumerate(found):
        if place and match.probability < 0.05:
            break
        st.html(_entry_html(opened.faq.entries[match.entry], match.probability, first=not place))


def _entry_html(entry: FaqEntry, share: float, *, first: bool) -> str:
    said = f"{100 * share:.0f} % likely" if first else f"or, {100 * share:.0f} % likely"
    return (
        f'<article class="pg-hit"><div class="pg-meta"><span class="rank">{escape(entry.id)}</span>'
        f'<span class="lang">{escape(language_name(entry.language))}</span>'
        f'<span class="score">{said}</span></div>'
        f'<b dir="auto" lang="{escape(entry.language)}">{escape(entry.question)}</b>'
        f"{text_html(entry.answer, entry.language)}</article>"
    )
