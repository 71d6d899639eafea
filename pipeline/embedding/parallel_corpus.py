"""The same hotel sentences in many languages: what a model's vectors say about the language itself.

``pipeline/data/parallel/<code>.txt`` holds 230 sentences, line n of every file saying the same.
Because the meaning is equal by construction, whatever differs between the languages' mean vectors
is language, not topic. Another language is one more file.
"""

from __future__ import annotations

import numpy as np

from pipeline.common.progress import Progress
from pipeline.embedding.encoder import Encoder
from pipeline.embedding.reference import encode_lines, load_lines, precomputed

NAME = "parallel"


def parallel_means(encoder: Encoder, *, progress: Progress | None = None) -> np.ndarray:
    """Mean vector of each language over equal meanings: float32 (languages, d), raw.

    Shipped for the bundled model; from the cache, or measured now (about a minute), for others.
    """
    return precomputed(NAME, encoder, lambda: compute_parallel_means(encoder, progress=progress))[
        "means"
    ]


def compute_parallel_means(
    encoder: Encoder, *, progress: Progress | None = None
) -> dict[str, np.ndarray]:
    """Embed every sentence in every language and take the means."""
    vectors = encode_lines(encoder, load_lines(NAME), progress=progress)
    return {"means": vectors.mean(axis=1, dtype=np.float64).astype(np.float32)}
