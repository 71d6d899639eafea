"""The same hotel sentences in many languages: what a model's vectors say about the language itself.

``pipeline/data/parallel/<code>.txt`` holds 230 sentences, line n of every file saying the same.
Because the meaning is equal by construction, whatever differs between the languages' vectors is
language, not topic. Another language is one more file.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from pipeline.encoder import Encoder, Progress
from pipeline.files import load_arrays, save_arrays
from pipeline.places import cache_folder

log = logging.getLogger(__name__)

DATA = Path(__file__).parent / "data"
_SHIPPED = DATA / "parallel-statistics.npz"  # for the bundled model, so that nobody waits for it
_FORMAT = "1"


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


@cache
def load_sentences() -> dict[str, tuple[str, ...]]:
    """ISO 639-1 code -> its sentences, line by line parallel."""
    files = sorted((DATA / "parallel").glob("*.txt"))
    return {file.stem: tuple(file.read_text("utf-8").splitlines()) for file in files}


def parallel_statistics(
    encoder: Encoder, *, progress: Progress | None = None
) -> ParallelStatistics:
    """The statistics of a model: shipped, from the cache, or measured now (about a minute)."""
    key = _key(encoder)
    cached = cache_folder("parallel") / f"{hashlib.sha256(key.encode()).hexdigest()[:24]}.npz"
    for path in (_SHIPPED, cached):
        arrays = load_arrays(path, key=key)
        if arrays is not None and arrays["within"].shape == (encoder.dimension,) * 2:
            return ParallelStatistics(arrays["means"], arrays["within"])
    statistics = measure_parallel(encoder, progress=progress)
    save_arrays(cached, key=key, **vars(statistics))
    return statistics


def measure_parallel(encoder: Encoder, *, progress: Progress | None = None) -> ParallelStatistics:
    """Embed every sentence in every language and reduce them to the statistics."""
    sentences = load_sentences()
    texts = [text for lines in sentences.values() for text in lines]
    vectors = encoder.encode_documents(texts, progress=progress)
    vectors = vectors.reshape(len(sentences), -1, encoder.dimension).astype(np.float64)
    means = vectors.mean(axis=1)
    centred = vectors - means[:, None]
    rest = (centred - centred.mean(axis=0)).reshape(-1, encoder.dimension)
    return ParallelStatistics(
        means=means.astype(np.float32),
        within=(rest.T @ rest / len(rest)).astype(np.float32),
    )


def write_shipped(encoder: Encoder) -> Path:
    """Measure the statistics anew and put them where the package ships them (for developers)."""
    save_arrays(_SHIPPED, key=_key(encoder), **vars(measure_parallel(encoder)))
    return _SHIPPED


def _key(encoder: Encoder) -> str:
    digest = hashlib.sha256()
    for code, lines in load_sentences().items():
        digest.update("\n".join((code, *lines)).encode())
    return f"{_FORMAT}|{encoder.fingerprint}|{digest.hexdigest()}"
