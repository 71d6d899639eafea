"""The language-neutral space: removes the language effect from vectors.

Multilingual encoders place each language in a region of its own, so that KMeans finds languages and
not topics. The language effect lies in a small subspace, which is removed here (LSAR, Xie et al.
2022; arXiv 2401.05792; arXiv 2412.12433 for topics of reviews). Two sources span the subspace:

1. The parallel sentences: differences between language means at equal meaning. They can't confuse
   language with topic, but they miss what is particular to the upload and to other languages.
2. The upload itself. Its language means alone would mislead where language and topic are confounded
   (Japanese guests who write only about food): removing their differences removes the topic. So
   reviews are first clustered finely, and each language's offset is fitted together with the
   cluster centres (a two-way additive model), which compares Japanese reviews of food with other
   reviews of food only. A direction of the offsets is removed only if the languages differ along it
   by at least half of the standard deviation within them: a faint offset can't separate languages,
   but removing its direction could cost meaning.

For a file in one language there are no offsets, and only the first part is removed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from pipeline.common.arrays import BLOCK, distinct_rows, unit_rows
from pipeline.common.kmeans import kmeans
from pipeline.embedding.components import fit_components

UNKNOWN_LANGUAGE = "und"  # of texts without words: "10/10", "👍"
_MIN_SEPARATION = 0.5  # between-language over within-language standard deviation
_MAX_CLUSTERS = 60
_REVIEWS_PER_CLUSTER = 15
_MIN_REVIEWS = 3  # of a language, for an offset of its own
_SHRINKAGE = 10.0  # reviews: shrinks the offsets of small languages towards zero
_SAMPLE = 20_000  # reviews that offsets are fitted to
_ROUNDS = 2
_AT_ONCE = 4_000  # reviews
_ISOLATION = 0.8  # mean share of a language in the clusters of its reviews
_SHARE_SMOOTHING, _WEIGHT_SMOOTHING = 3.0, 20.0  # reviews: limit the weight of large languages


@dataclass(frozen=True)
class NeutralSpace:
    """From a model's vectors to language-neutral ones.

    Attributes:
        removed: float32 (r, d), orthonormal basis of the language subspace; r may be 0.
        center: float32 (d,), mean of the upload after the removal.
    """

    removed: np.ndarray
    center: np.ndarray

    @property
    def fingerprint(self) -> str:
        """Digest that is the same for equal spaces only."""
        digest = hashlib.sha256()
        for array in (self.removed, self.center):
            digest.update(str((array.dtype.str, array.shape)).encode())
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()[:16]

    def transform(self, vectors: np.ndarray) -> np.ndarray:
        """Neutral vectors of raw ones (n, d), of reviews or queries: float32, rows of length 1."""
        if len(vectors) <= BLOCK:
            return _unit(_remove(vectors, self.removed) - self.center)
        neutral = np.empty(vectors.shape, np.float32)
        for start in range(0, len(vectors), BLOCK):
            part = slice(start, start + BLOCK)
            neutral[part] = _unit(_remove(vectors[part], self.removed) - self.center)
        return neutral

    def without_language(self, vectors: np.ndarray) -> np.ndarray:
        """Raw vectors (n, d) without the language effect but not centred: float32 (n, d)."""
        return _unit(_remove(vectors, self.removed))

    def transform_phrases(self, vectors: np.ndarray) -> np.ndarray:
        """Neutral vectors of texts that are not reviews (headings): float32 (m, d).

        They are centred on their own mean, which removes their common style.
        """
        neutral = _remove(vectors, self.removed)
        return _unit(neutral - neutral.mean(axis=0))


def raw_space(dimension: int) -> NeutralSpace:
    """The identity: leaves vectors as the model computed them."""
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
        seed: for the clusters; the same input and seed give the same space.
    """
    fixed = _basis_of_differences(parallel)
    offsets = _offset_directions(vectors, languages, fixed, seed)
    removed = _basis(np.vstack([fixed, offsets])).astype(np.float32)
    if len(vectors) <= BLOCK:
        center = _remove(vectors, removed).mean(axis=0).astype(np.float32)
    else:  # the same up to rounding, without a second copy of all vectors
        center = _remove(vectors.mean(axis=0, dtype=np.float64), removed).astype(np.float32)
    return NeutralSpace(removed, center)


def language_directions(parallel: np.ndarray) -> np.ndarray:
    """Directions of language in any text, float32 (r, d), from :func:`parallel_means` (l, d)."""
    return _basis_of_differences(parallel).astype(np.float32)


def _offset_directions(
    vectors: np.ndarray, languages: np.ndarray, fixed: np.ndarray, seed: int
) -> np.ndarray:
    """Directions (r, d) along which the upload's languages differ at equal topic."""
    known = languages != UNKNOWN_LANGUAGE
    vectors, languages = vectors[known], languages[known]
    generator = np.random.default_rng(seed)
    if len(vectors) > _SAMPLE:
        chosen = np.sort(generator.choice(len(vectors), _SAMPLE, replace=False))
        vectors, languages = vectors[chosen], languages[chosen]
    names, codes, counts = np.unique(languages, return_inverse=True, return_counts=True)
    if (counts >= _MIN_REVIEWS).sum() < 2:
        return fixed[:0]
    residuals = _remove(vectors, fixed).astype(np.float64)
    means = np.array([residuals[codes == code].mean(axis=0) for code in range(len(names))])
    offsets = np.zeros_like(means)
    for iteration in range(_ROUNDS):
        clusters = _fine_clusters(_shifted(residuals, offsets, codes), seed)
        isolated = _isolated_languages(clusters, codes, counts)
        if not iteration and isolated.any():
            # Their clusters hold no other language to compare with: start by aligning their means.
            offsets[isolated] = (means - means[~isolated].mean(axis=0))[isolated]
            clusters = _fine_clusters(_shifted(residuals, offsets, codes), seed)
        offsets = _fit_offsets(residuals, codes, clusters, counts)
    offsets = offsets[counts >= _MIN_REVIEWS]
    directions = _basis_of_differences(offsets)
    between = ((offsets - offsets.mean(axis=0)) @ directions.T).std(axis=0)
    within = ((residuals - means[codes]) @ directions.T).std(axis=0)
    return directions[between > _MIN_SEPARATION * np.maximum(within, 1e-6)]


def _shifted(residuals: np.ndarray, offsets: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Residuals (n, d) without the offsets of their languages, rows of length 1: a part at a time,
    for each copy of all of them takes 60 MB in 20,000.
    """
    mean, shifted = residuals.mean(axis=0), np.empty_like(residuals)
    for start in range(0, len(residuals), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        shifted[part] = _unit(residuals[part] - offsets[codes[part]] - mean)
    return shifted


def _fine_clusters(points: np.ndarray, seed: int) -> np.ndarray:
    """Labels of many small clusters of points (n, d): int (n,)."""
    points = fit_components(points).transform(points)
    count = int(np.clip(len(points) // _REVIEWS_PER_CLUSTER, 1, _MAX_CLUSTERS))
    count = min(count, len(distinct_rows(points)[0]))
    if count == 1:  # of equal points not even a component is left
        return np.zeros(len(points), np.int64)
    return kmeans(points, count, seed=seed, starts=2)[0]


def _isolated_languages(
    clusters: np.ndarray, languages: np.ndarray, counts: np.ndarray
) -> np.ndarray:
    """Which languages have clusters to themselves although they are a minority: bool (l,).

    Such a language is far from the others because it has no parallel sentences.
    """
    sizes = np.zeros((clusters.max() + 1, len(counts)))
    np.add.at(sizes, (clusters, languages), 1)
    shares = sizes / np.maximum(sizes.sum(axis=1, keepdims=True), 1)
    own_share = (sizes * shares).sum(axis=0) / counts
    isolated = (own_share > _ISOLATION) & (counts < counts.sum() / 2) & (counts >= _MIN_REVIEWS)
    return isolated if (~isolated).any() else np.zeros_like(isolated)


def _fit_offsets(
    vectors: np.ndarray, languages: np.ndarray, clusters: np.ndarray, counts: np.ndarray
) -> np.ndarray:
    """Offsets (l, d) in the model: vector = centre of its cluster + offset of its language.

    Fitted by backfitting. Within a cluster all languages with a few reviews have about the same
    weight, so that a large language does not become the reference for the others.
    """
    sums = np.zeros((clusters.max() + 1, len(counts), vectors.shape[1]))
    sizes = np.zeros(sums.shape[:2])
    np.add.at(sums, (clusters, languages), vectors)
    np.add.at(sizes, (clusters, languages), 1)
    means = sums / np.maximum(sizes, 1)[..., None]
    shares = sizes / (sizes + _SHARE_SMOOTHING)
    shares /= np.maximum(shares.sum(axis=1, keepdims=True), 1e-9)
    weights = counts / (counts + _WEIGHT_SMOOTHING)
    weights = weights / weights.sum()
    offsets = np.zeros((len(counts), vectors.shape[1]))
    for _ in range(50):
        centres = np.einsum("cl,cld->cd", shares, means - offsets)
        updated = (sums.sum(axis=0) - sizes.T @ centres) / (counts + _SHRINKAGE)[:, None]
        updated -= weights @ updated
        change = np.abs(updated - offsets).max()
        offsets = updated
        if change < 1e-5:
            break
    return offsets


def _basis_of_differences(rows: np.ndarray) -> np.ndarray:
    """Orthonormal basis (r, d) of the differences between rows (means or offsets)."""
    return _basis(rows - rows.mean(axis=0))


def _basis(rows: np.ndarray, tolerance: float = 1e-3) -> np.ndarray:
    """Orthonormal basis (r, d) of the span of rows."""
    _u, values, axes = np.linalg.svd(rows.astype(np.float64), full_matrices=False)
    return axes[values > tolerance * max(float(values[0]) if len(values) else 0.0, 1e-9)]


def _remove(vectors: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """Vectors minus their projection onto orthonormal directions."""
    return vectors - (vectors @ directions.T) @ directions


def _unit(vectors: np.ndarray) -> np.ndarray:
    return unit_rows(vectors).astype(np.float32)
