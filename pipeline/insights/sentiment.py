"""Sentiment of passages: praise, complaint, or neither, by the polarity head of the model."""

from __future__ import annotations

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.heads.heads import find_heads

PRAISE, COMPLAINT = 1, -1
_MIN_POLARITY = 0.45  # absolute; below, a passage is neither praise nor complaint


def passage_sentiment(analysis: Analysis) -> np.ndarray | None:
    """Sentiment of the p passages that are searched, int8 (p,): 1 praise, -1 complaint, 0 neither.

    None where the model has no polarity head (:mod:`pipeline.heads`).
    """
    heads = find_heads(analysis.encoder)
    if heads is None:
        return None
    polarities = heads.polarities(analysis.searched_passages.raw)
    polar = np.abs(polarities) >= _MIN_POLARITY
    return np.where(polar, np.sign(polarities), 0).astype(np.int8)
