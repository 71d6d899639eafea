"""Which aspects of the fixed list a passage mentions: the same answer for a text in every file.

A passage is compared with the headings of ``data/aspects`` by the likeness head of the model
(:mod:`pipeline.heads`), which was trained once: nothing is centred on the upload or fitted to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from pipeline.embedding.reference import shared_arrays
from pipeline.heads.heads import Heads, find_heads
from pipeline.topics.aspects import NAME

_MIN_LIKENESS = 0.65  # of a heading, for a passage to mention its aspect
_BLOCK = 20_000  # passages at once


@dataclass(frozen=True)
class AspectMentions:
    """The aspects that passages mention: k pairs, by passage, the clearest mention first.

    Attributes:
        rows: int64 (k,), a passage, ascending.
        aspects: int64 (k,), an aspect that it mentions.
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
class AspectMatcher:
    """Finds the aspects that passages mention.

    Attributes:
        heads: of the model.
        headings: float32 (a, k), likeness vectors of the headings.
    """

    heads: Heads
    headings: np.ndarray

    def match(self, raw: np.ndarray) -> AspectMentions:
        """The aspects that passages mention.

        Args:
            raw: float (p, d), the model's vectors of the passages.
        """
        nearest = np.empty(len(raw), np.int64)
        likeness = np.empty(len(raw), np.float32)
        for start in range(0, len(raw), _BLOCK):
            part = slice(start, start + _BLOCK)
            cosines = self.heads.likeness_vectors(raw[part]) @ self.headings.T
            nearest[part] = cosines.argmax(axis=1)
            likeness[part] = cosines.max(axis=1)
        rows = np.flatnonzero(likeness >= _MIN_LIKENESS)
        return AspectMentions(rows, nearest[rows])


@cache
def find_aspect_matcher(fingerprint: str) -> AspectMatcher | None:
    """The matcher of the model with this fingerprint; None for a model without heads."""
    heads = find_heads(fingerprint)
    arrays = shared_arrays(NAME, fingerprint)
    if heads is None or arrays is None:
        return None
    return AspectMatcher(heads, heads.likeness_vectors(arrays["vectors"]))
