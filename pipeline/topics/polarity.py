"""Polarity of reviews, praise or complaint: from ratings, else from their vectors.

The axis is the mean difference between pairs of invented sentences that say the opposite about the
same thing (``data/polarity``: line 2n praises, line 2n + 1 complains, in every language). The
vectors have no language effect, but are not centred on the upload: in a file full of praise the
lukewarm half must not look like complaints.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.embedding.encoder import Encoder
from pipeline.embedding.neutral import NeutralSpace
from pipeline.embedding.reference import line_means

NAME = "polarity"
PRAISE, COMPLAINT = 1, -1
_MIN_SCORE = 0.3  # absolute; below, a review is neither praise nor complaint
_MIN_PRAISE_RATING, _MAX_COMPLAINT_RATING = 3.8, 2.4  # of ratings from 1 to 5
_MIN_POLAR = 6  # polar reviews of a topic
_MIN_POLAR_SHARE = 0.25  # of a topic's reviews
_DOMINANT_SHARE = 0.8  # of a topic's polar reviews
_MIN_MARGIN = 0.1  # over the share in the whole file


def polarity_vectors(encoder: Encoder) -> np.ndarray:
    """Raw vector of each polar sentence, averaged over languages: float32 (sentences, d)."""
    return line_means(NAME, encoder)


def polarity_scores(raw: np.ndarray, space: NeutralSpace, sentences: np.ndarray) -> np.ndarray:
    """Polarity of each review, float32 (n,): 1 at the mean of praise, -1 at that of complaints.

    Args:
        raw: float32 (n, d), the model's vectors of the reviews.
        space: of the reviews.
        sentences: from :func:`polarity_vectors`.
    """
    neutral = space.without_language(sentences)
    praise, complaints = neutral[0::2].mean(axis=0), neutral[1::2].mean(axis=0)
    axis = (praise - complaints) / max(float(((praise - complaints) ** 2).sum()), 1e-9)
    middle = (praise + complaints) / 2
    return ((space.without_language(raw) - middle) @ axis * 2).astype(np.float32)


def classify_polarity(
    raw: np.ndarray,
    space: NeutralSpace,
    sentences: np.ndarray,
    ratings: Sequence[float] | np.ndarray | None = None,
) -> np.ndarray:
    """Polarity of each review, int8 (n,): 1 for praise, -1 for a complaint, 0 for neither or both.

    Args:
        raw, space, sentences: as in :func:`polarity_scores`.
        ratings: n numbers from 1 to 5, NaN for none; the rating of a review overrides its vector.
    """
    scores = polarity_scores(raw, space, sentences)
    by_vector = np.where(np.abs(scores) >= _MIN_SCORE, np.sign(scores), 0).astype(np.int8)
    if ratings is None:
        return by_vector
    rated = np.asarray(ratings, float)
    complaint_or_neither = np.where(rated <= _MAX_COMPLAINT_RATING, COMPLAINT, 0)
    by_rating = np.where(rated >= _MIN_PRAISE_RATING, PRAISE, complaint_or_neither)
    return np.where(np.isfinite(rated), by_rating, by_vector).astype(np.int8)


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
