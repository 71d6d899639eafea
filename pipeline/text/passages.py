"""Passages: clauses that say one thing each, which search ranks, as offsets into the text.

A sentence such as "clean and quiet, but the TV was broken" says several things, and its vector is
close to none of them. Sentences are therefore cut at commas, semicolons, dashes and words such as
"but" where both sides are long enough to say something; what has no punctuation is cut into windows
of about twenty words. docs/search.md has the figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import regex

from pipeline.text.sentences import split_sentences

# A CJK letter weighs 1, a word of another script 2, three letters of Thai and its like 2.
_MIN_WEIGHT = 5
_MAX_WEIGHT = 52  # more is cut into windows
_WINDOW_WEIGHT = 40

_BUT = {
    "with spaces": "but however although though except aber jedoch allerdings mais cependant pero "
    "sino aunque però tuttavia mas porém contudo maar echter men dock ale jednak lecz no но однако "
    "зато але проте avšak dar însă mutta de viszont αλλά όμως ama fakat ancak لكن ولكن بس אבל लेकिन "
    "मगर परंतु lekin tapi tetapi namun nhưng 但是 지만",
    "anywhere": "但是 可是 不过 不過 แต่(?!ง|ละ)",
}
_SPACED_BUT = "|".join(_BUT["with spaces"].replace(" no ", " ").split())
_BREAK = regex.compile(
    r"[,;:，、；：،؛·|](?!\d)\s*|\s[–—/+-]\s+|…\s*"
    rf"|\s+(?=(?:{_SPACED_BUT})\s)|(?<=지만)\s+"
    rf"|(?<=\S)(?={'|'.join(_BUT['anywhere'].split())})",
    regex.IGNORECASE,
)
_WORD = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]"
    r"|[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]{1,3}"
    r"|[\p{L}\p{M}\p{N}--[\p{Han}\p{Hangul}\p{Katakana}\p{Hiragana}"
    r"\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]]+",
    regex.V1,
)
_CJK = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]")


@dataclass(frozen=True)
class PassageSpans:
    """The p passages of m texts, in order of text and position.

    Attributes:
        starts, ends: int64 (p,), offsets in the text.
        text: int64 (p,), index of the text, ascending; every text has at least one passage.
    """

    starts: np.ndarray
    ends: np.ndarray
    text: np.ndarray

    def __len__(self) -> int:
        return len(self.text)

    def cut(self, texts: Sequence[str]) -> list[str]:
        """Cut the passages out of the m texts."""
        spans = zip(self.text.tolist(), self.starts.tolist(), self.ends.tolist(), strict=True)
        return [texts[text][start:end] for text, start, end in spans]


def split_passages(texts: Sequence[str], languages: np.ndarray) -> PassageSpans:
    """Split texts into passages.

    Args:
        texts: m texts: reviews or sentences.
        languages: str (m,), ISO 639-1 codes.
    """
    sentences = split_sentences(texts, languages)
    starts: list[int] = []
    ends: list[int] = []
    owner: list[int] = []
    for text, start, end in zip(
        sentences.review.tolist(), sentences.starts.tolist(), sentences.ends.tolist(), strict=True
    ):
        for a, b in _split_sentence(texts[text], start, end):
            starts.append(a)
            ends.append(b)
            owner.append(text)
    return PassageSpans(
        np.array(starts, np.int64), np.array(ends, np.int64), np.array(owner, np.int64)
    )


def text_weight(text: str) -> int:
    """The length of a text in any script: 2 for a word, 1 for a CJK letter."""
    return sum(_word_weight(text, found.start()) for found in _WORD.finditer(text))


def _split_sentence(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Start and end of each passage of a sentence."""
    if end - start <= _MIN_WEIGHT:
        return [(start, end)]
    spans: list[tuple[int, int]] = []
    at, weight = start, 0
    previous = start
    for found in _BREAK.finditer(text, start, end):
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
    words = [(found.start(), found.end()) for found in _WORD.finditer(text, start, end)]
    weights = np.cumsum([_word_weight(text, a) for a, _ in words]) if words else np.zeros(0, int)
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
    return sum(_word_weight(text, found.start()) for found in _WORD.finditer(text, start, end))


def _word_weight(text: str, at: int) -> int:
    return 1 if _CJK.match(text, at) else 2
