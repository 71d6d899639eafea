"""A question to the reviews: the answer, the passages it stands on, and the prompt."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import streamlit as st

from pipeline.answers.ask import plain_answer
from pipeline.answers.chat import ChatModel, configured_chat_model
from pipeline.answers.citations import check_answer
from pipeline.answers.passages import Evidence, Passage
from pipeline.answers.prompt import build_messages, build_prompt
from pipeline.answers.summary import TopicSummary, summarise_topics
from pipeline.common.errors import InputError
from pipeline.common.locale_format import format_number
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.common.translation import ngettext
from ui.answers.passage_list import citation_html, show_checked_answer, show_passages
from ui.answers.question_form import ask_question
from ui.components.widgets import error_box, escape, escape_markdown
from ui.session import answer_service
from ui.session.view import View

_EXAMPLES = (
    N_("What do guests complain about at breakfast?"),
    N_("Is it quiet at night?"),
    N_("What do families say about the pool?"),
)
_JUDGEMENTS = {1: N_("Praise"), -1: N_("Complaints"), 0: N_("Neither")}
_COUNTS = (6, 12, 20)


def ask_reviews(view: View, allowed: np.ndarray) -> None:
    """The question, and what the reviews that pass the filters answer."""
    st.session_state.setdefault("passage_count", _COUNTS[1])
    question = ask_question(
        _("Ask the reviews, in any language"),
        key="asked",
        button=_("Ask"),
        icon=":material/forum:",
        examples=[_(example) for example in _EXAMPLES],
    )
    if not question:
        return
    try:
        with st.spinner(_("Reading the reviews …")):
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
            _("The reviews do not answer this. Ask in other words, or remove a filter."),
            icon=":material/search_off:",
        )
        return
    _summary(evidence)
    _model_answer(view, evidence)
    _passages(evidence)
    with st.expander(_("Prompt for an assistant of your own"), icon=":material/content_copy:"):
        st.caption(
            _(
                "Copy it into any assistant that you may use for guests' texts. Nothing is sent "
                "from here. The passages stand between quotation marks that no review can close."
            )
        )
        st.code(build_prompt(question, evidence.passages), language=None, wrap_lines=True)


def _summary(evidence: Evidence) -> None:
    """What the hits say, counted by topic and judgement, without a language model."""
    found = len(evidence.found.scores)
    praise = int((evidence.sentiments == 1).sum())
    complaints = int((evidence.sentiments == -1).sum())
    with st.container(border=True):
        likely = ngettext(
            "{n} review is likely to speak of this",
            "{n} reviews are likely to speak of this",
            found,
        )
        st.html(f"<b>{escape(likely)}</b>. {escape(_judgements(praise, complaints))}")
        for topic in summarise_topics(evidence):
            st.html(_topic_html(topic))


def _judgements(praise: int, complaints: int) -> str:
    return _(
        "Praise: {praise}. Complaints: {complaints}.",
        praise=format_number(praise),
        complaints=format_number(complaints),
    )


def _topic_html(topic: TopicSummary) -> str:
    quotes = "".join(
        f'<p class="pg-quiet">{escape(_(_JUDGEMENTS[sign]))}</p>'
        + "".join(
            f'<blockquote class="pg-quote">{_quote_html(each)}</blockquote>' for each in passages
        )
        for sign, passages in topic.quotes.items()
        if passages
    )
    reviews = ngettext("{n} review", "{n} reviews", topic.reviews)
    said = f"{reviews}. {_judgements(topic.praise, topic.complaints)}"
    return (
        f'<section><b dir="auto">{escape(topic.topic)}</b> '
        f'<span class="pg-quiet">{escape(said)}</span>{quotes}</section>'
    )


def _quote_html(passage: Passage) -> str:
    code = escape(passage.language)
    return (
        f'<span dir="auto" lang="{code}">{escape(passage.text)} '
        f"{citation_html(passage.number)}</span>"
    )


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
        st.markdown(_("**Answer by {model}**", model=escape_markdown(chat.model)))
        known = answer_service.kept_answer(view, evidence, chat)
        if known is not None:
            show_checked_answer(known, evidence.passages)
            return
        st.markdown(
            ngettext(
                "This sends your question and the passage below, with hotel, language and date, "
                "to **{host}**. Nothing else is sent.",
                "This sends your question and the {n} passages below, with hotel, language and "
                "date, to **{host}**. Nothing else is sent.",
                len(evidence.passages),
                host=escape_markdown(chat.service.host),
            )
        )
        with st.expander(_("Show what is sent")):
            st.json(
                {
                    "model": chat.model,
                    "messages": build_messages(evidence.question, evidence.passages),
                }
            )
        if st.button(_("Send and answer"), icon=":material/send:", key="send-question"):
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
    show_checked_answer(checked, evidence.passages)


def _growing(chat: ChatModel, evidence: Evidence) -> Iterator[str]:
    """The answer so far, each time that a piece has come."""
    text = ""
    for piece in chat.stream(build_messages(evidence.question, evidence.passages)):
        text += piece
        yield plain_answer(text)


def _passages(evidence: Evidence) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        shown = ngettext("{n} passage", "{n} passages", len(evidence.passages))
        st.html(f"<b>{escape(shown)}</b>", width="content")
        st.segmented_control(
            _("Number of passages"),
            _COUNTS,
            required=True,
            key="passage_count",
            label_visibility="collapsed",
        )
    show_passages(evidence.passages)
