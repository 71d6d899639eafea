"""The content words of units by language, read once for all that counts them.

Reading takes longer than counting, and of some languages a dictionary of a hundred megabytes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.text.tokenise import tokenise_texts
from pipeline.text.word import Word

_MAX_UNITS = 600  # read per language and group; more hardly change the order of keywords


@dataclass(frozen=True)
class Grouping:
    """A division of m units into groups.

    Attributes:
        of_units: int64 (m,), group of each unit, 0 to ``count`` - 1.
        count: number of groups.
    """

    of_units: np.ndarray
    count: int

    def sample(self, rows: np.ndarray) -> np.ndarray:
        """Some of the rows, at most 600 of a group, evenly spaced: the cost stays within limits."""
        groups, kept = self.of_units[rows], []
        for group in np.unique(groups):
            own = rows[groups == group]
            if len(own) > _MAX_UNITS:
                own = own[np.linspace(0, len(own) - 1, _MAX_UNITS).astype(int)]
            kept.append(own)
        return np.sort(np.concatenate(kept))


@dataclass(frozen=True)
class LanguageWords:
    """The distinct words of k units of one language.

    Attributes:
        rows: int64 (k,), the units, ascending.
        words: the w words of all.
        cells: int64 (c, 2), each word of each unit once: position in ``rows``, number of the word.
    """

    rows: np.ndarray
    words: list[Word]
    cells: np.ndarray

    @classmethod
    def read(cls, texts: Sequence[str], rows: np.ndarray, language: str) -> LanguageWords:
        """Read some of m units.

        Args:
            texts: m units.
            rows: int64 (k,), those that are read, ascending, of one language.
            language: its code.
        """
        numbers: dict[Word, int] = {}
        cells = [
            (position, numbers.setdefault(word, len(numbers)))
            for position, words in enumerate(
                tokenise_texts([texts[row] for row in rows.tolist()], language)
            )
            for word in dict.fromkeys(words)
        ]
        return cls(rows, list(numbers), np.array(cells, np.int64).reshape(-1, 2))

    def select(self, rows: np.ndarray) -> LanguageWords:
        """The words of some of these units, ascending."""
        if np.array_equal(rows, self.rows):
            return self
        position = np.full(len(self.rows), -1)
        position[np.searchsorted(self.rows, rows)] = np.arange(len(rows))
        of_cells = position[self.cells[:, 0]]
        kept = of_cells >= 0
        cells = np.column_stack([of_cells[kept], self.cells[kept, 1]])
        return LanguageWords(rows, self.words, cells)

    def count(self, grouping: Grouping) -> tuple[list[Counter[str]], dict[str, Counter[str]]]:
        """Number of units with a word, by group and key; and the spellings of each key.

        Units are counted and not occurrences: a word that one guest repeats is not a topic.
        """
        keys: dict[str, int] = {}
        key_of = np.array([keys.setdefault(word.key, len(keys)) for word in self.words], np.int64)
        names, cells = list(keys), self.cells
        counts: list[Counter[str]] = [Counter() for _ in range(grouping.count)]
        if len(cells):
            # Two spellings of a key in one unit are one use of it.
            pairs = np.unique(cells[:, 0] * len(keys) + key_of[cells[:, 1]])
            units, numbers = np.divmod(pairs, len(keys))
            groups = grouping.of_units[self.rows[units]]
            found, uses = np.unique(groups * len(keys) + numbers, return_counts=True)
            for cell, n in zip(found.tolist(), uses.tolist(), strict=True):
                group, number = divmod(cell, len(keys))
                counts[group][names[number]] = n
        spellings: dict[str, Counter[str]] = defaultdict(Counter)
        uses = np.bincount(cells[:, 1], minlength=len(self.words))
        for word, n in zip(self.words, uses.tolist(), strict=True):
            if n:
                spellings[word.key][word.text] += n
        return counts, spellings

    def units_with(self, texts: set[str]) -> np.ndarray:
        """Units with one of these words, as they are displayed: bool (k,)."""
        wanted = np.array([word.text in texts for word in self.words], bool)
        found = np.zeros(len(self.rows), bool)
        if len(self.cells):
            found[self.cells[wanted[self.cells[:, 1]], 0]] = True
        return found
