"""Praise or complaint: from the file's ratings, else from where a review's vector lies.

The axis is the mean difference of pairs of invented sentences that say the opposite about the same
thing (``data/polarity``: line 2n praises, line 2n + 1 complains, the same in every language), taken
where the language has been removed and the upload's own mean has not: a file full of praise must
not make its lukewarm half look like complaints.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.embedding.encoder import Encoder
from pipeline.embedding.neutral import NeutralSpace
from pipeline.embedding.reference import line_means

NAME = "polarity"
PRAISE, COMPLAINT = 1, -1
_POLAR = 0.3  # of the way from the middle to the mean of praise; below, a review is neither
_PRAISED, _COMPLAINED = 3.8, 2.4  # ratings from 1 to 5
_FEWEST = 6  # polar reviews
_FEWEST_SHARE = 0.25  # of a topic's reviews that are polar
_ONE_SIDED = 0.8
_ABOVE_FILE = 0.1


def polarity_vectors(encoder: Encoder) -> np.ndarray:
    """Raw vector of each polar sentence, mean over the languages: float32 (sentences, d)."""
    return line_means(NAME, encoder)


def polarity_scores(raw: np.ndarray, space: NeutralSpace, sentences: np.ndarray) -> np.ndarray:
    """How much each review praises, float32 (n,): 1 as the praising sentences, -1 as the others.

    Args:
        raw: float32 (n, d), the model's vectors of the reviews.
        space: of the reviews.
        sentences: of :func:`polarity_vectors`.
    """
    said = space.without_language(sentences)
    praise, complaints = said[0::2].mean(axis=0), said[1::2].mean(axis=0)
    axis = (praise - complaints) / max(float(((praise - complaints) ** 2).sum()), 1e-9)
    middle = (praise + complaints) / 2
    return ((space.without_language(raw) - middle) @ axis * 2).astype(np.float32)


def classify_polarity(
    raw: np.ndarray,
    space: NeutralSpace,
    sentences: np.ndarray,
    ratings: Sequence[float] | np.ndarray | None = None,
) -> np.ndarray:
    """int8 (n,): 1 for praise, -1 for a complaint, 0 for neither or both.

    Args:
        raw, space, sentences: as in :func:`polarity_scores`.
        ratings: n numbers from 1 to 5, NaN for none; where a review has one it decides.
    """
    score = polarity_scores(raw, space, sentences)
    polar = np.where(np.abs(score) >= _POLAR, np.sign(score), 0).astype(np.int8)
    if ratings is None:
        return polar
    rated = np.asarray(ratings, float)
    known = np.isfinite(rated)
    by_rating = np.where(rated >= _PRAISED, PRAISE, np.where(rated <= _COMPLAINED, COMPLAINT, 0))
    return np.where(known, by_rating, polar).astype(np.int8)


def dominant_polarity(polar: np.ndarray, assignments: np.ndarray, topic_count: int) -> list[int]:
    """For each topic 1 where nearly all praise, -1 where nearly all complain, else 0.

    That is at least 80 % of its polar reviews, of which there must be enough, and clearly more
    than in the file as a whole (by a tenth, and by two standard errors).

    Args:
        polar: int8 (n,), of :func:`classify_polarity`.
        assignments: int (n,), topic of each review, 0 to ``topic_count`` - 1; others are left out.
        topic_count: number of topics.
    """
    share = float((polar == PRAISE).sum() / max((polar != 0).sum(), 1))
    sides = []
    for topic in range(topic_count):
        own = polar[assignments == topic]
        polar_here = int((own != 0).sum())
        if polar_here < max(_FEWEST, _FEWEST_SHARE * len(own)):
            sides.append(0)
            continue
        praise = float((own == PRAISE).sum() / polar_here)
        error = np.sqrt(max(share * (1 - share), 0.01) / polar_here)
        margin = max(_ABOVE_FILE, 2 * float(error))
        if praise >= _ONE_SIDED and praise >= min(share + margin, 1.0):
            sides.append(PRAISE)
        elif praise <= 1 - _ONE_SIDED and praise <= max(share - margin, 0.0):
            sides.append(COMPLAINT)
        else:
            sides.append(0)
    return sides
