"""Highlights: the words of a query that are marked in its hits."""

from __future__ import annotations

from collections.abc import Sequence

import regex

from pipeline.search.name_matching import is_stop_word_in_any_language
from pipeline.text.normalise import fold, fold_with_offsets

_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")
_UNSPACED = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\u30fc\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
)
_DICTIONARY_LANGUAGES = {"ja", "ko", "th", "zh"}  # words are found with a dictionary
_MAX_TERMS = 50


def highlight_terms(
    text: str, phrases: Sequence[str] = (), names: Sequence[str] = ()
) -> tuple[str, ...]:
    """Terms of a query to mark in its hits: phrases, names and content words, folded.

    Args:
        text: of the query, without quotation marks and exclusions.
        phrases: of the query.
        names: parts of the query that were matched literally.
    """
    from pipeline.text.language_id import detect_languages
    from pipeline.text.tokenise import split_words

    words = [*phrases, *names]
    if text:
        (language,) = detect_languages([text])
        if language in _DICTIONARY_LANGUAGES:
            words += split_words(text, str(language))
        words += [
            word
            for word in _WORD.findall(text)
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
