"""A FAQ: upload, and the entry that answers a guest's question."""

from __future__ import annotations

import streamlit as st

from pipeline.answers.faq_file import FaqEntry, read_faq
from pipeline.common.errors import InputError
from pipeline.common.files import atomic_write
from pipeline.common.locale_format import format_percent, language_name
from pipeline.common.paths import SAMPLE
from pipeline.common.translation import gettext as _
from pipeline.common.translation import ngettext
from ui.answers.question_form import ask_question
from ui.components.review_text import text_html
from ui.components.widgets import error_box, escape, escape_markdown, large_number
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
    figures = (
        (len(faq.entries), ngettext("{n} entry", "{n} entries", len(faq.entries))),
        (languages, ngettext("{n} language", "{n} languages", languages)),
    )
    said = "".join(f"<span>{large_number(number, text)}</span>" for number, text in figures)
    st.html(
        '<div class="pg-head"><span class="file" dir="auto" translate="no">'
        f"{escape(faq.name)}</span>{said}</div>"
    )
    for note in faq.notes:
        st.caption(escape_markdown(note))
    question = ask_question(
        _("A guest's question, in any language"),
        key="faq_question",
        button=_("Find the answer"),
        icon=":material/quiz:",
        examples=_EXAMPLES,
    )
    if question:
        _show(opened, question)
    with st.expander(_("All entries")):
        st.dataframe(
            [
                {"id": e.id, "language": e.language, "question": e.question, "answer": e.answer}
                for e in faq.entries
            ],
            hide_index=True,
            column_config={
                "id": _("Entry"),
                "language": _("Language"),
                "question": _("Question"),
                "answer": _("Answer"),
            },
        )


def _open() -> OpenFaq | None:
    """The FAQ that is open; else ways to open one."""
    opened: OpenFaq | None = st.session_state.get("open_faq")
    left, right = st.columns([3, 2], gap="large")
    with left:
        file = st.file_uploader(
            _("Your questions and answers: a table with a column of each, in any language"),
            type=TYPES,
            key="faq_upload",
            max_upload_size=upload_limit(),
        )
    with right:
        st.html(f'<p class="pg-quiet">{escape(_("No file at hand?"))}</p>')
        sample = st.button(_("Try the sample FAQ"), icon=":material/play_circle:", key="sample-faq")
    try:
        if file is not None and st.session_state.get("faq_file") != file.file_id:
            path = current_session().folder.new_path("faq")
            with st.spinner(_("Reading the file …")):
                with atomic_write(path) as stream:
                    stream.write(file.getbuffer())
                opened = answer_service.index_faq(read_faq(path, name=file.name))
            st.session_state["faq_file"] = file.file_id
        elif sample:
            with st.spinner(_("Reading the sample …")):
                opened = answer_service.index_faq(read_faq(_SAMPLE))
    except InputError as error:
        error_box(str(error))
        return None
    except OSError as error:
        error_box(
            _(
                "The upload could not be stored: {reason}. Make room on the disk, then try again.",
                reason=str(error.strerror),
            )
        )
        return None
    st.session_state["open_faq"] = opened
    return opened


def _show(opened: OpenFaq, question: str) -> None:
    try:
        with st.spinner(_("Searching …")):
            found = answer_service.match_faq(opened, question)
    except InputError as error:
        error_box(str(error))
        return
    if not found:
        st.info(_("No answer in the FAQ."), icon=":material/search_off:")
        return
    for place, match in enumerate(found):
        if place and match.probability < 0.05:
            break
        st.html(_entry_html(opened.faq.entries[match.entry], match.probability, first=not place))


def _entry_html(entry: FaqEntry, share: float, *, first: bool) -> str:
    percent = format_percent(share)
    said = _("{percent} likely", percent=percent)
    if not first:
        said = _("or, {percent} likely", percent=percent)
    return (
        f'<article class="pg-hit"><div class="pg-meta"><span class="rank">{escape(entry.id)}</span>'
        f'<span class="lang">{escape(language_name(entry.language))}</span>'
        f'<span class="score">{escape(said)}</span></div>'
        f'<b dir="auto" lang="{escape(entry.language)}">{escape(entry.question)}</b>'
        f"{text_html(entry.answer, entry.language)}</article>"
    )
