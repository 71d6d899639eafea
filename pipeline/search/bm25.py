"""Reviews by their letters: words and pairs of characters, weighed by BM25, and exact phrases.

Languages that write spaces are cut at them; runs of Chinese, Japanese, Korean, Thai, Lao, Khmer and
Burmese into overlapping pairs of characters, as Lucene's CJK analyser does: a dictionary would take
minutes for a large file, and cuts the very names apart that are looked for here. SQLite's trigram
index was weighed and can't find the two-character words that Chinese and Japanese mostly have.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import regex

from pipeline.text.normalise import fold

_UNSPACED = (
    r"\p{Han}\p{Hiragana}\p{Katakana}\u30fc\p{Bopomofo}\p{Hangul}"
    r"\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
)
_RUN = regex.compile(
    rf"(?P<pairs>[{_UNSPACED}]+)|(?P<word>[[\p{{L}}\p{{M}}\p{{N}}]--[{_UNSPACED}]]+)", regex.V1
)
_LETTER = rf"[[\p{{L}}\p{{M}}\p{{N}}]--[{_UNSPACED}]]"
# wi-fi, o'hare, b&b; and "wi fi": the parts of a name that others write as one.
_JOINED = regex.compile(rf"{_LETTER}+(?:['&./-]{_LETTER}+)+", regex.V1)
_SHORT = regex.compile(
    rf"(?<!{_LETTER})({_LETTER}{{1,3}}) (?=({_LETTER}{{1,3}})(?!{_LETTER}))", regex.V1
)
_NO_LETTER = regex.compile(r"[^\p{L}\p{M}\p{N}]+")
_K1, _B = 1.2, 0.75  # as in Lucene and Robertson & Zaragoza 2009
_LONGEST = 40  # characters of a word that is counted


def tokens(folded: str) -> list[str]:
    """What a folded text is found by: words, pairs of characters, and words written together."""
    found = []
    for run in _RUN.finditer(folded):
        text = run.group()
        if run.lastgroup == "word" or len(text) == 1:
            found.append(text[:_LONGEST])
        else:
            found += [text[i : i + 2] for i in range(len(text) - 1)]
    found += [squeeze(joined)[:_LONGEST] for joined in _JOINED.findall(folded)]
    found += [first + second for first, second in _SHORT.findall(folded)]
    return found


def squeeze(folded: str) -> str:
    """Letters and digits alone: "wi-fi", "wi fi" and "wifi" are one."""
    return _NO_LETTER.sub("", folded)


@dataclass(frozen=True)
class LexicalIndex:
    """BM25 over n reviews.

    Attributes:
        vocabulary: token -> number.
        starts: int64 (tokens + 1,), where each token's postings begin.
        rows: int32 (postings,), reviews that have the token, rising.
        weights: float32 (postings,), BM25 weight of the token in the review, idf included.
        folded: the n folded texts, one a line.
    """

    vocabulary: dict[str, int]
    starts: np.ndarray
    rows: np.ndarray
    weights: np.ndarray
    folded: str

    @property
    def reviews(self) -> int:
        """n."""
        return len(self._lines) - 1

    def postings(self, token: str) -> np.ndarray:
        """Reviews that have the token: int32, rising."""
        number = self.vocabulary.get(token)
        if number is None:
            return self.rows[:0]
        return self.rows[self.starts[number] : self.starts[number + 1]]

    def rank(self, wanted: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Reviews with any of the tokens, rising, and their BM25 scores: int64, float32 (m,)."""
        numbers = [self.vocabulary[token] for token in dict.fromkeys(wanted) if token in self]
        if not numbers:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        parts = [slice(self.starts[number], self.starts[number + 1]) for number in numbers]
        rows = np.concatenate([self.rows[part] for part in parts])
        weights = np.concatenate([self.weights[part] for part in parts])
        found, places = np.unique(rows, return_inverse=True)
        scores = np.bincount(places, weights=weights)
        return found.astype(np.int64), scores.astype(np.float32)

    def containing(self, phrase: str) -> np.ndarray:
        """Reviews whose folded text contains the folded phrase: int64, rising."""
        needle = fold(phrase)
        if not needle:
            return np.zeros(0, np.int64)
        wanted = _certain(needle)
        if wanted == [needle]:  # two characters side by side: what the index holds
            return self.postings(needle).astype(np.int64)
        rows = self._having(wanted)
        if rows is not None:
            return np.array([row for row in rows if needle in self._line(row)], np.int64)
        found = []
        at = self.folded.find(needle)
        while at >= 0:
            row = int(np.searchsorted(self._lines, at, side="right")) - 1
            found.append(row)
            at = self.folded.find(needle, self._lines[row + 1])
        return np.array(found, np.int64)

    def containing_letters(self, phrase: str) -> np.ndarray:
        """The same without regard to blanks and signs: "wi fi" finds "Wi-Fi". int64, rising.

        Reviews are looked at that have all its words, or the whole as one word.
        """
        folded = fold(phrase)
        needle = squeeze(folded)
        if not needle:
            return np.zeros(0, np.int64)
        words = [token for run in _RUN.finditer(folded) for token in tokens(run.group())]
        having = self._having(words)
        parts = [self.postings(needle[:_LONGEST]), *([] if having is None else [having])]
        rows = np.unique(np.concatenate(parts))
        return np.array([row for row in rows if needle in squeeze(self._line(row))], np.int64)

    def with_word(self, word: str) -> np.ndarray:
        """Reviews with the word: as a whole where spaces part words, else anywhere. int64."""
        folded = fold(word)
        runs = list(_RUN.finditer(folded))
        if len(runs) == 1 and runs[0].group() == folded and runs[0].lastgroup == "word":
            return self.postings(folded[:_LONGEST]).astype(np.int64)
        if squeeze(folded) in self.vocabulary and _JOINED.fullmatch(folded):
            return self.postings(squeeze(folded)).astype(np.int64)
        return self.containing(word)

    def __contains__(self, token: str) -> bool:
        return token in self.vocabulary

    @cached_property
    def _lines(self) -> np.ndarray:
        return _line_starts(self.folded)

    def _line(self, row: int) -> str:
        return self.folded[self._lines[row] : self._lines[row + 1] - 1]

    def _having(self, wanted: Sequence[str]) -> np.ndarray | None:
        """Reviews that have all of the tokens, rising; None when there are none."""
        if not wanted:
            return None
        each = sorted((self.postings(token) for token in set(wanted)), key=len)
        rows = each[0]
        for more in each[1:]:
            if not len(rows):
                break
            rows = rows[np.isin(rows, more, assume_unique=True)]
        return rows


def _certain(needle: str) -> list[str]:
    """Tokens of every text that contains the needle: not the words that it may cut off."""
    found: list[str] = []
    for run in _RUN.finditer(needle):
        if run.lastgroup == "pairs" and len(run.group()) > 1:
            found += tokens(run.group())
        elif run.lastgroup == "word" and run.start() > 0 and run.end() < len(needle):
            found.append(run.group()[:_LONGEST])
    return found


def build_lexical(texts: Sequence[str]) -> LexicalIndex:
    """Index n texts; about 15,000 short reviews a second on one core."""
    from sklearn.feature_extraction.text import CountVectorizer

    folded = [fold(text) for text in texts]
    if not any(map(tokens, folded)):
        none = np.zeros(0, np.int32)
        return LexicalIndex(
            {}, np.zeros(1, np.int64), none, none.astype(np.float32), "\n".join(folded)
        )
    counter = CountVectorizer(analyzer=tokens, dtype=np.int32)
    counts = counter.fit_transform(folded).tocsc()
    counts.sort_indices()
    df = np.diff(counts.indptr)
    lengths = np.asarray(counts.sum(axis=1)).ravel().astype(np.float32)
    n = len(folded)
    idf = np.log1p((n - df + 0.5) / (df + 0.5)).astype(np.float32)
    tf = counts.data.astype(np.float32)
    norm = _K1 * (1 - _B + _B * lengths / max(float(lengths.mean()), 1e-9))
    weights = np.repeat(idf, df) * tf * (_K1 + 1) / (tf + norm[counts.indices])
    return LexicalIndex(
        vocabulary=counter.vocabulary_,
        starts=counts.indptr.astype(np.int64),
        rows=counts.indices.astype(np.int32),
        weights=weights.astype(np.float32),
        folded="\n".join(folded),
    )


def _line_starts(text: str) -> np.ndarray:
    """Where each line begins, and the end + 1: int64 (lines + 1,)."""
    lengths = [len(line) + 1 for line in text.split("\n")]
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
