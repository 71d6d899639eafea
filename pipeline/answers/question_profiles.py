"""Profiles of texts: how like each is to what guests are known to ask for.

A profile has a number for each matter of ``data/questions``. Two texts that share hardly a word
may have the same profile, by the words of their own languages: "crib" and "кроватка" both stand in
questions about beds for babies. The model's vectors know that less well of rare words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from pipeline.heads.questions import QuestionHead, load_questions
from pipeline.text.normalise import fold

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import TfidfVectorizer

_LEXICAL_WEIGHT = 1.5  # against the likeness by vectors
_SHARPNESS = 20.0  # of a profile: how much the likeliest matters outweigh the others
_NEAREST = 5  # known questions of a matter that its likeness is the mean of
_NGRAMS = (2, 4)  # characters within a word
_MAX_LENGTH = 1_000  # characters of a text that are looked at


@dataclass(frozen=True)
class _Lexicon:
    """Character n-grams of the known questions, weighted by TF-IDF."""

    vectorizer: TfidfVectorizer
    known: csr_matrix


def profiles(
    texts: Sequence[str], vectors: np.ndarray | None, head: QuestionHead | None
) -> np.ndarray:
    """Profiles of texts, float32 (n, m), rows of length 1: their products say how alike they are.

    Args:
        texts: n texts.
        vectors: float32 (n, k), by the question head; None without one.
        head: of the model that made the vectors.
    """
    order, starts = _by_matter()
    likeness = _LEXICAL_WEIGHT * np.maximum.reduceat(_lexical(texts)[:, order], starts, axis=1)
    if head is not None and vectors is not None:
        likeness = likeness + _mean_of_nearest(vectors @ head.known.T[:, order], starts)
    shares = np.exp(_SHARPNESS * (likeness - likeness.max(axis=1, keepdims=True)))
    shares /= shares.sum(axis=1, keepdims=True)
    return np.sqrt(shares).astype(np.float32)


def familiarity(vectors: np.ndarray, head: QuestionHead) -> np.ndarray:
    """How like texts are to the matter that is nearest to each: float32 (n,).

    Args:
        vectors: float32 (n, k), by the question head.
        head: of the model that made the vectors.
    """
    order, starts = _by_matter()
    cosines = _mean_of_nearest(vectors @ head.known.T[:, order], starts)
    return cosines.max(axis=1).astype(np.float32)


@cache
def _by_matter() -> tuple[np.ndarray, np.ndarray]:
    """The order of the known questions by matter, and where each matter begins in it."""
    matters = load_questions().matters
    order = np.argsort(matters, kind="stable")
    return order, np.flatnonzero(np.diff(matters[order], prepend=-1))


def _mean_of_nearest(cosines: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Mean of the largest cosines of each group of columns: float32 (n, m)."""
    ends = np.append(starts[1:], cosines.shape[1])
    return np.stack(
        [
            np.sort(cosines[:, start:end], axis=1)[:, -_NEAREST:].mean(axis=1)
            for start, end in zip(starts, ends, strict=True)
        ],
        axis=1,
    )


def _lexical(texts: Sequence[str]) -> np.ndarray:
    """Cosines of n-grams with the known questions: float32 (n, q)."""
    lexicon = _lexicon()
    grams = lexicon.vectorizer.transform([fold(text[:_MAX_LENGTH]) for text in texts])
    cosines: np.ndarray = (grams @ lexicon.known.T).toarray()
    return cosines.astype(np.float32)


@cache
def _lexicon() -> _Lexicon:
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(
        analyzer="char_wb", ngram_range=_NGRAMS, sublinear_tf=True, lowercase=False
    )
    known = vectorizer.fit_transform([fold(text) for text in load_questions().texts])
    return _Lexicon(vectorizer, known)
