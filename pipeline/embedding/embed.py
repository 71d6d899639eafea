"""Vectors of reviews, each text computed once: the kept vectors in front of the encoder.

Every vector is rounded to half precision and made length 1 again before anybody sees it, whether
it was computed now, kept (:mod:`pipeline.embedding.vector_cache`) or shipped. With an encoder whose
vector of a text depends on that text alone, the same file gives the same bits, whatever was
embedded before and in whatever batches; :mod:`pipeline.embedding.encoder` says when that holds.
"""

from __future__ import annotations

import logging
from collections.abc import Container, Sequence
from pathlib import Path

import numpy as np

from pipeline.common.arrays import unit_rows
from pipeline.common.files import load_arrays, save_arrays
from pipeline.common.paths import SAMPLE_VECTORS
from pipeline.common.progress import Progress
from pipeline.embedding.encoder import Encoder
from pipeline.embedding.vector_cache import VectorCache, text_key

log = logging.getLogger(__name__)

_FORMAT = "2"
_KEY_BYTES = 16
_SPOT_CHECKS = 6
_BATCH_CHARACTERS = 20_000  # about two seconds' work: what a kill -9 can lose
_BATCH_TEXTS = 256
_CALL = 30  # letters that would take as long as the model's call itself


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
    distinct = list(dict.fromkeys(texts))
    place = {text: row for row, text in enumerate(distinct)}
    with VectorCache(megabytes=None if use_cache else 0) as cache:
        vectors = _embed(encoder, distinct, cache, progress, use_shipped=use_cache)
    found = unit_rows(vectors.astype(np.float32))
    return found[np.array([place[text] for text in texts], np.int64)]


def embedding_cost(
    encoder: Encoder, texts: Sequence[str], *, use_cache: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    """How much work each text is, in letters, about: what is still to be done, and all of it.

    Returns:
        int64 (n,) with 0 for a text that is kept or stood before, and int64 (n,).
    """
    whole = np.fromiter(map(len, texts), np.int64, len(texts)) + _CALL
    distinct = list(dict.fromkeys(texts))
    keys = _keys(encoder, distinct)
    with VectorCache(megabytes=None if use_cache else 0) as cache:
        known = cache.known(keys)
    if use_cache:
        known |= shipped_vectors(encoder).keys()
    new = {text for text, key in zip(distinct, keys, strict=True) if key not in known}
    still = np.zeros(len(texts), np.int64)
    for row, text in enumerate(texts):
        if text in new:
            new.remove(text)
            still[row] = whole[row]
    return still, whole


def write_sample_vectors(encoder: Encoder, texts: Sequence[str]) -> Path:
    """Ship the vectors of the sample's reviews and sentences (for developers)."""
    distinct = list(dict.fromkeys(texts))
    vectors = encoder.encode_documents(distinct).astype(np.float16)
    keys = np.frombuffer(b"".join(_keys(encoder, distinct)), np.uint8).reshape(-1, _KEY_BYTES)
    save_arrays(SAMPLE_VECTORS, key=_shipped_key(encoder), keys=keys, vectors=vectors)
    return SAMPLE_VECTORS


def shipped_vectors(encoder: Encoder) -> dict[bytes, np.ndarray]:
    """Key of a text -> float16 (d,): what is shipped for this model, not yet compared."""
    arrays = load_arrays(SAMPLE_VECTORS, key=_shipped_key(encoder))
    if arrays is None or arrays["vectors"].shape != (len(arrays["keys"]), encoder.dimension):
        return {}
    keys = arrays["keys"].tobytes()
    starts = range(0, len(keys), _KEY_BYTES)
    return {
        keys[start : start + _KEY_BYTES]: vector
        for start, vector in zip(starts, arrays["vectors"], strict=True)
    }


def _keys(encoder: Encoder, texts: Sequence[str]) -> list[bytes]:
    return [text_key(encoder.fingerprint, "documents", text) for text in texts]


def _shipped_key(encoder: Encoder) -> str:
    return f"{_FORMAT}|{encoder.fingerprint}|documents"


def _embed(
    encoder: Encoder,
    texts: list[str],
    cache: VectorCache,
    progress: Progress | None,
    *,
    use_shipped: bool,
) -> np.ndarray:
    """float16 (n, d) of distinct texts."""
    keys = _keys(encoder, texts)
    vectors = np.zeros((len(texts), encoder.dimension), np.float16)
    kept = cache.get(keys, encoder.dimension)
    if use_shipped and len(kept) < len(texts):
        kept |= _shipped(encoder, texts, keys, kept)
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


def _shipped(
    encoder: Encoder, texts: Sequence[str], keys: Sequence[bytes], kept: Container[bytes]
) -> dict[bytes, np.ndarray]:
    """Shipped vectors of texts that have none yet; nothing when they are not what they should be.

    A few, spread over the texts, are computed now and compared.
    """
    shipped = shipped_vectors(encoder)
    rows = [row for row, key in enumerate(keys) if key not in kept and key in shipped]
    if not rows:
        return {}
    some = [rows[i] for i in np.unique(np.linspace(0, len(rows) - 1, _SPOT_CHECKS).astype(int))]
    fresh = encoder.encode_documents([texts[row] for row in some])
    same = np.sum(fresh * np.stack([shipped[keys[row]] for row in some]), axis=1)
    return {keys[row]: shipped[keys[row]] for row in rows} if bool((same > 0.999).all()) else {}
