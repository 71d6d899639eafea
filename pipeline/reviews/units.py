"""What is grouped and searched: whole reviews, or their sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

REVIEW, SENTENCE = "review", "sentence"
KINDS = (REVIEW, SENTENCE)
# A file of short remarks gains nothing from being cut; one of long reviews does
# (docs/method.md, "Sentences or whole reviews").
_SENTENCES_OF_A_REVIEW = 2.0


@dataclass(frozen=True)
class Units:
    """The m pieces of n reviews, in the reviews' order; every review has at least one.

    Attributes:
        kind: "review" or "sentence".
        texts: m pieces.
        review: int64 (m,), row of each piece's review, rising.
        starts, ends: int64 (m,), where the piece stands in its review's text, in characters.
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
        """int64 (n,): the first piece of each review."""
        return np.flatnonzero(np.diff(self.review, prepend=-1))

    def reviews_of(self, chosen: np.ndarray) -> np.ndarray:
        """The reviews of some pieces, each once, rising; a bool (m,) mask or numbers of pieces."""
        return np.unique(self.review[chosen])

    def of(self, reviews: np.ndarray) -> tuple[np.ndarray, Units]:
        """Numbers of the pieces of some reviews, and those pieces as units of these alone.

        Args:
            reviews: int64 (k,), each once, in the order that they shall have.
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
        """These pieces and those of reviews that are appended.

        Raises:
            ValueError: sentences and whole reviews don't mix.
        """
        if more.kind != self.kind:
            raise ValueError(f"units of kind {self.kind!r} can't take in {more.kind!r}")
        reviews = int(self.review[-1]) + 1 if len(self) else 0
        return Units(
            self.kind,
            self.texts + more.texts,
            np.concatenate([self.review, more.review + reviews]),
            np.concatenate([self.starts, more.starts]),
            np.concatenate([self.ends, more.ends]),
        )


def whole_reviews(texts: Sequence[str]) -> Units:
    """Each review is one piece."""
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    return Units(
        REVIEW, tuple(texts), np.arange(len(texts)), np.zeros(len(texts), np.int64), lengths
    )


def cut(texts: Sequence[str], review: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> Units:
    """Sentences by their offsets."""
    pieces = tuple(
        texts[row][start:end]
        for row, start, end in zip(review.tolist(), starts.tolist(), ends.tolist(), strict=True)
    )
    return Units(SENTENCE, pieces, review, starts, ends)


def make_units(texts: Sequence[str], languages: np.ndarray, kind: str) -> Units:
    """Pieces of reviews.

    Args:
        texts: n reviews.
        languages: str (n,).
        kind: "review", "sentence", or "auto": sentences where reviews have several of them.
    """
    if kind == REVIEW:
        return whole_reviews(texts)
    from pipeline.text.sentences import split_sentences

    found = split_sentences(texts, languages)
    if kind == "auto" and len(found.review) < _SENTENCES_OF_A_REVIEW * len(texts):
        return whole_reviews(texts)
    return cut(texts, found.review, found.starts, found.ends)
