"""Highlights: the sentence of a hit that is closest to the query, and the query's words in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import regex

from pipeline.embedding.neutral import NeutralSpace
from pipeline.search.name_matching import is_stop_word_in_any_language
from pipeline.search.query import Query
from pipeline.text.normalise import fold, fold_with_offsets

_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")
_UNSPACED = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\u30fc\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
)
_DICTIONARY_LANGUAGES = {"ja", "ko", "th", "zh"}  # words are found with a dictionary
_MAX_TERMS = 50


class DocumentEncoder(Protocol):
    """The part of :class:`pipeline.embedding.encoder.Encoder` that highlights need."""

    def encode_documents(self, texts: Sequence[str]) -> np.ndarray:
        """Embed texts: float32 (n, d), rows of length 1."""
        ...


@dataclass(frozen=True)
class Highlight:
    """What to mark in a review's text, as character spans (start, end).

    Attributes:
        sentence: the sentence closest to the query.
        terms: words of the query, in ascending order, without overlaps.
    """

    sentence: tuple[int, int]
    terms: tuple[tuple[int, int], ...]


def find_highlights(
    query: Query,
    vector: np.ndarray,
    texts: Sequence[str],
    languages: np.ndarray,
    encoder: DocumentEncoder,
    space: NeutralSpace,
    *,
    names: Sequence[str] = (),
) -> list[Highlight]:
    """Find what to mark in each of a few hits.

    The hits' sentences are embedded here, so pass only the hits that are shown.

    Args:
        query: the query.
        vector: float32 (d,), the query in the neutral space.
        texts, languages: texts and languages of the k hits.
        encoder, space: encoder and neutral space of the analysis.
        names: names in the query, see :class:`pipeline.search.hybrid.SearchResult`.
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
    # The only sentence of a review is the closest one; it needs no vector.
    to_embed = np.flatnonzero(counts[sentences.review] > 1)
    cosines = np.zeros(len(pieces))
    if len(to_embed):
        raw = encoder.encode_documents([pieces[number] for number in to_embed])
        cosines[to_embed] = space.transform(raw) @ vector
    terms = highlight_terms(query, names)
    found = []
    for row, text in enumerate(texts):
        own = np.flatnonzero(sentences.review == row)
        span = (0, len(text))
        if len(own):
            closest = own[np.argmax(cosines[own])]
            span = (int(sentences.starts[closest]), int(sentences.ends[closest]))
        found.append(Highlight(span, term_spans(text, terms)))
    return found


def highlight_terms(query: Query, names: Sequence[str] = ()) -> tuple[str, ...]:
    """Terms of a query to mark in its hits: phrases, names and content words, folded."""
    from pipeline.text.language_id import detect_languages
    from pipeline.text.tokenise import split_words

    words = [*query.phrases, *names]
    if query.text:
        (language,) = detect_languages([query.text])
        if language in _DICTIONARY_LANGUAGES:
            words += split_words(query.text, str(language))
        words += [
            word
            for word in _WORD.findall(query.text)
            if not is_stop_word_in_any_language(word) and (len(word) > 1 or not word.isascii())
        ]
    folded = (fold(word) for word in words)
    return tuple(dict.fromkeys(word for word in folded if word))[:_MAX_TERMS]


def term_spans(text: str, terms: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Find folded terms in a text: as whole words, or anywhere in scripts without spaces.

    Returns:
        Start and end of each occurrence, ascending; spans that touch or overlap are merged.
    """
    folded, starts, ends = fold_with_offsets(text)
    spans = []
    for term in terms:
        whole_word = _is_spaced(term)
        at = folded.find(term)
        while at >= 0:
            end = at + len(term)
            if not whole_word or not (_continues(folded, at - 1) or _continues(folded, end)):
                spans.append((starts[at], ends[end - 1]))
            at = folded.find(term, at + 1)
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def _is_spaced(text: str) -> bool:
    """Whether a text is in scripts that separate words by spaces."""
    return not _UNSPACED.search(text)


def _continues(text: str, at: int) -> bool:
    """Whether the character at this position would continue a word of a script with spaces."""
    return 0 <= at < len(text) and text[at].isalnum() and _is_spaced(text[at])
