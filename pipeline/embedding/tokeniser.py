"""The tokeniser of the bundled model in a few megabytes: Unigram over a compact trie.

The library ``tokenizers`` builds a trie of hash tables, which for the 250,002 pieces of
multilingual-e5 takes 280 MB in each process and seconds to load. Here the pieces lie in a MARISA
trie (a few megabytes), and the most likely split of a word is found by Viterbi's algorithm as in
that library, so that the tokens are the same (Kudo 2018, arXiv 1804.10959). Text is normalised by
the library itself. Words are split once: the latest are cached.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np

from pipeline.embedding.weights_file import Vocabulary

_UNKNOWN_PENALTY = 10.0  # below the least likely piece, as in sentencepiece
_SPACE = "▁"
_WORD = re.compile(f"{_SPACE}[^{_SPACE}]*")
_CACHED_WORDS, _MAX_CACHED = 1 << 15, 24  # words, and letters of one: more are rarely repeated
_MAX_LETTERS = 40_000  # of a text: what follows can't be among its first 512 tokens


class UnigramTokeniser:
    """Splits texts into pieces of a vocabulary; safe to share between threads.

    Args:
        vocabulary: the pieces.
        most: number of tokens at which a text is cut, with start and end.
    """

    def __init__(self, vocabulary: Vocabulary, *, most: int) -> None:
        import marisa_trie
        from tokenizers import Regex, normalizers

        pieces, scores = vocabulary.pieces, vocabulary.scores
        self._trie = marisa_trie.Trie(pieces)
        numbers = np.empty(len(self._trie), np.int32)
        for number, piece in enumerate(pieces):
            numbers[self._trie[piece]] = number
        self._ids, self._scores = numbers, scores[numbers].astype(np.float64)
        self._start, self._end, self._unknown = vocabulary.start, vocabulary.end, vocabulary.unknown
        self._most = most
        self._unknown_score = float(scores.min()) - _UNKNOWN_PENALTY
        special = vocabulary.start, vocabulary.end, vocabulary.padding, vocabulary.unknown
        self._specials = {pieces[number]: number for number in special}
        self._special = re.compile(f"({'|'.join(map(re.escape, self._specials))})")
        self._normalise = normalizers.Sequence(
            [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
        ).normalize_str
        self._longest = max(map(len, pieces))
        self._split_short = lru_cache(_CACHED_WORDS)(self._split)

    def encode(self, text: str) -> list[int]:
        """Ids of a text's tokens, start and end among them."""
        ids = [self._start]
        for tokens in self._parts(text[:_MAX_LETTERS]):
            ids += tokens
            if len(ids) >= self._most:
                break
        return [*ids[: self._most - 1], self._end]

    def _parts(self, text: str) -> Iterator[Sequence[int]]:
        """Ids of each word, and of each special piece that is written out."""
        for part in self._special.split(text):
            if part in self._specials:
                yield (self._specials[part],)
                continue
            spaced = self._normalise(part).replace(" ", _SPACE)
            if spaced and not spaced.startswith(_SPACE):
                spaced = _SPACE + spaced
            for word in _WORD.findall(spaced):
                yield self._split_short(word) if len(word) <= _MAX_CACHED else self._split(word)

    def _split(self, word: str) -> tuple[int, ...]:
        """The most likely pieces of a word; a run of unknown characters is one unknown piece."""
        size = len(word)
        best = [0.0] + [-np.inf] * size  # score of the best split of each prefix
        begins, pieces = [0] * (size + 1), [0] * (size + 1)  # of its last piece
        find, ids, scores = self._trie.iter_prefixes_with_ids, self._ids, self._scores
        longest, unknown = self._longest, self._unknown_score
        for start in range(size):
            here, alone = best[start], False
            for piece, number in find(word[start : start + longest]):
                end = start + len(piece)
                alone = alone or end == start + 1
                score = here + scores[number]
                if score > best[end]:
                    best[end], begins[end], pieces[end] = score, start, ids[number]
            if not alone and here + unknown > best[start + 1]:
                best[start + 1] = here + unknown
                begins[start + 1], pieces[start + 1] = start, self._unknown
        found: list[int] = []
        end = size
        while end > 0:
            piece = int(pieces[end])
            if piece != self._unknown or not found or found[-1] != self._unknown:
                found.append(piece)
            end = begins[end]
        return tuple(reversed(found))
