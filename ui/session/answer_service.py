"""Answers to questions about the open analysis, and to a FAQ, cached with the view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.answers.chat import ChatModel
from pipeline.answers.citations import CheckedAnswer
from pipeline.answers.faq_file import Faq
from pipeline.answers.faq_index import (
    FaqIndex,
    FaqMatch,
    bundled_question_space,
    faq_index_of_vectors,
)
from pipeline.answers.passages import EncodeQueries, Evidence, gather_evidence
from pipeline.embedding.registry import DEFAULT_MODEL
from pipeline.search.query import Query
from pipeline.search.space import EncodedQueries
from ui.session import search_service
from ui.session.server import worker
from ui.session.view import View

_MOST_ANSWERS = 24
_ENCODED_AT_ONCE = 64  # texts; queries of other users need not wait for a whole FAQ


@dataclass(frozen=True)
class OpenFaq:
    """A FAQ that a session has open.

    Attributes:
        faq: as it was read.
        index: of its entries.
    """

    faq: Faq
    index: FaqIndex


def encoder_of(view: View) -> EncodeQueries:
    """Encodes texts as queries in the search space of the analysis, in the worker."""

    def encode(texts: list[str]) -> EncodedQueries:
        return search_service.encode(view, [Query(text) for text in texts])

    return encode


def evidence(view: View, question: str, *, count: int, allowed: np.ndarray) -> Evidence:
    """The passages that answer a question, of the units that are allowed, bool (m,).

    Raises:
        InputError: the question can't be encoded.
    """
    key = ("evidence", question, count, allowed.tobytes(), view.language)
    if key not in view.answers:
        view.answers[key] = gather_evidence(
            view.analysis, question, encoder_of(view), count=count, allowed=allowed
        )
        _forget_oldest(view)
    found: Evidence = view.answers[key]
    return found


def kept_answer(view: View, asked: Evidence, chat: ChatModel) -> CheckedAnswer | None:
    """The model's answer from these passages, if it was asked before."""
    found: CheckedAnswer | None = view.answers.get(_key(asked, chat))
    return found


def keep_answer(view: View, asked: Evidence, chat: ChatModel, answer: CheckedAnswer) -> None:
    """Keep a model's answer, so that the page needn't ask again."""
    view.answers[_key(asked, chat)] = answer
    _forget_oldest(view)


def index_faq(faq: Faq) -> OpenFaq:
    """Encode a FAQ's entries by the bundled model, in the worker.

    Raises:
        InputError: the model can't be loaded or doesn't answer.
    """
    questions = [entry.question for entry in faq.entries]
    texts = [*questions, *(entry.text for entry in faq.entries)]
    parts = [
        worker().encode(texts[start : start + _ENCODED_AT_ONCE], DEFAULT_MODEL)
        for start in range(0, len(texts), _ENCODED_AT_ONCE)
    ]
    return OpenFaq(faq, faq_index_of_vectors(faq, np.concatenate(parts), bundled_question_space()))


def match_faq(opened: OpenFaq, question: str, *, top: int = 3) -> tuple[FaqMatch, ...]:
    """The entries that answer a question; none where the FAQ does not answer.

    Raises:
        InputError: the question can't be encoded.
    """
    raw = worker().encode([question], DEFAULT_MODEL)
    (found,) = opened.index.match([question], raw, top=top, cover=_cover)
    return found


def _cover(question: str, texts: Sequence[str]) -> np.ndarray | None:
    """How much of a question texts cover, by the bundled model, in the worker."""
    return worker().cover(question, texts, DEFAULT_MODEL)


def _key(asked: Evidence, chat: ChatModel) -> tuple[object, ...]:
    return ("answer", chat.service.url, chat.model, asked.question, asked.passages)


def _forget_oldest(view: View) -> None:
    while len(view.answers) > _MOST_ANSWERS:
        del view.answers[next(iter(view.answers))]
