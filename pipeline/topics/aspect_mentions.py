"""Which aspects of the fixed list a passage mentions: the same answer for a text in every file.

A classifier that was fitted once (:mod:`pipeline.topics.aspect_classes`) tells how likely a passage
is about each aspect, or about none; nothing is centred on the upload or fitted to it.
docs/aspects.md has how often it is right.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Self

import numpy as np

from pipeline.common.arrays import unit_rows
from pipeline.embedding.reference import shared_arrays
from pipeline.topics.aspect_classes import NAME, NO_ASPECT
from pipeline.topics.aspects import aspect_groups

_MIN_CHANCE = 0.33  # of a broad aspect, for a passage to mention it
_MIN_NARROW_SHARE = 0.5  # of that chance, for a narrow aspect to be named
_BLOCK = 20_000  # passages at once


@dataclass(frozen=True)
class AspectMentions:
    """The aspects that passages mention: k pairs, by passage, the clearest mention first.

    Attributes:
        rows: int64 (k,), a passage, ascending.
        aspects: int64 (k,), an aspect that it mentions: a narrow one, or a broad one where none of
            its narrow ones is clear.
    """

    rows: np.ndarray
    aspects: np.ndarray

    def main_aspects(self, count: int) -> np.ndarray:
        """The aspect that each of p passages mentions most clearly, int64 (p,), -1 for none."""
        main = np.full(count, -1, np.int64)
        rows, first = np.unique(self.rows, return_index=True)
        main[rows] = self.aspects[first]
        return main


@dataclass(frozen=True)
class AspectClassifier:
    """Finds the aspects that passages mention.

    Attributes:
        removed: float32 (r, d), orthonormal directions of language.
        weights, biases: float32 (c, d) and (c,), for the log odds of c classes.
        aspects: int64 (c,), of the classes, ``NO_ASPECT`` for none.
    """

    removed: np.ndarray
    weights: np.ndarray
    biases: np.ndarray
    aspects: np.ndarray

    def chances(self, raw: np.ndarray) -> np.ndarray:
        """How likely each text is about each of a aspects: float32 (n, a), rows sum to 1 at most.

        Args:
            raw: float (n, d), the model's vectors.
        """
        vectors = raw.astype(np.float32, copy=False)
        vectors = unit_rows(vectors - (vectors @ self.removed.T) @ self.removed)
        odds = vectors @ self.weights.T + self.biases
        odds = np.exp(odds - odds.max(axis=1, keepdims=True))
        odds /= odds.sum(axis=1, keepdims=True)
        return odds @ self._membership

    def match(self, raw: np.ndarray, sentiment: np.ndarray | None = None) -> AspectMentions:
        """The aspects that passages mention.

        Args:
            raw: float (p, d), the model's vectors of the passages.
            sentiment: int8 (p,), of the passages: a complaint mentions no "Friendly staff".
        """
        signs = np.zeros(len(raw), np.int8) if sentiment is None else sentiment
        rows, aspects = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for start in range(0, len(raw), _BLOCK):
            part = slice(start, start + _BLOCK)
            found = self._match(raw[part], signs[part])
            rows.append(found.rows + start)
            aspects.append(found.aspects)
        return AspectMentions(np.concatenate(rows), np.concatenate(aspects))

    def _match(self, raw: np.ndarray, sentiment: np.ndarray) -> AspectMentions:
        """The mentions of one block."""
        parents, polarities = map(np.array, aspect_groups())
        chances = self.chances(raw)
        broad = np.unique(parents)
        totals = chances @ (parents[:, None] == broad).astype(np.float32)
        rows, columns = np.nonzero(totals >= _MIN_CHANCE)
        total, aspects = totals[rows, columns], broad[columns]
        contrary = polarities * sentiment[rows, None] < 0
        own = np.where((parents == aspects[:, None]) & ~contrary, chances[rows], 0)
        narrow = own.argmax(axis=1)
        clear = own[np.arange(len(rows)), narrow] >= _MIN_NARROW_SHARE * total
        order = np.lexsort((aspects, -total, rows))
        return AspectMentions(rows[order], np.where(clear, narrow, aspects)[order])

    @property
    def _membership(self) -> np.ndarray:
        """Which aspect each class stands for: float32 (c, a)."""
        membership = np.zeros((len(self.aspects), len(aspect_groups()[0])), np.float32)
        known = np.flatnonzero(self.aspects != NO_ASPECT)
        membership[known, self.aspects[known]] = 1
        return membership

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> Self:
        """Restore a classifier from the arrays that were shipped."""
        removed, weights, biases = (
            np.asarray(arrays[name], np.float32) for name in ("removed", "weights", "biases")
        )
        return cls(removed, weights, biases, np.asarray(arrays["aspects"], np.int64))


@cache
def find_aspect_classifier(fingerprint: str) -> AspectClassifier | None:
    """The classifier of the model with this fingerprint; None where there is none."""
    arrays = shared_arrays(NAME, fingerprint)
    return None if arrays is None else AspectClassifier.from_arrays(arrays)
