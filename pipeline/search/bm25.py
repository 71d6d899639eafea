"""Lexical search: BM25 over words and character bigrams, and exact phrases.

Text is split at spaces; runs of Chinese, Japanese, Korean, Thai, Lao, Khmer and Burmese into
overlapping character bigrams, as Lucene's CJK analyser does. A dictionary would take minutes for a
large file and would split the very names that are looked for here. SQLite's trigram index cannot
find words of two characters, which are the norm in Chinese and Japanese.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import regex
from scipy.sparse import csr_array

from pipeline.text.normalise import fold

_UNSPACED = (
    r"\p{Han}\p{Hiragana}\p{Katakana}\u30fc\p{Bopomofo}\p{Hangul}"
    r"\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
)
_RUN = regex.compile(
    rf"(?P<bigrams>[{_UNSPACED}]+)|(?P<word>[[\p{{L}}\p{{M}}\p{{N}}]--[{_UNSPACED}]]+)", regex.V1
)
_LETTER = rf"[[\p{{L}}\p{{M}}\p{{N}}]--[{_UNSPACED}]]"
# Names that others write as one word: wi-fi, o'hare, b&b, and "wi fi".
_COMPOUND = regex.compile(rf"(?<!{_LETTER}){_LETTER}++(?:['&./-]{_LETTER}+)+", regex.V1)
_SHORT_PAIR = regex.compile(
    rf"(?<!{_LETTER})({_LETTER}{{1,3}}) (?=({_LETTER}{{1,3}})(?!{_LETTER}))", regex.V1
)
_PUNCTUATION = regex.compile(r"[^\p{L}\p{M}\p{N}]+")
_K1, _B = 1.2, 0.75  # as in Lucene and Robertson & Zaragoza 2009
_MAX_TOKEN_LENGTH = 40  # characters; longer words are cut


def lexical_tokens(folded: str) -> list[str]:
    """Tokens of a folded text: words, character bigrams, and compounds written as one word."""
    found = []
    for run in _RUN.finditer(folded):
        text = run.group()
        if run.lastgroup == "word" or len(text) == 1:
            found.append(text[:_MAX_TOKEN_LENGTH])
        else:
            found += [text[i : i + 2] for i in range(len(text) - 1)]
    found += [strip_punctuation(word)[:_MAX_TOKEN_LENGTH] for word in _COMPOUND.findall(folded)]
    found += [first + second for first, second in _SHORT_PAIR.findall(folded)]
    return found


def strip_punctuation(folded: str) -> str:
    """Letters and digits only: "wi-fi", "wi fi" and "wifi" become the same."""
    return _PUNCTUATION.sub("", folded)


@dataclass(frozen=True)
class LexicalIndex:
    """Inverted index of n reviews with BM25 weights; methods return reviews in ascending order.

    Attributes:
        vocabulary: token -> number.
        starts: int64 (tokens + 1,), where each token's postings begin.
        rows: int32 (postings,), reviews that contain the token, ascending.
        weights: float32 (postings,), BM25 weight of the token in the review, idf included.
        folded: the n folded texts, one per line.
    """

    vocabulary: dict[str, int]
    starts: np.ndarray
    rows: np.ndarray
    weights: np.ndarray
    folded: str

    @property
    def review_count(self) -> int:
        """Number of reviews, n."""
        return len(self._line_starts) - 1

    def postings(self, token: str) -> np.ndarray:
        """Reviews that contain the token: int32."""
        number = self.vocabulary.get(token)
        if number is None:
            return self.rows[:0]
        return self.rows[self.starts[number] : self.starts[number + 1]]

    def score(self, tokens: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Reviews with any of the tokens, int64 (k,), and their BM25 scores, float32 (k,)."""
        numbers = [
            self.vocabulary[token] for token in dict.fromkeys(tokens) if token in self.vocabulary
        ]
        if not numbers:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        parts = [slice(self.starts[number], self.starts[number + 1]) for number in numbers]
        rows = np.concatenate([self.rows[part] for part in parts])
        weights = np.concatenate([self.weights[part] for part in parts])
        reviews, inverse = np.unique(rows, return_inverse=True)
        scores = np.bincount(inverse, weights=weights)
        return reviews.astype(np.int64), scores.astype(np.float32)

    def containing(self, phrase: str) -> np.ndarray:
        """Reviews whose folded text contains the folded phrase: int64."""
        needle = fold(phrase)
        if not needle:
            return np.zeros(0, np.int64)
        tokens = _implied_tokens(needle)
        if tokens == [needle]:  # a bigram: its postings are the answer
            return self.postings(needle).astype(np.int64)
        candidates = self._containing_all(tokens)
        if candidates is not None:
            return np.array([row for row in candidates if needle in self._line(row)], np.int64)
        found = []
        at = self.folded.find(needle)
        while at >= 0:
            row = int(np.searchsorted(self._line_starts, at, side="right")) - 1
            found.append(row)
            at = self.folded.find(needle, self._line_starts[row + 1])
        return np.array(found, np.int64)

    def containing_unpunctuated(self, phrase: str) -> np.ndarray:
        """As :meth:`containing`, ignoring spaces and punctuation: "wi fi" finds "Wi-Fi". int64.

        Only reviews that contain all words of the phrase, or the phrase as one word, are found.
        """
        folded = fold(phrase)
        needle = strip_punctuation(folded)
        if not needle:
            return np.zeros(0, np.int64)
        words = [token for run in _RUN.finditer(folded) for token in lexical_tokens(run.group())]
        with_all = self._containing_all(words)
        parts = [self.postings(needle[:_MAX_TOKEN_LENGTH])]
        if with_all is not None:
            parts.append(with_all)
        candidates = np.unique(np.concatenate(parts))
        return np.array(
            [row for row in candidates if needle in strip_punctuation(self._line(row))], np.int64
        )

    def containing_word(self, word: str) -> np.ndarray:
        """Reviews that contain the word: a whole word if its script has spaces, else any part."""
        folded = fold(word)
        runs = list(_RUN.finditer(folded))
        if len(runs) == 1 and runs[0].group() == folded and runs[0].lastgroup == "word":
            return self.postings(folded[:_MAX_TOKEN_LENGTH]).astype(np.int64)
        if strip_punctuation(folded) in self.vocabulary and _COMPOUND.fullmatch(folded):
            return self.postings(strip_punctuation(folded)).astype(np.int64)
        return self.containing(word)

    @cached_property
    def _line_starts(self) -> np.ndarray:
        """Where each line of the folded texts begins, and the end + 1: int64 (n + 1,)."""
        lengths = [len(line) + 1 for line in self.folded.split("\n")]
        return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)

    def _line(self, row: int) -> str:
        return self.folded[self._line_starts[row] : self._line_starts[row + 1] - 1]

    def _containing_all(self, tokens: Sequence[str]) -> np.ndarray | None:
        """Reviews that contain all of the tokens; None when no tokens are given."""
        if not tokens:
            return None
        shortest, *others = sorted((self.postings(token) for token in set(tokens)), key=len)
        rows = shortest
        for other in others:
            if not len(rows):
                break
            rows = rows[np.isin(rows, other, assume_unique=True)]
        return rows


def _implied_tokens(needle: str) -> list[str]:
    """Tokens of every text that contains the needle, so without words at its ends."""
    found: list[str] = []
    for run in _RUN.finditer(needle):
        if run.lastgroup == "bigrams" and len(run.group()) > 1:
            found += lexical_tokens(run.group())
        elif run.lastgroup == "word" and run.start() > 0 and run.end() < len(needle):
            found.append(run.group()[:_MAX_TOKEN_LENGTH])
    return found


def build_lexical_index(texts: Sequence[str]) -> LexicalIndex:
    """Index n texts; about 15,000 short reviews per second on one core."""
    # By hand: scikit-learn's counter is as fast, but takes 2.4 s and 147 MB to import, which the
    # web server needs for nothing else.
    folded = [fold(text) for text in texts]
    vocabulary: dict[str, int] = {}
    columns: list[int] = []
    numbers: list[int] = []
    ends = [0]
    for text in folded:
        counted = Counter(lexical_tokens(text))
        columns += [vocabulary.setdefault(token, len(vocabulary)) for token in counted]
        numbers += counted.values()
        ends.append(len(columns))
    if not vocabulary:
        none = np.zeros(0, np.int32)
        return LexicalIndex(
            {}, np.zeros(1, np.int64), none, none.astype(np.float32), "\n".join(folded)
        )
    shape = len(folded), len(vocabulary)
    counts = csr_array((np.array(numbers, np.int32), columns, ends), shape=shape).tocsc()
    df = np.diff(counts.indptr)
    lengths = np.asarray(counts.sum(axis=1)).ravel().astype(np.float32)
    n = len(folded)
    idf = np.log1p((n - df + 0.5) / (df + 0.5)).astype(np.float32)
    tf = counts.data.astype(np.float32)
    norm = _K1 * (1 - _B + _B * lengths / max(float(lengths.mean()), 1e-9))
    weights = np.repeat(idf, df) * tf * (_K1 + 1) / (tf + norm[counts.indices])
    return LexicalIndex(
        vocabulary=vocabulary,
        starts=counts.indptr.astype(np.int64),
        rows=counts.indices.astype(np.int32),
        weights=weights.astype(np.float32),
        folded="\n".join(folded),
    )
