"""Cosines -> scores that mean the same for every review, every language and every query.

A cosine depends on more than on what is said. Some reviews are near to everything (hubs), some
languages lie closer together than others and nearer to the query's, and a short query gives other
cosines than a long one. So a score is told in standard deviations above what is usual, twice over,
as speaker recognition does with its scores (Z-norm and T-norm: Auckenthaler, Carey & Lloyd-Thomas
2000, "Score normalization for text-independent speaker verification systems"):

1. of the review: above its cosines with all reviews of the file, which stand in for queries;
2. of the query: above its scores with the reviews of the same language.

Both follow from means and covariances, so that nothing has to be compared pair by pair. The second
takes away what a query's own language prefers; within a language it changes no order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_SAMPLE = 20_000  # vectors that a covariance is measured on, at most
_SHRINKAGE = 20.0  # reviews: means and spreads of small languages are drawn to the file's
_PRIOR = 20.0  # reviews: a review's spread in a small file is drawn to the usual one
_UNRELATED = 0.09  # standard deviation of the cosines of a review in a usual file
_LEAST = 1e-6


@dataclass(frozen=True)
class Calibration:
    """What is usual, for m vectors in l languages.

    Attributes:
        names: str (l,), the languages.
        codes: int32 (m,), language of each vector.
        sizes: int64 (l,), vectors of each language.
        usual, spread: float32 (m,), mean and standard deviation of each vector's cosines.
        means: float32 (l, d + 1), mean of each language's scaled vectors, see :meth:`scaled`.
        covariances: float32 (l, d + 1, d + 1), of the same.
    """

    names: np.ndarray
    codes: np.ndarray
    sizes: np.ndarray
    usual: np.ndarray
    spread: np.ndarray
    means: np.ndarray
    covariances: np.ndarray

    def of_reviews(self, cosines: np.ndarray, rows: np.ndarray | slice) -> np.ndarray:
        """The first step: cosines (..., k) of k vectors -> scores, in the same array."""
        cosines -= self.usual[rows]
        cosines /= self.spread[rows]
        return cosines

    def of_queries(self, queries: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of q queries' scores in each language: float32 (q, l)."""
        wide = np.hstack([queries, np.ones((len(queries), 1), np.float32)])
        means = wide @ self.means.T
        squares = [((wide @ each) * wide).sum(axis=1) for each in self.covariances]
        return means, np.sqrt(np.maximum(np.stack(squares, axis=1), _LEAST))


def calibrate(vectors: np.ndarray, languages: np.ndarray, *, seed: int = 0) -> Calibration:
    """Measure what is usual among vectors (m, d), rows of length 1, of languages str (m,)."""
    m, d = vectors.shape
    names, codes = np.unique(languages, return_inverse=True)
    generator = np.random.default_rng(seed)
    sample = vectors[_some(np.arange(m), generator)]
    k = len(sample)
    # A review's cosine with itself, 1, is no usual one; in a small file it would be most of them.
    itself = 1.0 if 1 < k == m else 0.0
    usual = ((vectors @ sample.sum(axis=0)) - itself) / (k - itself)
    products = sample.T @ sample
    squares = np.empty(m, np.float32)
    for start in range(0, m, _SAMPLE):  # bounds the memory of the product
        part = vectors[start : start + _SAMPLE]
        squares[start : start + _SAMPLE] = ((part @ products) * part).sum(axis=1)
    variance = (squares - itself) / (k - itself) - usual**2
    known = k / (k + _PRIOR)
    spread = np.sqrt(np.maximum(known * variance + (1 - known) * _UNRELATED**2, _LEAST))

    def scaled(rows: np.ndarray) -> np.ndarray:
        # The first step as one inner product, with the query and a 1.
        wide = np.hstack([vectors[rows], -usual[rows, None]])
        return (wide / spread[rows, None]).astype(np.float64)

    whole = scaled(_some(np.arange(m), generator))
    mean, second = whole.mean(axis=0), whole.T @ whole / len(whole)
    means = np.empty((len(names), d + 1), np.float32)
    covariances = np.empty((len(names), d + 1, d + 1), np.float32)
    for code in range(len(names)):
        rows = np.flatnonzero(codes == code)
        own = scaled(_some(rows, generator))
        weight = len(rows) / (len(rows) + _SHRINKAGE)
        center = weight * own.mean(axis=0) + (1 - weight) * mean
        means[code] = center
        moment = weight * (own.T @ own) / len(own) + (1 - weight) * second
        # About the language's own mean, whichever of the two the moment came from.
        between = np.outer(own.mean(axis=0) - center, own.mean(axis=0) - center)
        outside = np.outer(mean - center, mean - center)
        covariances[code] = (
            moment
            - weight * (np.outer(own.mean(axis=0), own.mean(axis=0)) - between)
            - (1 - weight) * (np.outer(mean, mean) - outside)
        )
    return Calibration(
        names=names,
        codes=codes.astype(np.int32),
        sizes=np.bincount(codes, minlength=len(names)),
        usual=usual.astype(np.float32),
        spread=spread.astype(np.float32),
        means=means,
        covariances=covariances,
    )


def _some(rows: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    if len(rows) <= _SAMPLE:
        return rows
    return np.sort(generator.choice(rows, _SAMPLE, replace=False))
