"""A question to the reviews: the answer, the passages it stands on, and the prompt."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import streamlit as st

from pipeline.answers.ask import plain_answer
from pipeline.answers.chat import ChatModel, configured_chat_model
from pipeline.answers.citations import CheckedAnswer, check_answer
from pipeline.answers.passages import Evidence, Passage
from pipeline.answers.prompt import build_messages, build_prompt
from pipeline.answers.summary import TopicSummary, summarise_topics
from pipeline.common.errors import InputError
from pipeline.common.locale_format import language_name
from pipeline.common.wording import count_noun
from pipeline.search.query import MAX_LENGTH
from ui.components.review_text import text_html
from ui.components.widgets import error_box, escape, escape_markdown
from ui.session import answer_service
from ui.session.view import View

_EXAMPLES = (
    "What do guests complain about at breakfast?",
    "Is it quiet at night?",
    "What do families say about the pool?",
)
_JUDGEMENTS = {1: "Praise", -1: "Complaints", 0: "Neither"}
_COUNTS = (6, 12, 20)


def ask_reviews(view: View, allowed: np.ndarray) -> None:
    """The question, and what the reviews that pass the filters answer."""
    question = _question()
    if not question:
        return
    try:
        with st.spinner("Reading the reviews …"):
            evidence = answer_service.evidence(
                view, question, count=int(st.session_state["passage_count"]), allowed=allowed
            )
    except InputError as error:
        error_box(str(error))
        return
    for note in evidence.notes:
        st.caption(escape_markdown(note))
    if not evidence.passages:
        st.info(
            "The reviews do not answer this. Ask in other words, or remove a filter.",
            icon=":material/search_off:",
        )
        return
    _summary(evidence)
    _model_answer(view, evidence)
    _passages(evidence)
    with st.expander("Prompt for an assistant of your own", icon=":material/content_copy:"):
        st.caption(
            "Copy it into any assistant that you may use for guests' texts. Nothing is sent from "
            "here. The passages stand between quotation marks that no review can close."
        )
        st.code(build_prompt(question, evidence.passages), language=None, wrap_lines=True)


def _question() -> str:
    with (
        st.form("ask", border=False),
        st.container(horizontal=True, vertical_alignment="bottom", gap="small"),
    ):
        typed = st.text_input(
            "Ask the reviews, in any language",
            placeholder=_EXAMPLES[0],
            key="asked",
            max_chars=MAX_LENGTH,
        )
        st.form_submit_button("Ask", type="primary", icon=":material/forum:")
    question = " ".join((typed or "").split())
    st.session_state.setdefault("passage_count", 12)
    if not question:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.html('<span class="pg-quiet">For example:</span>', width="content")
            for example in _EXAMPLES:
                st.button(example, type="tertiary", on_click=_ask, args=(example,))
    return question


def _ask(question: str) -> None:
    st.session_state["asked"] = question


def _summary(evidence: Evidence) -> None:
    """What the hits say, counted by topic and judgement, without a language model."""
    found = len(evidence.found.scores)
    praise = int((evidence.sentiments == 1).sum())
    complaints = int((evidence.sentiments == -1).sum())
    with st.container(border=True):
        st.html(
            f"<b>{count_noun(found, 'review')}</b> {'is' if found == 1 else 'are'} likely to speak "
            f"of this: <b>{praise:,}</b> praise, <b>{complaints:,}</b> complain."
        )
        for topic in summarise_topics(evidence):
            st.html(_topic_html(topic))


def _topic_html(topic: TopicSummary) -> str:
    quotes = "".join(
        f'<p class="pg-quiet" style="margin:.3rem 0 0">{_JUDGEMENTS[sign]}</p>'
        + "".join(
            f'<blockquote class="pg-quote">{_quote_html(each)} '
            f'<span class="pg-quiet">[{each.number}]</span></blockquote>'
            for each in passages
        )
        for sign, passages in topic.quotes.items()
        if passages
    )
    return (
        f'<section><b dir="auto">{escape(topic.topic)}</b> <span class="pg-quiet">'
        f"{count_noun(topic.reviews, 'review')}, {topic.praise:,} praise, "
        f"{topic.complaints:,} complain</span>{quotes}</section>"
    )


def _quote_html(passage: Passage) -> str:
    code = escape(passage.language)
    return f'<span dir="auto" lang="{code}">{escape(passage.text)}</span>'


def _model_answer(view: View, evidence: Evidence) -> None:
    """What would be sent to the language model, and its answer; nothing where none is set."""
    try:
        chat = configured_chat_model()
    except InputError as error:
        error_box(str(error))
        return
    if chat is None:
        return
    with st.container(border=True):
        st.markdown(f"**Answer by {escape_markdown(chat.model)}**")
        known = answer_service.kept_answer(view, evidence, chat)
        if known is not None:
            _checked(known)
            return
        many = count_noun(len(evidence.passages), "passage")
        st.markdown(
            f"This sends your question and the {many} below, with hotel, language and date, to "
            f"**{escape_markdown(chat.service.host)}**. Nothing else is sent."
        )
        with st.expander("Show what is sent"):
            st.json(
                {
                    "model": chat.model,
                    "messages": build_messages(evidence.question, evidence.passages),
                }
            )
        if st.button("Send and answer", icon=":material/send:", key="send-question"):
            _stream(view, evidence, chat)


def _stream(view: View, evidence: Evidence, chat: ChatModel) -> None:
    """The answer as it comes, then its check."""
    place = st.empty()
    text = ""
    try:
        for text in _growing(chat, evidence):
            place.text(text)
        checked = check_answer(
            text, evidence.passages, view.original, answer_service.encoder_of(view)
        )
    except InputError as error:
        error_box(str(error))
        return
    answer_service.keep_answer(view, evidence, chat, checked)
    place.empty()
    _checked(checked)


def _growing(chat: ChatModel, evidence: Evidence) -> Iterator[str]:
    """The answer so far, each time that a piece has come."""
    text = ""
    for piece in chat.stream(build_messages(evidence.question, evidence.passages)):
        text += piece
        yield plain_answer(text)


def _checked(answer: CheckedAnswer) -> None:
    """The answer as plain text, sentences without support marked."""
    if answer.is_refusal:
        st.text(answer.text)
        st.info("The model finds no answer in the reviews.", icon=":material/search_off:")
        return
    for sentence in answer.sentences:
        st.text(sentence.text)
        if sentence.unknown:
            numbers = ", ".join(map(str, sentence.unknown))
            st.caption(f":material/warning: There is no passage {numbers}.")
        if not sentence.is_supported:
            st.caption(":material/warning: No passage that it cites says this: check it.")


def _passages(evidence: Evidence) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.html(f"<b>{count_noun(len(evidence.passages), 'passage')}</b>", width="content")
        st.segmented_control(
            "Number of passages",
            _COUNTS,
            required=True,
            key="passage_count",
            label_visibility="collapsed",
        )
    st.html("".join(map(_passage_html, evidence.passages)))


def _passage_html(passage: Passage) -> str:
    facts = [
        f'<span class="rank">[{passage.number}]</span>',
        f'<span class="lang">{escape(language_name(passage.language))}</span>',
        f'<span dir="auto">{escape(passage.topic)}</span>',
    ]
    facts += [
        f'<span dir="auto">{escape(each)}</span>' for each in (passage.hotel, passage.date) if each
    ]
    return (
        f'<article class="pg-hit"><div class="pg-meta">{"".join(facts)}</div>'
        f"{text_html(passage.text, passage.language)}</article>"
    )
