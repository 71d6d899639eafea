"""Passages: clauses that say one thing each, which search ranks, as offsets into the text.

A sentence such as "clean and quiet, but the TV was broken" says several things, and its vector is
close to none of them. Sentences are therefore cut at commas, semicolons, dashes and words such as
"but" where both sides are long enough to say something; what has no punctuation is cut into windows
of about twenty words. docs/search.md has the figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
import regex

from pipeline.text.sentences import sentence_spans
from pipeline.text.spans import Spans

# A CJK letter weighs 1, a word of another script 2, three letters of Thai and its like 2.
_MIN_WEIGHT = 5
_MAX_WEIGHT = 52  # more is cut into windows
_WINDOW_WEIGHT = 40

# Words that begin another clause, by language: "de" is "but" in Hungarian and "of" in five others.
_BUT = {
    "ar": "لكن ولكن بس",
    "bg": "но",
    "cs": "ale avšak",
    "da": "men",
    "de": "aber jedoch allerdings",
    "el": "αλλά όμως",
    "en": "but however although though except",
    "es": "pero sino aunque",
    "fi": "mutta",
    "fr": "mais cependant",
    "he": "אבל",
    "hi": "लेकिन मगर परंतु lekin",
    "hu": "de viszont",
    "id": "tapi tetapi namun",
    "it": "ma però tuttavia",
    "ms": "tapi tetapi namun",
    "nl": "maar echter",
    "no": "men",
    "pl": "ale jednak lecz",
    "pt": "mas porém contudo",
    "ro": "dar însă",
    "ru": "но однако зато",
    "sk": "ale avšak",
    "sv": "men",
    "tr": "ama fakat ancak",
    "uk": "але проте",
    "vi": "nhưng",
}
# The same in languages that don't part words by spaces, or put it at the end of the first clause.
_BUT_WITHIN = {
    "ko": r"(?<=지만)\s+",
    "th": r"(?<=\S)\s*(?=แต่(?!ง|ละ))",
    "zh": r"(?<=\S)\s*(?=但是|可是|不过|不過)",
}
_MARKS = r"[,;:，、；：،؛·|](?!\d)\s*|\s[–—/+-]\s+|…\s*"
_WORD = regex.compile(
    r"(?P<letter>[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}])"
    r"|[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]{1,3}"
    r"|[\p{L}\p{M}\p{N}--[\p{Han}\p{Hangul}\p{Katakana}\p{Hiragana}"
    r"\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]]+",
    regex.V1,
)


def split_passages(texts: Sequence[str], languages: np.ndarray) -> Spans:
    """Split texts into passages.

    Args:
        texts: m texts: reviews or sentences.
        languages: str (m,), ISO 639-1 codes.
    """
    return Spans.collect(
        [
            passage
            for start, end in sentence_spans(text, str(language))
            for passage in _split_sentence(text, start, end, _breaks(str(language)))
        ]
        for text, language in zip(texts, languages, strict=True)
    )


def text_weight(text: str) -> int:
    """The length of a text in any script: 2 for a word, 1 for a CJK letter."""
    return sum(weight for _, weight in _words(text, 0, len(text)))


@cache
def _breaks(language: str) -> regex.Pattern[str]:
    """What may part the clauses of a sentence."""
    pattern = _MARKS
    if words := _BUT.get(language, "").split():
        pattern += rf"|(?<!\s)\s++(?=(?:{'|'.join(words)})\s)"
    if within := _BUT_WITHIN.get(language):
        pattern += f"|{within}"
    return regex.compile(pattern, regex.IGNORECASE)


def _split_sentence(
    text: str, start: int, end: int, breaks: regex.Pattern[str]
) -> list[tuple[int, int]]:
    """Start and end of each passage of a sentence."""
    if end - start <= _MIN_WEIGHT:
        return [(start, end)]
    spans: list[tuple[int, int]] = []
    at, weight = start, 0
    previous = start
    for found in breaks.finditer(text, start, end):
        weight += _weight(text, previous, found.start())
        previous = found.end()
        if weight >= _MIN_WEIGHT:
            spans.append((at, found.start()))
            at, weight = found.end(), 0
    weight += _weight(text, previous, end)
    if weight >= _MIN_WEIGHT or not spans:
        spans.append((at, end))
    else:  # too short to stand alone
        spans[-1] = (spans[-1][0], end)
    return [window for span in spans for window in _windows(text, *span)]


def _windows(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """A passage, or windows of even length where it is too long."""
    if end - start <= _MAX_WEIGHT:  # a character weighs 2 at most, and then it has a space
        return [(start, end)]
    words = list(_words(text, start, end))
    weights = np.cumsum([weight for _, weight in words])
    if not len(weights) or weights[-1] <= _MAX_WEIGHT:
        return [(start, end)]
    count = -(-int(weights[-1]) // _WINDOW_WEIGHT)
    bounds = np.arange(1, count) * (weights[-1] / count)
    cuts = [words[at][0] for at in np.unique(np.searchsorted(weights, bounds) + 1).tolist()]
    edges = [start, *cuts, end]
    spans = zip(edges[:-1], edges[1:], strict=True)
    return [(a, a + len(text[a:b].rstrip())) for a, b in spans]


def _weight(text: str, start: int, end: int) -> int:
    if end - start > 8 * _MIN_WEIGHT:  # certainly enough
        return _MIN_WEIGHT
    return sum(weight for _, weight in _words(text, start, end))


def _words(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where each word of a part of a text starts, and its weight."""
    for found in _WORD.finditer(text, start, end):
        yield found.start(), 1 if found["letter"] else 2
