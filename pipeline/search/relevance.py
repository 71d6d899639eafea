"""How well a hit answers, as a person reads it: strong, likely, weak.

The calibrated score of a hit (see :mod:`pipeline.search.calibration`) goes through one logistic
curve to the share of such hits that are right. The curve was fitted on the sample's golden queries
and on queries about other things altogether (``benchmarks/search.py`` repeats the check with each
query's own answers left out); because the score is the same in every language, one curve serves
all.
"""

from __future__ import annotations

import numpy as np

STRONG, LIKELY = 0.6, 0.2  # least share of right hits that a label promises
LABELS = ("strong", "likely", "weak")
SLOPE, OFFSET = 2.0, -5.7
BY_NAME = {"sure": 0.95, "maybe": 0.5}  # right, when a name's letters are all there


def match_share(scores: np.ndarray) -> np.ndarray:
    """The share of hits with such calibrated scores that are right: 0 to 1, any shape."""
    return (1 / (1 + np.exp(-(SLOPE * np.asarray(scores, np.float64) + OFFSET)))).astype(np.float32)


def score_of_share(share: float) -> float:
    """The calibrated score at which this share of hits is right."""
    return float((np.log(share / (1 - share)) - OFFSET) / SLOPE)


def labels(shares: np.ndarray) -> np.ndarray:
    """A label for each share: str (m,) of :data:`LABELS`."""
    return np.select([shares >= STRONG, shares >= LIKELY], LABELS[:2], LABELS[2]).astype(str)
