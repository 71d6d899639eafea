"""Vectors of reviews, each text computed once: the vector cache in front of the encoder.

Every vector is rounded to half precision and normalised again before it is returned, whether it
was computed now, cached (:mod:`pipeline.embedding.vector_cache`) or shipped. With an encoder whose
vector of a text depends on that text alone, the same file gives the same bits, whatever was
embedded before and in whatever batches; :mod:`pipeline.embedding.sentence_transformer` says when
that holds.
"""

from __future__ import annotations

import logging
from collections.abc import Container, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike

from pipeline.common.arrays import unit_rows
from pipeline.common.errors import InputError
from pipeline.common.files import load_arrays, save_arrays
from pipeline.common.paths import SAMPLE_VECTORS
from pipeline.common.progress import Progress
from pipeline.common.settings import database_address, vector_cache_megabytes
from pipeline.database.connection import shared_database
from pipeline.embedding.encoder import BlockEncoder, Encoder
from pipeline.embedding.shared_vector_cache import SharedVectorCache
from pipeline.embedding.vector_cache import VectorCache, text_key

log = logging.getLogger(__name__)

_FORMAT = "2"
_KEY_BYTES = 16
_SPOT_CHECKS = 6
_BATCH_CHARACTERS = 20_000  # about two seconds of work, which a kill -9 can lose
_BATCH_TEXTS = 256
_ROWS_AT_ONCE = 4_096  # that are normalised, so that no second copy of all is made
_CALL_OVERHEAD = 30  # cost of a model call, in characters


def embed_documents(
    encoder: Encoder,
    texts: Sequence[str],
    *,
    use_cache: bool = True,
    progress: Progress | None = None,
    dtype: DTypeLike = np.float32,
) -> np.ndarray:
    """Embed reviews: raw vectors (n, d), rows of length 1, in the order given.

    Identical texts are computed once. Vectors computed before, in any analysis, come from the
    cache; new ones are stored there batch by batch, so that interrupted work is not lost. The
    sample's vectors are shipped; a few of them are recomputed and compared before any is used.

    Args:
        encoder: the model.
        texts: n texts.
        use_cache: whether to use cached and shipped vectors, and to cache new ones.
        progress: called with how many of the distinct texts are done.
        dtype: of the vectors.
    """
    distinct = list(dict.fromkeys(texts))
    row_of = {text: row for row, text in enumerate(distinct)}
    with _open_cache(use_cache) as cache:
        vectors = _embed_distinct(encoder, distinct, cache, progress, use_shipped=use_cache)
    rows = np.array([row_of[text] for text in texts], np.int64)
    embedded: np.ndarray = np.empty((len(texts), encoder.dimension), dtype)
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        part = slice(start, start + _ROWS_AT_ONCE)
        embedded[part] = unit_rows(vectors[rows[part]].astype(np.float32))
    return embedded


def embedding_cost(
    encoder: Encoder, texts: Sequence[str], *, use_cache: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    """Estimate the cost of embedding each text, in characters.

    Returns:
        The remaining cost, int64 (n,), 0 for a text that is cached or occurred before; and the
        full cost, int64 (n,).
    """
    full = np.fromiter(map(len, texts), np.int64, len(texts)) + _CALL_OVERHEAD
    distinct = list(dict.fromkeys(texts))
    keys = _keys(encoder, distinct)
    with _open_cache(use_cache) as cache:
        known = cache.known(keys)
    if use_cache:
        known |= shipped_vectors(encoder).keys()
    new = {text for text, key in zip(distinct, keys, strict=True) if key not in known}
    remaining = np.zeros(len(texts), np.int64)
    for row, text in enumerate(texts):
        if text in new:
            new.remove(text)
            remaining[row] = full[row]
    return remaining, full


def write_sample_vectors(encoder: Encoder, texts: Sequence[str]) -> Path:
    """Write the vectors of the sample's reviews and sentences into the package (developers)."""
    distinct = list(dict.fromkeys(texts))
    vectors = encoder.encode_documents(distinct).astype(np.float16)
    keys = np.frombuffer(b"".join(_keys(encoder, distinct)), np.uint8).reshape(-1, _KEY_BYTES)
    save_arrays(_shipped_file(encoder), key=_shipped_key(encoder), keys=keys, vectors=vectors)
    return _shipped_file(encoder)


def shipped_vectors(encoder: Encoder) -> dict[bytes, np.ndarray]:
    """Vectors shipped for this model, not yet verified: key of a text -> float16 (d,)."""
    arrays = load_arrays(_shipped_file(encoder), key=_shipped_key(encoder))
    if arrays is None or arrays["vectors"].shape != (len(arrays["keys"]), encoder.dimension):
        return {}
    keys = arrays["keys"].tobytes()
    starts = range(0, len(keys), _KEY_BYTES)
    return {
        keys[start : start + _KEY_BYTES]: vector
        for start, vector in zip(starts, arrays["vectors"], strict=True)
    }


def _open_cache(use_cache: bool) -> VectorCache | SharedVectorCache:
    """The cache of this machine; of all machines where the settings name a database."""
    if use_cache and vector_cache_megabytes() and database_address():
        try:
            database = shared_database()
            assert database is not None  # noqa: S101  it is set
            return SharedVectorCache(database)
        except InputError as error:
            log.warning("vectors are cached on this machine alone: %s", error)
    return VectorCache(megabytes=None if use_cache else 0)


def _keys(encoder: Encoder, texts: Sequence[str]) -> list[bytes]:
    return [text_key(encoder.fingerprint, "documents", text) for text in texts]


def _shipped_file(encoder: Encoder) -> Path:
    in_eight_bits = "-int8-" in encoder.fingerprint
    return SAMPLE_VECTORS.with_stem("vectors-int8") if in_eight_bits else SAMPLE_VECTORS


def _shipped_key(encoder: Encoder) -> str:
    return f"{_FORMAT}|{encoder.fingerprint}|documents"


def _embed_distinct(
    encoder: Encoder,
    texts: list[str],
    cache: VectorCache | SharedVectorCache,
    progress: Progress | None,
    *,
    use_shipped: bool,
) -> np.ndarray:
    """Vectors of distinct texts: float16 (n, d)."""
    keys = _keys(encoder, texts)
    vectors = np.zeros((len(texts), encoder.dimension), np.float16)
    known = cache.get(keys, encoder.dimension)
    if use_shipped and len(known) < len(texts):
        known |= _verified_shipped(encoder, texts, keys, known)
    missing = []
    for row, key in enumerate(keys):
        if key in known:
            vectors[row] = known[key]
        else:
            missing.append(row)
    # Longest first: batches of similar lengths, and the estimated time left only falls.
    missing.sort(key=lambda row: (-len(texts[row]), texts[row]))
    done = len(texts) - len(missing)
    if progress:
        progress(done, len(texts))
    missing_texts = [texts[row] for row in missing]
    for block, computed in _blocks(encoder, missing_texts, _offset(progress, done, len(texts))):
        rows = missing[block]
        vectors[rows] = computed
        cache.put([(keys[row], vectors[row]) for row in rows])
        done += len(rows)
        if progress:
            progress(done, len(texts))
    return vectors


def _blocks(
    encoder: Encoder, texts: list[str], progress: Progress | None
) -> Iterator[tuple[slice, np.ndarray]]:
    """Rows of texts, the longest first, and their vectors; each block is cached once it is here."""
    if isinstance(encoder, BlockEncoder):
        yield from encoder.encode_blocks(texts)
        return
    start = 0
    while start < len(texts):
        batch = texts[start : start + _batch_size(texts[start])]
        computed = encoder.encode_documents(batch, progress=_offset(progress, start, len(texts)))
        yield slice(start, start + len(batch)), computed
        start += len(batch)


def _offset(progress: Progress | None, before: int, total: int) -> Progress | None:
    """Progress of a batch as progress of all texts."""
    return (lambda done, _all: progress(before + done, total)) if progress else None


def _batch_size(longest: str) -> int:
    return int(np.clip(_BATCH_CHARACTERS // max(len(longest), 1), 8, _BATCH_TEXTS))


def _verified_shipped(
    encoder: Encoder, texts: Sequence[str], keys: Sequence[bytes], known: Container[bytes]
) -> dict[bytes, np.ndarray]:
    """Shipped vectors of texts that have none yet; none at all if a sample of them is wrong.

    The sample, spread over the texts, is computed now and compared.
    """
    shipped = shipped_vectors(encoder)
    rows = [row for row, key in enumerate(keys) if key not in known and key in shipped]
    if not rows:
        return {}
    sample = [rows[i] for i in np.unique(np.linspace(0, len(rows) - 1, _SPOT_CHECKS).astype(int))]
    fresh = encoder.encode_documents([texts[row] for row in sample])
    cosines = np.sum(fresh * np.stack([shipped[keys[row]] for row in sample]), axis=1)
    return {keys[row]: shipped[keys[row]] for row in rows} if bool((cosines > 0.999).all()) else {}
