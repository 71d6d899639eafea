"""Units of analysis: whole reviews, or their sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pipeline.text.spans import cut_spans

REVIEW, SENTENCE = "review", "sentence"
UNIT_KINDS = (REVIEW, SENTENCE)
# Splitting helps a file of long reviews, not one of short remarks (docs/method.md, "Sentences or
# whole reviews").
_MIN_SENTENCES_PER_REVIEW = 1.5


@dataclass(frozen=True)
class Units:
    """The m units of n reviews, in the reviews' order; every review has at least one.

    Attributes:
        kind: "review" or "sentence".
        texts: of the m units.
        review: int64 (m,), row of each unit's review, ascending.
        starts, ends: int64 (m,), character offsets in the review's text.
    """

    kind: str
    texts: tuple[str, ...]
    review: np.ndarray
    starts: np.ndarray
    ends: np.ndarray

    def __len__(self) -> int:
        return len(self.texts)

    @cached_property
    def first(self) -> np.ndarray:
        """int64 (n,), the index of each review's first unit."""
        return np.flatnonzero(np.diff(self.review, prepend=-1))

    def reviews_of(self, chosen: np.ndarray) -> np.ndarray:
        """The reviews of some units, each once, ascending.

        Args:
            chosen: a mask, bool (m,), or indices of units.
        """
        return np.unique(self.review[chosen])

    def select(self, reviews: np.ndarray) -> tuple[np.ndarray, Units]:
        """Select the units of some reviews.

        Args:
            reviews: int64 (k,), distinct rows in the order that they are to have.

        Returns:
            The indices of their units, and these as the units of k reviews.
        """
        counts = np.diff(self.first, append=len(self))[reviews]
        before = np.cumsum(counts) - counts
        numbers = np.arange(counts.sum()) + np.repeat(self.first[reviews] - before, counts)
        return numbers, Units(
            self.kind,
            tuple(self.texts[number] for number in numbers.tolist()),
            np.repeat(np.arange(len(reviews)), counts),
            self.starts[numbers],
            self.ends[numbers],
        )

    def extended(self, more: Units) -> Units:
        """Append the units of further reviews.

        Raises:
            ValueError: one has sentences and the other whole reviews.
        """
        if more.kind != self.kind:
            raise ValueError(f"units of kind {self.kind!r} can't be extended by {more.kind!r}")
        reviews = int(self.review[-1]) + 1 if len(self) else 0
        return Units(
            self.kind,
            self.texts + more.texts,
            np.concatenate([self.review, more.review + reviews]),
            np.concatenate([self.starts, more.starts]),
            np.concatenate([self.ends, more.ends]),
        )


def review_units(texts: Sequence[str]) -> Units:
    """Make each review one unit."""
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    return Units(
        REVIEW, tuple(texts), np.arange(len(texts)), np.zeros(len(texts), np.int64), lengths
    )


def sentence_units(
    texts: Sequence[str], review: np.ndarray, starts: np.ndarray, ends: np.ndarray
) -> Units:
    """Make sentences by their offsets; the arrays are those of `Units`."""
    return Units(SENTENCE, tuple(cut_spans(texts, review, starts, ends)), review, starts, ends)


def make_units(texts: Sequence[str], languages: np.ndarray, kind: str) -> Units:
    """Make the units of reviews.

    Args:
        texts: n reviews.
        languages: str (n,), ISO 639-1 codes.
        kind: "review", "sentence", or "auto": sentences if reviews have 1.5 or more on average.
    """
    if kind == REVIEW:
        return review_units(texts)
    from pipeline.text.sentences import split_sentences

    found = split_sentences(texts, languages)
    if kind == "auto" and len(found) < _MIN_SENTENCES_PER_REVIEW * len(texts):
        return review_units(texts)
    return sentence_units(texts, found.row, found.starts, found.ends)
