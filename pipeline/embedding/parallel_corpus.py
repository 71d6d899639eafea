"""The parallel corpus: the same hotel sentences in many languages, and their mean vectors.

``pipeline/data/parallel/<code>.txt`` has 230 sentences; line n means the same in every file. As the
meaning is equal by construction, the mean vectors of the languages differ by language only, not by
topic. To add a language, add a file.
"""

from __future__ import annotations

import numpy as np

from pipeline.common.progress import Progress
from pipeline.embedding.encoder import Encoder
from pipeline.embedding.reference import encode_lines, load_lines, precomputed

NAME = "parallel"


def parallel_means(encoder: Encoder, *, progress: Progress | None = None) -> np.ndarray:
    """Raw mean vector of each language over the parallel sentences: float32 (languages, d).

    Shipped for the bundled model; cached, or computed now in about a minute, for others.
    """
    return precomputed(NAME, encoder, lambda: compute_parallel_means(encoder, progress=progress))[
        "means"
    ]


def compute_parallel_means(
    encoder: Encoder, *, progress: Progress | None = None
) -> dict[str, np.ndarray]:
    """Embed every sentence in every language and average."""
    vectors = encode_lines(encoder, load_lines(NAME), progress=progress)
    return {"means": vectors.mean(axis=1, dtype=np.float64).astype(np.float32)}
