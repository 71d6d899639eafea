"""The axis of polarity, from complaints to praise, on which vectors of texts have a score.

The axis is the mean difference between pairs of invented sentences that say the opposite about the
same thing (``data/polarity``: line 2n praises, line 2n + 1 complains, in every language). Only the
fixed directions of language are removed before: where a language of the upload mostly complains,
its own offset holds complaint as well. Nor are vectors centred on the upload: in a file full of
praise the lukewarm half must not look like complaints.

What a text is called, praise or complaint, is decided together with the polarity head
(:mod:`pipeline.topics.sentiment`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.common.arrays import unit_rows
from pipeline.embedding.encoder import Encoder
from pipeline.embedding.neutral import language_directions
from pipeline.embedding.parallel_corpus import NAME as PARALLEL
from pipeline.embedding.parallel_corpus import parallel_means
from pipeline.embedding.reference import line_means, shared_arrays

NAME = "polarity"
PRAISE, COMPLAINT = 1, -1
_MIN_SCORE = 0.4  # absolute; below, a review is neither praise nor complaint


@dataclass(frozen=True)
class PolarityAxis:
    """The axis from complaints to praise of one model.

    Attributes:
        removed: float32 (r, d), orthonormal directions of language.
        axis: float32 (d,), from the mean of complaints to that of praise, of length 2 / distance.
        middle: float32 (d,), half-way between the two means.
    """

    removed: np.ndarray
    axis: np.ndarray
    middle: np.ndarray

    def scores(self, raw: np.ndarray) -> np.ndarray:
        """Polarity of each text, float32 (n,): 1 at the mean of praise, -1 at that of complaints.

        Args:
            raw: float32 (n, d), the model's vectors.
        """
        # One product instead of a copy of all vectors without the directions of language.
        lengths = np.sqrt(np.maximum(1 - ((raw @ self.removed.T) ** 2).sum(axis=1), 1e-9))
        return ((raw @ self.axis) / lengths - self.middle @ self.axis).astype(np.float32)


def polarity_vectors(encoder: Encoder) -> np.ndarray:
    """Raw vector of each polar sentence, averaged over languages: float32 (sentences, d)."""
    return line_means(NAME, encoder)


def polarity_axis(encoder: Encoder) -> PolarityAxis:
    """The axis of a model."""
    return _fit_axis(parallel_means(encoder), polarity_vectors(encoder))


def find_polarity_axis(fingerprint: str) -> PolarityAxis | None:
    """The axis of the model with this fingerprint; None where it was never computed."""
    parallel, sentences = shared_arrays(PARALLEL, fingerprint), shared_arrays(NAME, fingerprint)
    if parallel is None or sentences is None:
        return None
    return _fit_axis(parallel["means"], sentences["vectors"])


def _fit_axis(parallel: np.ndarray, sentences: np.ndarray) -> PolarityAxis:
    removed = language_directions(parallel)
    sentences = unit_rows(sentences - (sentences @ removed.T) @ removed)
    praise, complaints = sentences[0::2].mean(axis=0), sentences[1::2].mean(axis=0)
    difference = praise - complaints
    axis = 2 * difference / max(float((difference**2).sum()), 1e-9)
    return PolarityAxis(removed, axis.astype(np.float32), (praise + complaints) / 2)


def classify_polarity(scores: np.ndarray) -> np.ndarray:
    """Polarity of each text by the axis alone, int8 (n,): 1 praise, -1 a complaint, 0 neither.

    Args:
        scores: float32 (n,), from :meth:`PolarityAxis.scores`.
    """
    return np.where(np.abs(scores) >= _MIN_SCORE, np.sign(scores), 0).astype(np.int8)
