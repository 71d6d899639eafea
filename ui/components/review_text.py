"""A review's text as escaped HTML, with sentence and query words marked."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from pipeline.common.locale_format import language_name
from pipeline.common.translation import pgettext

_CLIP = 320  # letters of a review that are shown before "more"
_Span = tuple[int, int]


def language_attributes(code: str) -> str:
    """HTML attributes of a text in a language, by which browsers draw, read out and translate it.

    The same character is drawn differently in Chinese and Japanese.

    Args:
        code: of the language; also that of an unknown one.
    """
    return f'lang="{escape(code)}" dir="auto" translate="yes"'


def quote_html(text: str, code: str) -> str:
    """A guest's words as a quotation, with the name of their language.

    Args:
        text: the words, as they were written.
        code: of their language.
    """
    return (
        f'<blockquote class="pg-quote"><span {language_attributes(code)}>{escape(text)}</span> '
        f'<span class="pg-quiet">{escape(language_name(code))}</span></blockquote>'
    )


def text_html(
    text: str, code: str, *, sentence: _Span | None = None, words: Sequence[_Span] = ()
) -> str:
    """A review with its closest sentence and the query's words marked; a long one can be opened.

    Args:
        text: the review.
        code: its language.
        sentence: start and end of the sentence, None for none.
        words: start and end of each word, rising, none overlapping another.
    """
    whole = sentence is None or sentence[1] - sentence[0] >= len(text.strip())
    marked = None if whole else sentence
    opening = f'<div class="pg-text" {language_attributes(code)}>'
    body = _marked(text, 0, len(text), marked, words)
    if len(text) <= _CLIP + 80:
        return f"{opening}{body}</div>"
    start, end = 0, _CLIP
    if marked is not None:
        start, end = marked[0], min(marked[1], marked[0] + 2 * _CLIP)
    elif words and words[0][1] > _CLIP:
        start = max(words[0][0] - _CLIP // 3, 0)
        end = start + _CLIP
    end = min(end, len(text))
    clip = _marked(text, start, end, marked, words)
    more = escape(pgettext("the rest of a text", "more"))
    return (
        f'{opening}<details><summary><span class="clip">{"… " * (start > 0)}{clip}'
        f'{" …" * (end < len(text))} </span><span class="more">{more}</span></summary>'
        f"{body}</details></div>"
    )


def _marked(text: str, start: int, end: int, sentence: _Span | None, words: Sequence[_Span]) -> str:
    spans = [*words, *([sentence] if sentence else [])]
    cuts = sorted({start, end, *(min(max(at, start), end) for span in spans for at in span)})
    pieces = []
    for low, high in zip(cuts, cuts[1:], strict=False):
        piece = escape(text[low:high])
        if any(a <= low and high <= b for a, b in words):
            piece = f'<mark class="word">{piece}</mark>'
        elif sentence and sentence[0] <= low and high <= sentence[1]:
            piece = f"<mark>{piece}</mark>"
        pieces.append(piece)
    return "".join(pieces)
