"""Vectors of reviews, each text computed once: the kept vectors in front of the encoder.

Every vector is rounded to half precision and made length 1 again before anybody sees it, whether
it was computed now, kept (:mod:`pipeline.vector_cache`) or shipped. With an encoder whose vector
of a text depends on that text alone, the same file gives the same bits, whatever was embedded
before and in whatever batches; :mod:`pipeline.encoder` says when that holds.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pipeline.encoder import Encoder, Progress
from pipeline.files import load_arrays, save_arrays
from pipeline.rows import unit_rows
from pipeline.vector_cache import VectorCache, text_key

log = logging.getLogger(__name__)

_FORMAT = "1"
_SPOT_CHECKS = 6
_BATCH_CHARACTERS = 10_000  # about a second's work: what a kill -9 can lose
_BATCH_TEXTS = 256
SAMPLE_VECTORS = Path(__file__).parent.parent / "sample_data" / "vectors.npz"


def embed_documents(
    encoder: Encoder,
    texts: Sequence[str],
    *,
    use_cache: bool = True,
    progress: Progress | None = None,
) -> np.ndarray:
    """Raw vectors of reviews: float32 (n, d), rows of length 1, in the order given.

    Identical texts are computed once. What was computed before, in any analysis, is taken from
    the cache; what is new goes there batch by batch, so that work that is broken off is not lost.
    The sample's vectors are shipped; a few of them are computed anew and compared before any is
    used.

    Args:
        encoder: the model.
        texts: n texts.
        use_cache: whether kept and shipped vectors may be used, and new ones kept.
        progress: told how many of the distinct texts have their vector.
    """
    if use_cache and len(texts) and (shipped := _shipped(encoder, texts)) is not None:
        if progress:
            progress(len(texts), len(texts))
        return shipped
    distinct = list(dict.fromkeys(texts))
    place = {text: row for row, text in enumerate(distinct)}
    with VectorCache(megabytes=None if use_cache else 0) as cache:
        vectors = _embed(encoder, distinct, cache, progress)
    found = unit_rows(vectors.astype(np.float32))
    return found[np.array([place[text] for text in texts], np.int64)]


def vectors_key(encoder: Encoder, texts: Sequence[str]) -> str:
    """Everything a whole file's vectors depend on."""
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


def _embed(
    encoder: Encoder, texts: list[str], cache: VectorCache, progress: Progress | None
) -> np.ndarray:
    """float16 (n, d) of distinct texts."""
    keys = [text_key(encoder.fingerprint, "documents", text) for text in texts]
    vectors = np.zeros((len(texts), encoder.dimension), np.float16)
    kept = cache.get(keys, encoder.dimension)
    missing = []
    for row, key in enumerate(keys):
        if key in kept:
            vectors[row] = kept[key]
        else:
            missing.append(row)
    # Longest first: batches of like lengths, and the estimate of the time left only falls.
    missing.sort(key=lambda row: (-len(texts[row]), texts[row]))
    done = len(texts) - len(missing)
    if progress:
        progress(done, len(texts))
    while missing:
        batch = missing[: _batch_size(texts[missing[0]])]
        del missing[: len(batch)]
        told = _later(progress, done, len(texts))
        vectors[batch] = encoder.encode_documents([texts[row] for row in batch], progress=told)
        cache.put([(keys[row], vectors[row]) for row in batch])
        done += len(batch)
        if progress:
            progress(done, len(texts))
    return vectors


def _later(progress: Progress | None, before: int, total: int) -> Progress | None:
    """The progress of a batch as progress of the whole."""
    return (lambda done, _all: progress(before + done, total)) if progress else None


def _batch_size(longest: str) -> int:
    return int(np.clip(_BATCH_CHARACTERS // max(len(longest), 1), 8, _BATCH_TEXTS))


def _shipped(encoder: Encoder, texts: Sequence[str]) -> np.ndarray | None:
    """The sample's vectors, when these are the sample's texts and the vectors are right."""
    arrays = load_arrays(SAMPLE_VECTORS, key=vectors_key(encoder, texts))
    if arrays is None or arrays["vectors"].shape != (len(texts), encoder.dimension):
        return None
    vectors = unit_rows(arrays["vectors"].astype(np.float32))
    rows = np.unique(np.linspace(0, len(texts) - 1, _SPOT_CHECKS).astype(int))
    fresh = encoder.encode_documents([texts[row] for row in rows])
    return vectors if bool((np.sum(fresh * vectors[rows], axis=1) > 0.999).all()) else None
