"""Points in clouds."""

from __future__ import annotations

import numpy as np


def blobs(groups, each, d=24, spread=0.35, seed=0):
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(groups, d))
    vectors = np.repeat(centres, each, axis=0) + rng.normal(size=(groups * each, d)) * spread
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32), np.repeat(np.arange(groups), each)
