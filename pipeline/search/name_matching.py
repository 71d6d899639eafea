"""Detect names in a query, and rank the reviews that contain them.

A vector captures what "breakfast" means in every language, but nothing about "306号室". Names are
recognised by their spelling (digits, or capitals in an unusual place, as in O'Hare), by occurring
in the file but not in ordinary text (the project's parallel sentences and headings, about 9,000 in
35 languages, and what its judged remarks share across languages, as "Wi-Fi" and "check-in"), and by
being spelt alike in several languages.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache

import numpy as np
import regex

from pipeline.embedding.reference import load_lines
from pipeline.heads.judged_sentences import load_judged_sentences
from pipeline.search.bm25 import LexicalIndex, lexical_tokens, strip_punctuation
from pipeline.text.normalise import fold

# Weight of the lexical ranking when it is fused with the semantic one, whose weight is 1: the query
# is a name, may be a name, or has a name beside other words.
CERTAIN, POSSIBLE, IN_CONTEXT = 3.0, 1.0, 0.3
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:['’‐‑&.-][\p{L}\p{M}\p{N}]+)*")
_INNER_CAPITAL = regex.compile(r"\p{Ll}\p{Lu}|\p{L}['’&.‐‑-]\p{Lu}|\p{Lu}\p{Lu}")
_CODE = regex.compile(r"\p{L}\p{M}*-?\p{N}|\p{N}\p{L}|\p{N}{3,}")  # 306号室, B12, 747
_UNSPACED_SENTENCE = regex.compile(r"\p{Hiragana}|\p{Thai}{9,}|\p{Han}{7,}|\p{Hangul}{7,}")
_SEVERAL_PARTS = regex.compile(r"\w\W+\w|\p{N}\W*[^\W\d]")
_CASED_SCRIPT = regex.compile(r"[\p{Latin}\p{Greek}\p{Cyrillic}]")
_MAX_NAME_WORDS = 4  # of a query that may be a name as a whole
_MAX_CONTENT_WORDS = 5  # a query with more is a sentence
_SHARED_BY = 3  # languages
_RARE = 0.02  # maximum share of the reviews that contain a rare word


@dataclass(frozen=True)
class QueryNames:
    """Names in a query.

    Attributes:
        names: as typed.
        weight: weight of the lexical ranking, see :data:`CERTAIN`; 0 without names.
    """

    names: tuple[str, ...] = ()
    weight: float = 0.0


def find_names(text: str, lexical: LexicalIndex, languages: np.ndarray) -> QueryNames:
    """Find names in a query.

    Args:
        text: text of the query.
        lexical: index of the n reviews.
        languages: int (n,), language code number of each review.
    """
    words = [match.group() for match in _WORD.finditer(text)]
    if not words:
        return QueryNames()
    all_caps = text.isupper()
    short = len(words) <= _MAX_NAME_WORDS and not _UNSPACED_SENTENCE.search(text)
    if len(words) > 1 and short and not _is_ordinary(text):
        # "wi fi", "O Hare": the whole query is a name, however the file spells it.
        rows = lexical.containing_unpunctuated(text)
        if len(rows) and (_is_multilingual(rows, languages) or not any(map(_is_ordinary, words))):
            return QueryNames((text,), CERTAIN)
    content_words = [word for word in words if not is_stop_word_in_any_language(word)]
    if len(content_words) > _MAX_CONTENT_WORDS:
        return QueryNames()  # a sentence: its meaning matters more than its spelling
    names: dict[str, float] = {}
    for position, word in enumerate(words):
        weight = _name_weight(word, position, len(words) == 1, all_caps, lexical, languages)
        if weight:
            names[word] = weight
    if not names:
        return QueryNames()
    # Beside other words a name only promotes what also matches by meaning: "Wi-Fi too slow".
    alone = all(word in names for word in content_words)
    return QueryNames(tuple(names), max(names.values()) if alone else IN_CONTEXT)


def rank_by_names(query: QueryNames, lexical: LexicalIndex) -> tuple[np.ndarray, np.ndarray]:
    """Reviews that contain the names, int64 (k,), ascending, and their scores, float32 (k,).

    Scores are BM25, plus a bonus for each name that occurs as a whole.
    """
    tokens = [token for name in query.names for token in lexical_tokens(fold(name))]
    partial, scores = lexical.score(tokens)
    whole = [_reviews_with(name, lexical) for name in query.names]
    bonus = float(scores.max(initial=1.0))
    reviews = np.union1d(partial, np.concatenate(whole)) if whole else partial
    totals = np.zeros(len(reviews), np.float32)
    totals[np.searchsorted(reviews, partial)] = scores
    exact = np.zeros(len(reviews), bool)
    for rows in whole:
        totals[np.searchsorted(reviews, rows)] += bonus
        exact[np.searchsorted(reviews, rows)] = True
    # Bigrams alone are no match (京都 in 東京都), unless no review has a whole name.
    kept = exact if exact.any() else np.ones(len(reviews), bool)
    return reviews[kept], totals[kept]


def _name_weight(
    word: str,
    position: int,
    alone: bool,
    all_caps: bool,
    lexical: LexicalIndex,
    languages: np.ndarray,
) -> float:
    """Weight of a word as a name, 0 if it is none; ``alone``: the query has no other word."""
    if _UNSPACED_SENTENCE.search(word) or is_stop_word_in_any_language(word):
        return 0.0
    rows = _reviews_with(word, lexical)
    if not len(rows):
        return 0.0
    rare = len(rows) <= max(3, _RARE * lexical.review_count)
    ordinary = _is_ordinary(word)
    if not all_caps and _INNER_CAPITAL.search(word) and not ordinary:
        return CERTAIN
    if _CODE.search(word):
        return CERTAIN if rare or alone else 0.0
    if word.isnumeric():
        return POSSIBLE if alone else 0.0  # a quantity: "30 minutes", "2 nights"
    if ordinary:
        return POSSIBLE if alone and _is_multilingual(rows, languages) else 0.0
    capitalised = _CASED_SCRIPT.match(word) and word[0].isupper() and not all_caps
    if alone:
        return CERTAIN if capitalised or _is_multilingual(rows, languages) else POSSIBLE
    if capitalised and position > 0:
        return CERTAIN if rare and _is_multilingual(rows, languages) else POSSIBLE
    return 0.0


def _reviews_with(name: str, lexical: LexicalIndex) -> np.ndarray:
    """Reviews that contain a name, ascending; a name of several parts in any spelling."""
    rows = lexical.containing_word(name)
    if _SEVERAL_PARTS.search(name) and len(strip_punctuation(fold(name))) > 2:
        return np.union1d(rows, lexical.containing_unpunctuated(name))
    return rows


def _is_multilingual(rows: np.ndarray, languages: np.ndarray) -> bool:
    """Whether reviews in several languages share the spelling, as names do and words rarely do."""
    counts = np.bincount(languages[rows])
    counts = counts[counts > 0]
    return len(counts) >= 3 or (len(counts) == 2 and counts.min() * 3 >= counts.max())


def _is_ordinary(word: str) -> bool:
    """Whether a word, or a short text, occurs in ordinary sentences."""
    folded = fold(word)
    known, lines = _ordinary_words()
    if folded in known or f"{folded}s" in known or folded.removesuffix("s") in known:
        return True
    return not _CASED_SCRIPT.search(folded) and folded in lines


@cache
def _ordinary_words() -> tuple[frozenset[str], str]:
    """Words of ordinary sentences, and the sentences themselves, one per line; folded."""
    lines = [
        fold(line)
        for name in ("parallel", "aspects")
        for rows in load_lines(name).values()
        for line in rows
    ]
    words = {word for line in lines for word in _WORD.findall(line)}
    return frozenset(words | _shared_words()), "\n".join(lines)


def _shared_words() -> set[str]:
    """Folded words of the judged remarks of several languages: "wi-fi", "tv", "check-in"."""
    judged = load_judged_sentences()
    words: dict[str, set[str]] = {}
    for language, text in zip(judged.languages.tolist(), judged.texts, strict=True):
        words.setdefault(language, set()).update(_WORD.findall(text))
    # Each word is folded once, not wherever it stands.
    languages = Counter(
        word for own in words.values() for word in set(_WORD.findall(fold("\n".join(own))))
    )
    return {word for word, count in languages.items() if count >= _SHARED_BY}


@cache
def is_stop_word_in_any_language(word: str) -> bool:
    """Whether a word is a stop word in any of the 35 languages."""
    return fold(word) in _stop_words()


@cache
def _stop_words() -> frozenset[str]:
    from stopwordsiso import stopwords

    # Single letters are left out (except "a" and "i"): they end French and Polish words and begin
    # names.
    return frozenset(
        folded
        for language in load_lines("parallel")
        for word in stopwords(language)
        if len(folded := fold(word)) > 1 or folded in "ai"
    )
