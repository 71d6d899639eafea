"""Polarity of reviews, praise or complaint: from ratings, else from their vectors.

The axis is the mean difference between pairs of invented sentences that say the opposite about the
same thing (``data/polarity``: line 2n praises, line 2n + 1 complains, in every language). Only the
fixed directions of language are removed before: where a language of the upload mostly complains,
its own offset holds complaint as well. Nor are vectors centred on the upload: in a file full of
praise the lukewarm half must not look like complaints.

A model with a polarity head (:mod:`pipeline.heads`) has a second opinion. On guests' own texts the
head takes complaints for praise more often than the axis does, so it decides nothing, but a topic
that it judges otherwise is called neither (docs/names.md, "Figures").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.common.arrays import unit_rows
from pipeline.embedding.encoder import Encoder
from pipeline.embedding.neutral import language_directions
from pipeline.embedding.parallel_corpus import NAME as PARALLEL
from pipeline.embedding.parallel_corpus import parallel_means
from pipeline.embedding.reference import line_means, shared_arrays
from pipeline.heads.heads import find_heads

NAME = "polarity"
PRAISE, COMPLAINT = 1, -1
_MIN_SCORE = 0.4  # absolute; below, a review is neither praise nor complaint
_MIN_HEAD_SCORE = 0.5  # the same, of the polarity head
_MIN_PRAISE_RATING, _MAX_COMPLAINT_RATING = 3.8, 2.4  # of ratings from 1 to 5
_MIN_POLAR = 6  # polar reviews of a topic
_MIN_POLAR_SHARE = 0.25  # of a topic's reviews
_DOMINANT_SHARE = 0.8  # of a topic's polar reviews
_MIN_MARGIN = 0.1  # over the share in the whole file


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


def classify_polarity(
    scores: np.ndarray,
    ratings: Sequence[float] | np.ndarray | None = None,
    *,
    minimum: float = _MIN_SCORE,
) -> np.ndarray:
    """Polarity of each review, int8 (n,): 1 for praise, -1 for a complaint, 0 for neither or both.

    Args:
        scores: float32 (n,), from :meth:`PolarityAxis.scores`.
        ratings: n numbers from 1 to 5, NaN for none; the rating of a review overrides its vector.
        minimum: absolute score of a polar review.
    """
    by_vector = np.where(np.abs(scores) >= minimum, np.sign(scores), 0).astype(np.int8)
    if ratings is None:
        return by_vector
    rated = np.asarray(ratings, float)
    complaint_or_neither = np.where(rated <= _MAX_COMPLAINT_RATING, COMPLAINT, 0)
    by_rating = np.where(rated >= _MIN_PRAISE_RATING, PRAISE, complaint_or_neither)
    return np.where(np.isfinite(rated), by_rating, by_vector).astype(np.int8)


def contradicts_head(
    dominant: Sequence[int],
    raw: np.ndarray,
    assignments: np.ndarray,
    encoder: Encoder,
    ratings: Sequence[float] | np.ndarray | None = None,
) -> list[bool]:
    """For each topic whether the polarity head finds mostly the opposite of its dominant polarity.

    Args:
        dominant: for each topic, from :func:`dominant_polarity`.
        raw: float32 (n, d), the model's vectors of the reviews.
        assignments: int (n,), topic of each review.
        encoder: the model; one without heads contradicts nothing.
        ratings: as in :func:`classify_polarity`.
    """
    heads = find_heads(encoder.fingerprint)
    if heads is None:
        return [False] * len(dominant)
    polarities = classify_polarity(heads.polarities(raw), ratings, minimum=_MIN_HEAD_SCORE)
    return [
        polarity * int(polarities[assignments == topic].sum()) < 0
        for topic, polarity in enumerate(dominant)
    ]


def dominant_polarity(
    polarities: np.ndarray, assignments: np.ndarray, topic_count: int
) -> list[int]:
    """For each topic 1 if nearly all of it is praise, -1 if nearly all complaints, else 0.

    That is at least 80 % of its polar reviews, of which there must be enough, and clearly more
    than in the whole file (by a tenth, and by two standard errors).

    Args:
        polarities: int8 (n,), from :func:`classify_polarity`.
        assignments: int (n,), topic of each review; other than 0 to ``topic_count`` - 1 for none.
        topic_count: number of topics.
    """
    file_share = float((polarities == PRAISE).sum() / max((polarities != 0).sum(), 1))
    dominant = []
    for topic in range(topic_count):
        own = polarities[assignments == topic]
        polar_count = int((own != 0).sum())
        if polar_count < max(_MIN_POLAR, _MIN_POLAR_SHARE * len(own)):
            dominant.append(0)
            continue
        share = float((own == PRAISE).sum() / polar_count)
        error = np.sqrt(max(file_share * (1 - file_share), 0.01) / polar_count)
        margin = max(_MIN_MARGIN, 2 * float(error))
        if share >= _DOMINANT_SHARE and share >= min(file_share + margin, 1.0):
            dominant.append(PRAISE)
        elif share <= 1 - _DOMINANT_SHARE and share <= max(file_share - margin, 0.0):
            dominant.append(COMPLAINT)
        else:
            dominant.append(0)
    return dominant
