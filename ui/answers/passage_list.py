"""Numbered passages, and citations that lead to them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import streamlit as st

from pipeline.answers.citations import CITATION, CheckedAnswer, CheckedSentence
from pipeline.answers.passages import Passage
from pipeline.common.locale_format import format_list, language_name
from pipeline.common.translation import gettext as _
from pipeline.common.translation import ngettext
from ui.components.review_text import text_html
from ui.components.widgets import escape

_NUMBER = re.compile(r"\d+")


def show_passages(passages: Sequence[Passage]) -> None:
    """The passages, each a place that its citations lead to."""
    st.html("".join(map(_passage_html, passages)))


def show_checked_answer(answer: CheckedAnswer, passages: Sequence[Passage]) -> None:
    """The answer as plain text whose citations are links, sentences without support marked."""
    if answer.is_refusal:
        st.text(answer.text)
        st.info(_("The model finds no answer in the reviews."), icon=":material/search_off:")
        return
    known = {passage.number for passage in passages}
    st.html("".join(_sentence_html(sentence, known) for sentence in answer.sentences))


def citation_html(number: int) -> str:
    """A link to a passage: "[3]"."""
    return f'<a class="pg-cite" href="#passage-{number}">[{number}]</a>'


def _sentence_html(sentence: CheckedSentence, known: Collection[int]) -> str:
    said = linked_html(sentence.text, known)
    faults = []
    if sentence.unknown:
        numbers = format_list(map(str, sentence.unknown))
        faults.append(
            ngettext(
                "There is no passage {numbers}.",
                "There are no passages {numbers}.",
                len(sentence.unknown),
                numbers=numbers,
            )
        )
    if not sentence.is_supported and (sentence.cited or not sentence.unknown):
        faults.append(_("No passage that it cites says this: check it."))
    if not faults:
        return f'<p class="pg-said" dir="auto">{said}</p>'
    return (
        f'<p class="pg-said doubtful" dir="auto">{said}</p>'
        f'<p class="pg-doubt">⚠ {escape(" ".join(faults))}</p>'
    )


def linked_html(text: str, known: Collection[int]) -> str:
    """A text as HTML in which the numbers of known passages in citations are links."""
    pieces, end = [], 0
    for match in CITATION.finditer(text):
        pieces.append(escape(text[end : match.start()]))
        pieces.append(_NUMBER.sub(lambda number: _number_html(number, known), match.group()))
        end = match.end()
    pieces.append(escape(text[end:]))
    return "".join(pieces)


def _number_html(number: re.Match[str], known: Collection[int]) -> str:
    value = int(number.group())
    if value not in known:
        return number.group()
    return f'<a class="pg-cite" href="#passage-{value}">{value}</a>'


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
        f'<article class="pg-hit" id="passage-{passage.number}">'
        f'<div class="pg-meta">{"".join(facts)}</div>'
        f"{text_html(passage.text, passage.language)}</article>"
    )
