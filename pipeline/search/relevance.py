"""How likely a hit is right, as a probability and as a label: strong, likely or weak.

A score is the log-odds that such a hit answers the query (:mod:`pipeline.search.scores`).
"""

from __future__ import annotations

import numpy as np

STRONG, LIKELY = 0.6, 0.2  # minimum match probability of a label
LABELS = ("strong", "likely", "weak")
# Match probability of a review that contains the query's name, see `pipeline.search.name_matching`.
LEXICAL_MATCH_PROBABILITY = {"certain": 0.95, "possible": 0.5}


def match_probability(scores: np.ndarray) -> np.ndarray:
    """Probability that hits with such scores are right: float32, any shape."""
    return (1 / (1 + np.exp(-np.asarray(scores, np.float64)))).astype(np.float32)


def inverse_match_probability(probability: float) -> float:
    """The score at which hits have this match probability."""
    return float(np.log(probability / (1 - probability)))


def strength_labels(probabilities: np.ndarray) -> np.ndarray:
    """The label of each match probability: str (m,), one of :data:`LABELS`."""
    chosen = np.select(
        [probabilities >= STRONG, probabilities >= LIKELY], LABELS[:2], default=LABELS[2]
    )
    return chosen.astype(str)
