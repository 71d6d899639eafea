"""Which parts of a query are names, to be found by their letters rather than by their meaning.

A vector knows what "breakfast" means in every language, but nothing of "306号室". Names
give themselves away by their letters (digits, capitals within or where none is due, O'Hare), by
being in the file and in no ordinary sentence (the project's parallel sentences and headings, about
9,000 in 35 languages, stand for those), and by being written alike in several languages.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import regex

from pipeline.embedding.reference import load_lines
from pipeline.search.bm25 import LexicalIndex, squeeze, tokens
from pipeline.text.normalise import fold

SURE, MAYBE, BESIDE = 3.0, 1.0, 0.3  # weights of the lexical ranking beside the vectors' 1
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:['’‐‑&.-][\p{L}\p{M}\p{N}]+)*")
_INNER_CAPITAL = regex.compile(r"\p{Ll}\p{Lu}|\p{L}['’&.‐‑-]\p{Lu}|\p{Lu}\p{Lu}")
_CODE = regex.compile(r"\p{L}\p{M}*-?\p{N}|\p{N}\p{L}|\p{N}{3,}")  # 306号室, B12, 747
_RUNNING = regex.compile(r"\p{Hiragana}|\p{Thai}{9,}|\p{Han}{7,}|\p{Hangul}{7,}")
_PARTS = regex.compile(r"\w\W+\w|\p{N}\W*[^\W\d]")
_ABC = regex.compile(r"[\p{Latin}\p{Greek}\p{Cyrillic}]")
_FEW_WORDS = 4  # of a query that may be a name as a whole
_MANY_WORDS = 5  # that tell something: more make a sentence
_RARE = 0.02  # share of the reviews that have a rare word


@dataclass(frozen=True)
class Letters:
    """What of a query is looked for by its letters.

    Attributes:
        names: as typed.
        weight: of the lexical ranking beside the vectors' 1; 0 for a query of meaning alone.
    """

    names: tuple[str, ...] = ()
    weight: float = 0.0


def find_names(text: str, lexical: LexicalIndex, languages: np.ndarray) -> Letters:
    """The names in a query's text, among n reviews; ``languages`` are numbers, int (n,)."""
    words = [match.group() for match in _WORD.finditer(text)]
    if not words:
        return Letters()
    shouting = text.isupper()
    short = len(words) <= _FEW_WORDS and not _RUNNING.search(text)
    if len(words) > 1 and short and not _ordinary(text):
        # "wi fi", "O Hare": a name that only as a whole is in the file, written in any way.
        rows = lexical.containing_letters(text)
        if len(rows) and (_spread(rows, languages) or not any(map(_ordinary, words))):
            return Letters((text,), SURE)
    telling = [word for word in words if not is_stop_word(word)]
    if len(telling) > _MANY_WORDS:
        return Letters()  # a sentence: what it says matters more than how it is written
    names: dict[str, float] = {}
    for place, word in enumerate(words):
        weight = _weight(word, place, len(words) == 1, shouting, lexical, languages)
        if weight:
            names[word] = weight
    if not names:
        return Letters()
    # Beside other words a name lifts only what the meaning has found, too: "Wi-Fi too slow".
    alone = all(word in names for word in telling)
    return Letters(tuple(names), max(names.values()) if alone else BESIDE)


def rank_names(found: Letters, lexical: LexicalIndex) -> tuple[np.ndarray, np.ndarray]:
    """Reviews that have the names' letters and their BM25 scores, rising rows: int64, float32 (m,).

    A review that has a whole name letter by letter comes before one that has its parts.
    """
    wanted = [token for name in found.names for token in tokens(fold(name))]
    rows, scores = lexical.rank(wanted)
    whole = [_rows(name, lexical) for name in found.names]
    bonus = float(scores.max(initial=1.0))
    both = np.union1d(rows, np.concatenate(whole)) if whole else rows
    total = np.zeros(len(both), np.float32)
    total[np.searchsorted(both, rows)] = scores
    exact = np.zeros(len(both), bool)
    for each in whole:
        total[np.searchsorted(both, each)] += bonus
        exact[np.searchsorted(both, each)] = True
    # Pairs of characters alone (京都 in 東京都) are no name: they count where nothing is whole.
    kept = exact if exact.any() else np.ones(len(both), bool)
    return both[kept], total[kept]


def _weight(
    word: str,
    place: int,
    alone: bool,
    shouting: bool,
    lexical: LexicalIndex,
    languages: np.ndarray,
) -> float:
    if _RUNNING.search(word) or is_stop_word(word):
        return 0.0  # a sentence that is written without spaces
    rows = _rows(word, lexical)
    if not len(rows):
        return 0.0
    rare = len(rows) <= max(3, _RARE * lexical.reviews)
    if not shouting and _INNER_CAPITAL.search(word):
        return SURE
    if _CODE.search(word):
        return SURE if rare or alone else 0.0
    if word.isnumeric():
        return MAYBE if alone else 0.0  # "30 minutes", "2 nights" count something
    if _ordinary(word):
        return MAYBE if alone and _spread(rows, languages) else 0.0
    capital = _ABC.match(word) and word[0].isupper() and not shouting
    if alone:
        return SURE if capital or _spread(rows, languages) else MAYBE
    if capital and place > 0:
        return SURE if rare and _spread(rows, languages) else MAYBE
    return 0.0


def _rows(name: str, lexical: LexicalIndex) -> np.ndarray:
    """Reviews that have a name, rising: a word as a word, several in any way of writing."""
    rows = lexical.with_word(name)
    if _PARTS.search(name) and len(squeeze(fold(name))) > 2:
        return np.union1d(rows, lexical.containing_letters(name))
    return rows


def _spread(rows: np.ndarray, languages: np.ndarray) -> bool:
    """Whether several languages write it so: names are, words rarely."""
    counts = np.bincount(languages[rows])
    counts = counts[counts > 0]
    return len(counts) >= 3 or (len(counts) == 2 and counts.min() * 3 >= counts.max())


def _ordinary(word: str) -> bool:
    """Whether ordinary sentences have it."""
    folded = fold(word)
    known, lines = _ordinary_words()
    if folded in known or f"{folded}s" in known or folded.removesuffix("s") in known:
        return True
    return not _ABC.search(folded) and folded in lines


@cache
def _ordinary_words() -> tuple[frozenset[str], str]:
    lines = [
        fold(line)
        for name in ("parallel", "aspects")
        for rows in load_lines(name).values()
        for line in rows
    ]
    words = {word for line in lines for word in _WORD.findall(line)}
    return frozenset(words), "\n".join(lines)


@cache
def is_stop_word(word: str) -> bool:
    """Whether it is a word of grammar in any of the languages."""
    return fold(word) in _stop_words()


@cache
def _stop_words() -> frozenset[str]:
    from stopwordsiso import stopwords

    # One letter or two are left out: they end French and Polish words, and begin names.
    return frozenset(
        folded
        for language in load_lines("parallel")
        for word in stopwords(language)
        if len(folded := fold(word)) > 1 or folded in "ai"
    )
