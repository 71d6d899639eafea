"""Why a review was found: its closest sentence, and the query's own words in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import regex

from pipeline.embedding.neutral import NeutralSpace
from pipeline.search.name_matching import is_stop_word
from pipeline.search.query import Query
from pipeline.text.normalise import fold, fold_with_offsets

_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")
_DICTIONARY = {"ja", "ko", "th", "zh"}
_MOST_WORDS = 50


class Documents(Protocol):
    """What is needed of a model here; any :class:`pipeline.embedding.encoder.Encoder` has it."""

    def encode_documents(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of texts that are searched: float32 (n, d), rows of length 1."""
        ...


@dataclass(frozen=True)
class Why:
    """What to mark in a review's text, in characters of it.

    Attributes:
        sentence: start and end of the closest sentence.
        words: start and end of each word of the query, rising, none overlapping another.
    """

    sentence: tuple[int, int]
    words: tuple[tuple[int, int], ...]


def why_matched(
    query: Query,
    vector: np.ndarray,
    texts: Sequence[str],
    languages: np.ndarray,
    encoder: Documents,
    space: NeutralSpace,
    *,
    names: Sequence[str] = (),
) -> list[Why]:
    """What to mark in each of a few hits.

    Args:
        query: what was asked.
        vector: float32 (d,), the query in the neutral space.
        texts, languages: of the hits.
        encoder, space: those of the analysis; the sentences are embedded now, so give it the few
            hits that are shown.
        names: what was looked for by its letters, see :class:`pipeline.search.hybrid.Found`.
    """
    from pipeline.text.sentences import split_sentences

    sentences = split_sentences(texts, languages)
    pieces = [
        texts[row][start:end]
        for row, start, end in zip(
            sentences.review.tolist(),
            sentences.starts.tolist(),
            sentences.ends.tolist(),
            strict=True,
        )
    ]
    counts = np.bincount(sentences.review, minlength=len(texts))
    # A review of one sentence needs no vector.
    asked = np.flatnonzero(counts[sentences.review] > 1)
    cosines = np.zeros(len(pieces))
    if len(asked):
        raw = encoder.encode_documents([pieces[number] for number in asked])
        cosines[asked] = space.transform(raw) @ vector
    wanted = query_words(query, names)
    found = []
    for row, text in enumerate(texts):
        own = np.flatnonzero(sentences.review == row)
        span = (0, len(text))
        if len(own):
            best = own[np.argmax(cosines[own])]
            span = (int(sentences.starts[best]), int(sentences.ends[best]))
        found.append(Why(span, word_spans(text, wanted)))
    return found


def query_words(query: Query, names: Sequence[str] = ()) -> tuple[str, ...]:
    """What of a query is worth marking: phrases, names, and words that tell something; folded."""
    from pipeline.text.language_id import detect_languages
    from pipeline.text.tokenise import split_words

    words = [*query.phrases, *names]
    if query.text:
        (language,) = detect_languages([query.text])
        if language in _DICTIONARY:
            words += split_words(query.text, str(language))
        words += [
            word
            for word in _WORD.findall(query.text)
            if not is_stop_word(word) and (len(word) > 1 or not word.isascii())
        ]
    folded = (fold(word) for word in words)
    return tuple(dict.fromkeys(word for word in folded if word))[:_MOST_WORDS]


def word_spans(text: str, words: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Where the folded words stand in a text: whole words, or any part where no spaces part words.

    Returns:
        Start and end of each place, rising; places that touch or overlap are joined.
    """
    folded, starts, ends = fold_with_offsets(text)
    spans = []
    for word in words:
        whole = _spaced(word)
        at = folded.find(word)
        while at >= 0:
            end = at + len(word)
            if not whole or not (_goes_on(folded, at - 1) or _goes_on(folded, end)):
                spans.append((starts[at], ends[end - 1]))
            at = folded.find(word, at + 1)
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


_UNSPACED = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\u30fc\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
)


def _spaced(word: str) -> bool:
    return not _UNSPACED.search(word)


def _goes_on(text: str, place: int) -> bool:
    """Whether a letter of a spaced script stands here."""
    return 0 <= place < len(text) and text[place].isalnum() and _spaced(text[place])
