"""Reference texts in many languages, and arrays that are computed from them once per model.

The arrays are shipped for the bundled model and cached for others.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from pipeline.common.files import load_arrays, save_arrays
from pipeline.common.paths import PACKAGE_DATA, cache_folder, report_unusable_cache
from pipeline.embedding.encoder import Encoder

_FORMAT = "1"
_ALSO_FROM = {"matters": ("aspects", "judged", "other")}  # further folders of what arrays are from
_EIGHT_BITS = re.compile(r"-int8-[^-]+")
ParallelLines = Mapping[str, tuple[str, ...]]  # language -> lines


@cache
def load_lines(name: str) -> ParallelLines:
    """ISO 639-1 code -> lines of ``data/<name>/<code>.txt``; line n means the same in each."""
    files = sorted((PACKAGE_DATA / name).glob("*.txt"))
    return {file.stem: tuple(file.read_text("utf-8").splitlines()) for file in files}


def precomputed(
    name: str, encoder: Encoder, compute: Callable[[], dict[str, np.ndarray]]
) -> dict[str, np.ndarray]:
    """Arrays that depend on the model and on ``data/<name>``: shipped, cached or computed now.

    Those of the bundled model in float32 also serve its form in eight bits.
    """
    arrays = shared_arrays(name, encoder.fingerprint)
    if arrays is None:
        arrays = precomputed_for(name, encoder.fingerprint)
    if arrays is None:
        arrays = compute()
        key = _key(name, encoder.fingerprint)
        path = _cached_path(name, key)
        try:
            save_arrays(path, key=key, **arrays)
        except OSError as error:  # they are computed again next time
            report_unusable_cache(path, error)
    return arrays


def precomputed_for(name: str, fingerprint: str) -> dict[str, np.ndarray] | None:
    """Arrays of ``data/<name>`` by the model with this fingerprint; None if unknown."""
    key = _key(name, fingerprint)
    for path in (shipped_path(name), _cached_path(name, key)):
        arrays = load_arrays(path, key=key)
        if arrays is not None:
            return arrays
    return None


def shared_arrays(name: str, fingerprint: str) -> dict[str, np.ndarray] | None:
    """Arrays that a model shares with its form in eight bits, whose vectors are nearly the same."""
    return precomputed_for(name, _in_float32(fingerprint))


def _in_float32(fingerprint: str) -> str:
    return _EIGHT_BITS.sub("", fingerprint)


def ship(name: str, encoder: Encoder, arrays: dict[str, np.ndarray]) -> Path:
    """Write arrays into the package, to be shipped (for developers)."""
    save_arrays(shipped_path(name), key=_key(name, encoder.fingerprint), **arrays)
    return shipped_path(name)


def shipped_path(name: str) -> Path:
    """The shipped file; a test checks that it is up to date."""
    return PACKAGE_DATA / f"{name}.npz"


def is_shipped(name: str, encoder: Encoder) -> bool:
    """Whether the shipped arrays belong to this model and to the present lines."""
    key = _key(name, _in_float32(encoder.fingerprint))
    return load_arrays(shipped_path(name), key=key) is not None


def encode_lines(encoder: Encoder, lines: ParallelLines, **options: object) -> np.ndarray:
    """Vectors of every line in every language: float32 (languages, lines, d)."""
    texts: Sequence[str] = [text for rows in lines.values() for text in rows]
    vectors = encoder.encode_documents(texts, **options)  # type: ignore[arg-type]
    return vectors.reshape(len(lines), -1, encoder.dimension)


def line_means(name: str, encoder: Encoder) -> np.ndarray:
    """Raw vector of each line of ``data/<name>``, averaged over languages: float32 (lines, d)."""
    return precomputed(name, encoder, lambda: compute_line_means(name, encoder))["vectors"]


def compute_line_means(name: str, encoder: Encoder) -> dict[str, np.ndarray]:
    """Embed every line in every language and average over languages."""
    return {"vectors": encode_lines(encoder, load_lines(name)).mean(axis=0).astype(np.float32)}


def _cached_path(name: str, key: str) -> Path:
    return cache_folder(name) / f"{hashlib.sha256(key.encode()).hexdigest()[:24]}.npz"


def _key(name: str, fingerprint: str) -> str:
    digest = hashlib.sha256()
    for folder in (name, *_ALSO_FROM.get(name, ())):
        for code, rows in load_lines(folder).items():
            digest.update("\n".join((code, *rows)).encode())
    return f"{_FORMAT}|{name}|{fingerprint}|{digest.hexdigest()}"
