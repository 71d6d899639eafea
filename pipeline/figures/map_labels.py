"""Texts of the map's points, shown on hover."""

from __future__ import annotations

import html
import textwrap
from functools import lru_cache

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.common.locale_format import language_name
from pipeline.common.translation import gettext as _
from pipeline.insights.attributes import ReviewAttributes, excerpt
from pipeline.text.width import text_width
from pipeline.topics.sentiment import NAMES

_HOVER_WIDTH = 46  # of a line, in Latin letters
_MAX_HOVER_LENGTH = 100  # characters of the text
_KEPT = 10_000  # texts: each search and each choice draws the same points once more


def hover_texts(analysis: Analysis, attributes: ReviewAttributes, units: np.ndarray) -> list[str]:
    """Topic, language, hotel, sentiment and beginning of the text of each unit, plotly's HTML."""
    topics = [f"<b>{escape(excerpt(topic.name, 44))}</b>" for topic in analysis.topics]
    texts = []
    reviews = analysis.units.review[units]
    languages = {code: language_name(code) for code in set(analysis.languages.tolist())}
    sentiments = {sign: _(name) for sign, name in NAMES.items()}
    for unit, row in zip(units.tolist(), reviews.tolist(), strict=True):
        facts = languages[str(analysis.languages[row])]
        if attributes.hotels is not None and attributes.hotels[row]:
            facts += f" · {excerpt(attributes.hotels[row], 30)}"
        if analysis.unit_sentiment is not None and analysis.unit_sentiment[unit]:
            facts += f" · {sentiments[int(analysis.unit_sentiment[unit])]}"
        body = _body(excerpt(analysis.units.texts[unit], _MAX_HOVER_LENGTH))
        texts.append(f"{topics[analysis.assignments[unit]]}<br>{escape(facts)}<br>{body}")
    return texts


def hover_name(category: str) -> str:
    """A hover template for points without a text of their own: the name of the category."""
    name = escape(excerpt(category, 44)).replace("%", "&#37;")  # else %{...} would be a variable
    return f"<b>{name}</b><extra></extra>"


def escape(text: str) -> str:
    """Escape text that plotly would interpret as HTML."""
    return html.escape(text, quote=False)


@lru_cache(_KEPT)
def _body(text: str) -> str:
    """The beginning of a text in lines, which may be written from right to left."""
    return "<br>".join(f"\u2068{escape(line)}\u2069" for line in _wrap(text, _HOVER_WIDTH))


def _wrap(text: str, width: int) -> list[str]:
    """Wrap a text into lines of at most ``width`` Latin letters; text without spaces anywhere."""
    if text.isascii():
        return textwrap.wrap(text, width)
    lines = []
    start = used = 0
    space = -1
    for i, char in enumerate(text):
        used += text_width(char)
        if used > width:
            end = space if space > start else i
            lines.append(text[start:end])
            start = end + 1 if end == space else end
            used = text_width(text[start : i + 1])
        if char == " ":
            space = i
    return [line for line in (*lines, text[start:]) if line]
