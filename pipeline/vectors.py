"""Vectors of a file's texts, computed once: a cache on disk in front of the encoder."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pipeline.encoder import Encoder, Progress
from pipeline.files import load_arrays, save_arrays
from pipeline.places import cache_folder
from pipeline.rows import unit_rows

log = logging.getLogger(__name__)

_FORMAT = "1"
_MOST_FILES = 200
_SPOT_CHECKS = 6
SAMPLE_VECTORS = Path(__file__).parent.parent / "sample_data" / "vectors.npz"


def embed_documents(
    encoder: Encoder,
    texts: Sequence[str],
    *,
    use_cache: bool = True,
    progress: Progress | None = None,
) -> np.ndarray:
    """Raw vectors of reviews: float32 (n, d), rows of length 1, in the order given.

    The cache holds a whole file's vectors under a digest of the model and of all its texts: the
    same file gives the same bits, whatever was embedded before. The sample's vectors are shipped
    the same way; a few of them are computed anew and compared before any is used.
    """
    key = vectors_key(encoder, texts)
    path = cache_folder("vectors") / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.npz"
    for source in (path, SAMPLE_VECTORS) if use_cache and len(texts) else ():
        vectors = _load(source, key, len(texts), encoder.dimension)
        if vectors is None or (source == SAMPLE_VECTORS and not _agrees(vectors, texts, encoder)):
            continue
        if progress:
            progress(len(texts), len(texts))
        return vectors
    vectors = encoder.encode_documents(texts, progress=progress)
    if use_cache:
        try:
            save_arrays(path, key=key, vectors=vectors)
            _forget_oldest(path.parent)
        except OSError as error:  # a full or read-only disk costs time next time, nothing else
            log.warning("the vectors could not be kept: %s", error)
    return vectors


def vectors_key(encoder: Encoder, texts: Sequence[str]) -> str:
    """Everything the vectors depend on."""
    digest = hashlib.sha256()
    for text in texts:
        data = text.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "little") + data)
    return f"{_FORMAT}|{encoder.fingerprint}|documents|{digest.hexdigest()}"


def write_sample_vectors(encoder: Encoder, texts: Sequence[str]) -> Path:
    """Ship the vectors of the sample reviews, in half precision (for developers)."""
    vectors = encoder.encode_documents(texts).astype(np.float16)
    save_arrays(SAMPLE_VECTORS, key=vectors_key(encoder, texts), vectors=vectors)
    return SAMPLE_VECTORS


def _load(path: Path, key: str, count: int, dimension: int) -> np.ndarray | None:
    arrays = load_arrays(path, key=key)
    if arrays is None or arrays["vectors"].shape != (count, dimension):
        return None
    vectors = arrays["vectors"]
    if vectors.dtype == np.float32:
        return vectors
    return unit_rows(vectors.astype(np.float32))


def _agrees(vectors: np.ndarray, texts: Sequence[str], encoder: Encoder) -> bool:
    """Whether a few texts, spread over the file, get the same vectors when computed now."""
    rows = np.unique(np.linspace(0, len(texts) - 1, _SPOT_CHECKS).astype(int))
    fresh = encoder.encode_documents([texts[row] for row in rows])
    return bool((np.sum(fresh * vectors[rows], axis=1) > 0.999).all())


def _forget_oldest(folder: Path) -> None:
    files = sorted(folder.glob("*.npz"), key=lambda file: file.stat().st_mtime)
    for file in files[:-_MOST_FILES]:
        file.unlink(missing_ok=True)
