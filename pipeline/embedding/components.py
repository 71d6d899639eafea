"""Partly whitened principal components of neutral vectors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.common.arrays import covariance, unit_rows

_MAX_COMPONENTS = 32
_POWER = 0.25  # of the variances: 0.5 is plain PCA, 0 full whitening


@dataclass(frozen=True)
class Components:
    """Projection to partly whitened principal components.

    Attributes:
        mean: float32 (d,), of the neutral vectors.
        axes: float32 (d, p), principal axes times their scales.
    """

    mean: np.ndarray
    axes: np.ndarray

    def transform(self, vectors: np.ndarray) -> np.ndarray:
        """Project neutral vectors (n, d): float32 (n, p), rows of length 1."""
        return unit_rows((vectors - self.mean) @ self.axes)


def fit_components(vectors: np.ndarray) -> Components:
    """Fit components to neutral vectors (n, d); n may be smaller than d."""
    mean = vectors.mean(axis=0)
    # From the covariance, in float64: its size does not grow with the file.
    variances, axes = np.linalg.eigh(covariance(vectors, mean))
    variances, axes = variances[::-1], axes[:, ::-1]
    keep = min(_MAX_COMPONENTS, int((variances > variances[0] * 1e-6).sum()))
    scale = np.maximum(variances[:keep], 1e-12) ** (_POWER - 0.5)
    return Components(mean.astype(np.float32), (axes[:, :keep] * scale).astype(np.float32))
