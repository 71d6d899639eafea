"""Normalise cosines into scores that are comparable across reviews, languages and queries.

A cosine depends on more than what is said. Some reviews are close to everything (hubs), some
languages lie closer together than others or closer to the query's own, and short queries give
different cosines from long ones. Scores are therefore standardised twice, as in speaker recognition
(Z-norm and T-norm: Auckenthaler, Carey & Lloyd-Thomas 2000, "Score normalization for
text-independent speaker verification systems"):

1. per review (Z-norm): against its cosines with all reviews of the file, in place of queries;
2. per query (T-norm): against its scores with all reviews of the same language.

Both follow from means and covariances in closed form, without comparing every pair. The second step
removes a query's preference for its own language; within a language it does not change the order.

The mean of a text of fewer than four words is raised: its vector says little, and so is near to too
much ("Shower cabin" to "Hair in the shower").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

_MAX_SAMPLE = 20_000  # vectors used to estimate a covariance
_LANGUAGE_PRIOR = 20.0  # reviews: shrinks statistics of small languages to those of the file
_REVIEW_PRIOR = 20.0  # reviews: shrinks a review's variance in small files to the typical one
_TYPICAL_STD = 0.09  # standard deviation of a review's cosines in a typical file
_FULL_WEIGHT = 8  # of a text of four words; see :func:`pipeline.text.passages.text_weight`
_BREVITY_PENALTY = 3.0  # standard deviations, of a text of no words
_EPSILON = 1e-6
# Keys of the arrays in a kept store. They are part of its file format.
_ARRAY_KEYS = {
    "languages": "names",
    "codes": "codes",
    "counts": "sizes",
    "mean": "usual",
    "std": "spread",
    "language_means": "means",
    "file_weights": "file_weights",
    "factors": "factors",
    "starts": "factor_starts",
}


@dataclass(frozen=True)
class Calibration:
    """Score statistics of m vectors in l languages.

    Attributes:
        languages: str (l,), language codes.
        codes: int32 (m,), index into ``languages`` of each vector.
        counts: int64 (l,), vectors of each language.
        mean, std: float32 (m,), mean and standard deviation of each vector's cosines; the mean is
            raised for short texts.
        language_means: float32 (l, d + 1), mean of each language's vectors, Z-normalised as in
            :func:`calibrate`.
        file_weights: float32 (l,), share of the file's covariance in that of each language.
        factors: float32 (f, d + 1), factors F of the languages' own covariances FᵀF, one below the
            other, then that of the file's. A language of few vectors has few rows: a whole matrix
            for each would be most of what a small analysis takes in memory and on disk.
        starts: int64 (l + 1,), first row of each factor.
    """

    languages: np.ndarray
    codes: np.ndarray
    counts: np.ndarray
    mean: np.ndarray
    std: np.ndarray
    language_means: np.ndarray
    file_weights: np.ndarray
    factors: np.ndarray
    starts: np.ndarray

    def z_normalise(self, cosines: np.ndarray, rows: np.ndarray | slice) -> np.ndarray:
        """Apply the first step, in place, to cosines (..., k) of the k vectors in ``rows``."""
        cosines -= self.mean[rows]
        cosines /= self.std[rows]
        return cosines

    def query_statistics(self, queries: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of q queries' scores in each language: float32 (q, l)."""
        extended = np.hstack([queries, np.ones((len(queries), 1), np.float32)])
        means = extended @ self.language_means.T
        squares = (extended @ self.factors.T) ** 2
        variances = np.add.reduceat(squares, self.starts, axis=1)
        shrunk = variances[:, :-1] + self.file_weights * variances[:, -1:]
        return means, np.sqrt(np.maximum(shrunk, _EPSILON))

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Arrays to store, see :meth:`from_arrays`."""
        return {key: getattr(self, field) for field, key in _ARRAY_KEYS.items()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> Self:
        """Restore a calibration from stored arrays."""
        return cls(**{field: arrays[key] for field, key in _ARRAY_KEYS.items()})


def calibrate(
    vectors: np.ndarray,
    languages: np.ndarray,
    *,
    weights: np.ndarray | None = None,
    seed: int = 0,
) -> Calibration:
    """Measure score statistics.

    Args:
        vectors: float32 (m, d), rows of length 1.
        languages: str (m,), language codes.
        weights: int (m,), lengths by :func:`pipeline.text.passages.text_weight`; None where all
            texts are long enough.
        seed: for the samples.
    """
    m, d = vectors.shape
    names, codes = np.unique(languages, return_inverse=True)
    generator = np.random.default_rng(seed)
    sample = vectors[_subsample(np.arange(m), generator)]
    k = len(sample)
    # A review's cosine with itself is always 1; in a small file it would dominate.
    self_cosine = 1.0 if 1 < k == m else 0.0
    mean = ((vectors @ sample.sum(axis=0)) - self_cosine) / (k - self_cosine)
    gram = sample.T @ sample
    squares = np.empty(m, np.float32)
    for start in range(0, m, _MAX_SAMPLE):  # bounds the memory of the product
        block = vectors[start : start + _MAX_SAMPLE]
        squares[start : start + _MAX_SAMPLE] = ((block @ gram) * block).sum(axis=1)
    variance = (squares - self_cosine) / (k - self_cosine) - mean**2
    weight = k / (k + _REVIEW_PRIOR)
    std = np.sqrt(np.maximum(weight * variance + (1 - weight) * _TYPICAL_STD**2, _EPSILON))
    if weights is not None:
        mean += _BREVITY_PENALTY * std * np.clip(1 - weights / _FULL_WEIGHT, 0, 1)

    def z_normalised(rows: np.ndarray) -> np.ndarray:
        # The first step as one inner product: with the query extended by a 1.
        extended = np.hstack([vectors[rows], -mean[rows, None]])
        return (extended / std[rows, None]).astype(np.float64)

    everything = z_normalised(_subsample(np.arange(m), generator))
    file_mean = everything.mean(axis=0)
    language_means = np.empty((len(names), d + 1), np.float32)
    file_weights = np.empty(len(names), np.float32)
    factors = []
    for code in range(len(names)):
        rows = np.flatnonzero(codes == code)
        own = z_normalised(_subsample(rows, generator))
        own_mean = own.mean(axis=0)
        weight = len(rows) / (len(rows) + _LANGUAGE_PRIOR)
        language_means[code] = weight * own_mean + (1 - weight) * file_mean
        file_weights[code] = 1 - weight
        # The covariance of a mixture is the mixture of the covariances and that of the means.
        between = np.sqrt(weight * (1 - weight)) * (own_mean - file_mean)
        within = np.sqrt(weight) * _covariance_factor(own, own_mean)
        factors.append(np.vstack([within, between]))
    starts = np.cumsum([0, *map(len, factors)])
    factors.append(_covariance_factor(everything, file_mean))
    return Calibration(
        languages=names,
        codes=codes.astype(np.int32),
        counts=np.bincount(codes, minlength=len(names)),
        mean=mean.astype(np.float32),
        std=std.astype(np.float32),
        language_means=language_means,
        file_weights=file_weights,
        factors=np.vstack(factors).astype(np.float32),
        starts=starts,
    )


def _covariance_factor(rows: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """A factor F of n rows' covariance FᵀF: float64 (f, d), where f is the less of n and d."""
    if len(rows) <= rows.shape[1]:
        return (rows - mean) / np.sqrt(len(rows))
    covariance = rows.T @ rows / len(rows) - np.outer(mean, mean)
    try:
        return np.linalg.cholesky(covariance).T
    except np.linalg.LinAlgError:  # not of full rank
        values, vectors = np.linalg.eigh(covariance)
        return np.sqrt(np.maximum(values, 0))[:, None] * vectors.T


def _subsample(rows: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    if len(rows) <= _MAX_SAMPLE:
        return rows
    return np.sort(generator.choice(rows, _MAX_SAMPLE, replace=False))
