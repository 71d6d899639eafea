"""Vectors and languages -> language-neutral vectors.

Multilingual encoders place each language in a region of its own; KMeans then finds languages, not
topics. What differs by language alone spans a small subspace, which is removed here (LSAR, Xie et
al. 2022; arXiv 2401.05792; arXiv 2412.12433 for topics of reviews). Two sources span it:

1. The parallel sentences: the language means of equal meanings. They can't confuse language with
   topic, but they miss what is particular to the upload and to languages that are not among them.
2. The upload itself. Its language means alone would be wrong where language and topic go together
   (Japanese guests who write only about food): removing their difference removes the topic. So
   reviews are first grouped into many small topics, and each language's offset is fitted beside
   the groups' centres (a two-way additive model), which compares Japanese food reviews with other
   food reviews only. Of the offsets' directions only those are removed along which languages stand
   apart by at least half of the spread within them: a faint offset can't pull languages apart, but
   removing its direction could cost meaning.

A file in one language has no offsets and keeps everything but the first part.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from pipeline.common.arrays import BLOCK, distinct_rows, unit_rows
from pipeline.common.kmeans import kmeans

UNKNOWN_LANGUAGE = "und"  # "10/10", "👍": texts without a word belong to no language
_SEPARATION = 0.5  # between-language over within-language standard deviation
_GROUPS = 60
_REVIEWS_PER_GROUP = 15
_FEWEST_REVIEWS = 3  # of a language, to have an offset of its own
_SHRINKAGE = 10.0  # reviews: offsets of small languages are drawn to zero
_SAMPLE = 20_000  # reviews from which offsets are fitted
_ROUNDS = 2
_ALONE = 0.8  # mean share of a language in its own reviews' groups


@dataclass(frozen=True)
class NeutralSpace:
    """From a model's vectors to vectors without the language.

    Attributes:
        removed: float32 (r, d), orthonormal rows: the language subspace; r may be 0.
        center: float32 (d,), mean of the upload after removal.
    """

    removed: np.ndarray
    center: np.ndarray

    @property
    def fingerprint(self) -> str:
        """A short text that two spaces share only when they are equal."""
        digest = hashlib.sha256()
        for array in (self.removed, self.center):
            digest.update(str((array.dtype.str, array.shape)).encode())
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()[:16]

    def transform(self, vectors: np.ndarray) -> np.ndarray:
        """Raw vectors (n, d), of reviews or of queries -> float32 (n, d), rows of length 1."""
        if len(vectors) <= BLOCK:
            return _unit(_remove(vectors, self.removed) - self.center)
        neutral = np.empty(vectors.shape, np.float32)
        for start in range(0, len(vectors), BLOCK):
            part = slice(start, start + BLOCK)
            neutral[part] = _unit(_remove(vectors[part], self.removed) - self.center)
        return neutral

    def without_language(self, vectors: np.ndarray) -> np.ndarray:
        """Raw vectors (n, d) without the language, the upload's mean left in: float32 (n, d)."""
        return _unit(_remove(vectors, self.removed))

    def transform_phrases(self, vectors: np.ndarray) -> np.ndarray:
        """Raw vectors (m, d) of texts that are no reviews (headings), centred on themselves.

        Their common style would else be what they all say.
        """
        rest = _remove(vectors, self.removed)
        return _unit(rest - rest.mean(axis=0))


def raw_space(dimension: int) -> NeutralSpace:
    """The space that leaves vectors as the model made them."""
    empty = np.zeros((0, dimension), np.float32)
    return NeutralSpace(empty, np.zeros(dimension, np.float32))


def fit_neutral(
    vectors: np.ndarray, languages: np.ndarray, parallel: np.ndarray, *, seed: int = 0
) -> NeutralSpace:
    """Fit the neutral space of an upload.

    Args:
        vectors: float32 (n, d), raw vectors of the reviews, rows of length 1.
        languages: str (n,), language code of each review.
        parallel: float32 (l, d), language means of the parallel sentences, by the same model.
        seed: for the groups; the same input and seed give the same space.
    """
    fixed = _span(parallel)
    offsets = _offset_directions(vectors, languages, fixed, seed)
    removed = _span_of(np.vstack([fixed, offsets])).astype(np.float32)
    if len(vectors) <= BLOCK:
        center = _remove(vectors, removed).mean(axis=0).astype(np.float32)
    else:  # the same but for rounding, without a second copy of all vectors
        center = _remove(vectors.mean(axis=0, dtype=np.float64), removed).astype(np.float32)
    return NeutralSpace(removed, center)


def _offset_directions(
    vectors: np.ndarray, languages: np.ndarray, fixed: np.ndarray, seed: int
) -> np.ndarray:
    """Directions (r, d) along which the upload's languages stand apart, topic held equal."""
    known = languages != UNKNOWN_LANGUAGE
    vectors, languages = vectors[known], languages[known]
    generator = np.random.default_rng(seed)
    if len(vectors) > _SAMPLE:
        chosen = np.sort(generator.choice(len(vectors), _SAMPLE, replace=False))
        vectors, languages = vectors[chosen], languages[chosen]
    names, codes, counts = np.unique(languages, return_inverse=True, return_counts=True)
    if (counts >= _FEWEST_REVIEWS).sum() < 2:
        return fixed[:0]
    rest = _remove(vectors, fixed).astype(np.float64)
    means = np.array([rest[codes == code].mean(axis=0) for code in range(len(names))])
    offsets = np.zeros_like(means)
    for done in range(_ROUNDS):
        shifted = _unit(rest - offsets[codes] - rest.mean(axis=0))
        groups = _groups(shifted, seed)
        alone = _alone(groups, codes, counts)
        if not done and alone.any():
            # Nobody to be compared with in their groups: begin where their means meet the others'.
            offsets[alone] = (means - means[~alone].mean(axis=0))[alone]
            shifted = _unit(rest - offsets[codes] - rest.mean(axis=0))
            groups = _groups(shifted, seed)
        offsets = _fit_offsets(rest, codes, groups, counts)
    offsets = offsets[counts >= _FEWEST_REVIEWS]
    directions = _span(offsets)
    between = ((offsets - offsets.mean(axis=0)) @ directions.T).std(axis=0)
    spread = ((rest - means[codes]) @ directions.T).std(axis=0)
    return directions[between > _SEPARATION * np.maximum(spread, 1e-6)]


def _groups(points: np.ndarray, seed: int) -> np.ndarray:
    """Many small topics of points (n, d): int (n,)."""
    from pipeline.embedding.components import fit_components

    points = fit_components(points).transform(points)
    count = int(np.clip(len(points) // _REVIEWS_PER_GROUP, 1, _GROUPS))
    count = min(count, len(distinct_rows(points)[0]))
    return kmeans(points, count, seed=seed, starts=2)[0]


def _alone(groups: np.ndarray, languages: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Which languages keep to themselves in the groups although they are not most of the file.

    That is a language that is far off because no parallel sentences speak it: bool (l,).
    """
    sizes = np.zeros((groups.max() + 1, len(counts)))
    np.add.at(sizes, (groups, languages), 1)
    share = sizes / np.maximum(sizes.sum(axis=1, keepdims=True), 1)
    own = (sizes * share).sum(axis=0) / counts
    alone = (own > _ALONE) & (counts < counts.sum() / 2) & (counts >= _FEWEST_REVIEWS)
    return alone if (~alone).any() else np.zeros_like(alone)


def _fit_offsets(
    vectors: np.ndarray, languages: np.ndarray, groups: np.ndarray, counts: np.ndarray
) -> np.ndarray:
    """Offset (d,) of each language in: vector = centre of its group + offset of its language.

    Fitted by backfitting. In a group every language with a few reviews weighs about the same,
    so that a large language does not become the centre that the others are measured from.
    """
    cells = np.zeros((groups.max() + 1, len(counts), vectors.shape[1]))
    sizes = np.zeros(cells.shape[:2])
    np.add.at(cells, (groups, languages), vectors)
    np.add.at(sizes, (groups, languages), 1)
    means = cells / np.maximum(sizes, 1)[..., None]
    in_group = sizes / (sizes + 3.0)
    in_group /= np.maximum(in_group.sum(axis=1, keepdims=True), 1e-9)
    among = counts / (counts + 20.0)
    among = among / among.sum()
    offsets = np.zeros((len(counts), vectors.shape[1]))
    for _ in range(50):
        centres = np.einsum("gl,gld->gd", in_group, means - offsets)
        updated = (cells.sum(axis=0) - sizes.T @ centres) / (counts + _SHRINKAGE)[:, None]
        updated -= among @ updated
        change = np.abs(updated - offsets).max()
        offsets = updated
        if change < 1e-5:
            break
    return offsets


def _span(rows: np.ndarray) -> np.ndarray:
    """Orthonormal basis of what differs between the rows (means or offsets)."""
    return _span_of(rows - rows.mean(axis=0))


def _span_of(rows: np.ndarray, tolerance: float = 1e-3) -> np.ndarray:
    _u, values, axes = np.linalg.svd(rows.astype(np.float64), full_matrices=False)
    return axes[values > tolerance * max(float(values[0]) if len(values) else 0.0, 1e-9)]


def _remove(vectors: np.ndarray, directions: np.ndarray) -> np.ndarray:
    return vectors - (vectors @ directions.T) @ directions


def _unit(vectors: np.ndarray) -> np.ndarray:
    return unit_rows(vectors).astype(np.float32)
