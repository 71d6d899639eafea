"""The score of a passage: the log-odds that it answers the query.

It is a weighted sum of three things: how near the vectors are, compared with what is usual in the
file (:mod:`pipeline.search.calibration`); the likeness of what is meant; and, where the query
judges, whether the passage agrees. The head is trusted more in matters that it was trained on. The
ratios of the weights were chosen by ranking, scale and offsets fitted by logistic regression, on
reviews and queries written for this project (``benchmarks/relevance_fit.py``).
"""

from __future__ import annotations

import numpy as np

# Each weight is a + b * familiarity of the query.
Z_WEIGHT = (1.0, -0.6)
LIKENESS_WEIGHT = (6.5, 13.0)
AGREEMENT_WEIGHT = (1.5, 7.0)
SCALE = (0.766, -0.130)
OFFSET = (-7.607, -3.603)
JUDGING_OFFSET = (0.241, -1.992)  # added for queries that judge
PLAIN_SCALE, PLAIN_OFFSET = 2.0, -5.7  # of calibrated cosines alone, without heads

_MIN_POLARITY = 0.45  # of a query that judges
_MAX_AGREEMENT = 0.5  # a passage that is certainly of the query's opinion is no more about it


def judgement_of(polarity: float) -> int:
    """What a query of this polarity judges: 1 for praise, -1 for a complaint, 0 for neither."""
    return 0 if abs(polarity) < _MIN_POLARITY else (1 if polarity > 0 else -1)


def plain_scores(calibrated: np.ndarray) -> np.ndarray:
    """Scores from calibrated cosines alone, float32 (p,), in the same array."""
    calibrated *= PLAIN_SCALE
    calibrated += PLAIN_OFFSET
    return calibrated


def weighted_sum(
    calibrated: np.ndarray,
    likeness: np.ndarray,
    polarities: np.ndarray,
    *,
    familiarity: float,
    judgement: int,
) -> np.ndarray:
    """What ranks p passages for one query: float32 (p,), in the array ``calibrated``.

    Args:
        calibrated: float32 (p,), calibrated cosines of the neutral vectors.
        likeness: float32 (p,), cosines of the likeness vectors.
        polarities: float32 (p,), of the passages.
        familiarity: of the query, 0 to 1.
        judgement: of the query that hits should share: 1, -1, or 0 for any.
    """
    z_weight, likeness_weight, agreement_weight = (
        a + b * familiarity for a, b in (Z_WEIGHT, LIKENESS_WEIGHT, AGREEMENT_WEIGHT)
    )
    calibrated *= np.float32(z_weight)
    calibrated += np.float32(likeness_weight) * likeness
    if judgement:
        agreement = np.clip(judgement * polarities, -1, _MAX_AGREEMENT)
        calibrated += np.float32(agreement_weight) * agreement
    return calibrated


def log_odds(sums: np.ndarray, *, familiarity: float, judgement: int) -> np.ndarray:
    """Scores from the sums of :func:`weighted_sum`, float32 (p,), in the same array."""
    scale, offset, judging = (a + b * familiarity for a, b in (SCALE, OFFSET, JUDGING_OFFSET))
    sums *= np.float32(scale)
    sums += np.float32(offset + (judging if judgement else 0))
    return sums
