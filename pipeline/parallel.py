"""The same hotel sentences in many languages: what a model's vectors say about the language itself.

``pipeline/data/parallel/<code>.txt`` holds 230 sentences, line n of every file saying the same.
Because the meaning is equal by construction, whatever differs between the languages' vectors is
language, not topic. Another language is one more file.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.encoder import Encoder, Progress
from pipeline.model_data import encode_lines, load_lines, of_model

NAME = "parallel"


@dataclass(frozen=True)
class ParallelStatistics:
    """What the parallel sentences show of one model.

    Attributes:
        means: float32 (languages, d), mean vector of each language.
        within: float32 (d, d), covariance of a sentence's translations around their common mean,
            the languages' own means taken out: how vectors differ although the meaning is equal.
    """

    means: np.ndarray
    within: np.ndarray


def parallel_statistics(
    encoder: Encoder, *, progress: Progress | None = None
) -> ParallelStatistics:
    """The statistics of a model: shipped, from the cache, or measured now (about a minute)."""
    arrays = of_model(NAME, encoder, lambda: measure_parallel(encoder, progress=progress))
    return ParallelStatistics(arrays["means"], arrays["within"])


def measure_parallel(
    encoder: Encoder, *, progress: Progress | None = None
) -> dict[str, np.ndarray]:
    """Embed every sentence in every language and reduce them to the statistics."""
    vectors = encode_lines(encoder, load_lines(NAME), progress=progress).astype(np.float64)
    means = vectors.mean(axis=1)
    centred = vectors - means[:, None]
    rest = (centred - centred.mean(axis=0)).reshape(-1, encoder.dimension)
    return {
        "means": means.astype(np.float32),
        "within": (rest.T @ rest / len(rest)).astype(np.float32),
    }
