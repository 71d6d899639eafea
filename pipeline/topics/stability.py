"""Stability of each topic: how much of it is found again without some of the reviews."""

from __future__ import annotations

import numpy as np

from pipeline.common.kmeans import kmeans

_SAMPLE = 4_000
_LEFT_OUT = 0.1
_STARTS = 3


def topic_stability(
    points: np.ndarray,
    assignments: np.ndarray,
    topic_count: int,
    *,
    seed: int = 0,
    resamples: int = 5,
) -> np.ndarray:
    """Share of each topic's reviews that stay together when a tenth of the file is left out.

    The remaining reviews are clustered again; the new clusters are matched to the topics one to one
    so that most reviews stay (Hennig 2007, with the assignment problem instead of the Jaccard
    coefficient).

    Args:
        points: float32 (n, p), in the topic space.
        assignments: int (n,); rows of ``topic_count`` or more (outliers) are ignored.
        topic_count: number of topics.
        seed: for the resamples.
        resamples: how often a tenth is left out; the mean is returned.

    Returns:
        float64 (topic_count,), NaN for a topic without sampled reviews.
    """
    from scipy.optimize import linear_sum_assignment

    generator = np.random.default_rng(seed)
    rows = np.flatnonzero(assignments < topic_count)
    if len(rows) > _SAMPLE:
        rows = np.sort(generator.choice(rows, _SAMPLE, replace=False))
    points, assignments = points[rows], assignments[rows]
    stayed, sampled = np.zeros(topic_count), np.zeros(topic_count)
    for _ in range(resamples):
        kept = np.sort(generator.permutation(len(rows))[: round(len(rows) * (1 - _LEFT_OUT))])
        if len(kept) < topic_count:
            break
        new_seed = int(generator.integers(2**31))
        labels, _ = kmeans(points[kept], topic_count, seed=new_seed, starts=_STARTS)
        overlap = np.zeros((topic_count, topic_count))
        np.add.at(overlap, (assignments[kept], labels), 1)
        topics, clusters = linear_sum_assignment(-overlap)
        stayed[topics] += overlap[topics, clusters]
        sampled += overlap.sum(axis=1)
    return np.where(sampled > 0, stayed / np.maximum(sampled, 1), np.nan)
