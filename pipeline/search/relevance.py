"""How likely a hit is right, as a probability and as a label: strong, likely or weak.

A logistic curve maps calibrated scores (:mod:`pipeline.search.calibration`) to the probability that
such a hit answers the query. The curve was fitted on the sample's golden queries and on unrelated
queries (``benchmarks/search.py`` repeats the check). Because scores mean the same in every
language, one curve serves all.
"""

from __future__ import annotations

import numpy as np

STRONG, LIKELY = 0.6, 0.2  # minimum match probability of a label
LABELS = ("strong", "likely", "weak")
SLOPE, OFFSET = 2.0, -5.7
# Match probability of a review that contains the query's name, see `pipeline.search.name_matching`.
LEXICAL_MATCH_PROBABILITY = {"certain": 0.95, "possible": 0.5}


def match_probability(scores: np.ndarray) -> np.ndarray:
    """Probability that hits with such calibrated scores are right: float32, any shape."""
    return (1 / (1 + np.exp(-(SLOPE * np.asarray(scores, np.float64) + OFFSET)))).astype(np.float32)


def inverse_match_probability(probability: float) -> float:
    """The calibrated score at which hits have this match probability."""
    return float((np.log(probability / (1 - probability)) - OFFSET) / SLOPE)


def strength_labels(probabilities: np.ndarray) -> np.ndarray:
    """The label of each match probability: str (m,), one of :data:`LABELS`."""
    chosen = np.select(
        [probabilities >= STRONG, probabilities >= LIKELY], LABELS[:2], default=LABELS[2]
    )
    return chosen.astype(str)
