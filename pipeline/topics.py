"""Neutral vectors -> topics, by scikit-learn's KMeans in the topic space."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pipeline.errors import InputError
from pipeline.rows import distinct_rows
from pipeline.topic_space import TopicSpace, fit_topic_space

FEWEST_REVIEWS = 3
_SAMPLE = 4_000  # rows on which the numbers of topics are compared
_FEWEST_TOPICS, _MOST_TOPICS = 5, 18  # what a person can read on one map
_REVIEWS_PER_TOPIC = 40
_STARTS = 10


@dataclass(frozen=True)
class Candidate:
    """How well one number of topics fits.

    Attributes:
        topics: the number.
        silhouette: mean silhouette width, -1 to 1 (Rousseeuw 1987).
        stability: mean adjusted Rand index between groupings of two random halves, 0 to 1.
        score: what the choice is made by.
    """

    topics: int
    silhouette: float
    stability: float
    score: float


@dataclass(frozen=True)
class Topics:
    """A grouping of reviews, largest topic first.

    Attributes:
        assignments: int64 (n,), topic of each row, 0 to k - 1.
        centroids: float32 (k, p) in the topic space.
        space: from neutral vectors to the topic space, for new rows.
        candidates: the numbers of topics that were compared; empty when the user chose one.
    """

    assignments: np.ndarray
    centroids: np.ndarray
    space: TopicSpace
    candidates: tuple[Candidate, ...]

    @property
    def count(self) -> int:
        """The number of topics, k."""
        return len(self.centroids)

    def assign(self, vectors: np.ndarray) -> np.ndarray:
        """The topic of new rows: neutral vectors (m, d) -> int64 (m,)."""
        return _nearest(self.space.transform(vectors), self.centroids)


def check_count(count: int | None, *, distinct: int, rows: int) -> None:
    """Refuse a number of topics (None: any) that ``distinct`` different reviews can't give.

    Raises:
        InputError: too few different reviews, or more topics asked for than there are reviews.
    """
    if distinct < FEWEST_REVIEWS:
        raise InputError(
            f"Found {distinct} different review{'s' * (distinct != 1)} in {rows} "
            f"row{'s' * (rows != 1)}: topics need at least {FEWEST_REVIEWS}"
        )
    if count is not None and not 1 <= count <= distinct:
        raise InputError(
            f"{count} topics can't be made of {distinct} different reviews: "
            f"choose 1 to {distinct}, or leave the number to the program"
        )


def find_topics(
    vectors: np.ndarray,
    *,
    count: int | None = None,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Topics:
    """Group neutral vectors (n, d) into ``count`` topics, or into a number that fits them.

    Raises:
        InputError: too few different reviews, or more topics asked for than there are reviews.
    """
    check_count(count, distinct=len(distinct_rows(vectors)[0]), rows=len(vectors))
    space = fit_topic_space(vectors, seed=seed)
    points = space.transform(vectors)
    candidates: tuple[Candidate, ...] = ()
    if count is None:
        candidates = compare_counts(points, seed=seed, progress=progress)
        count = max(candidates, key=lambda c: c.score).topics if candidates else 2
    labels, centroids = _kmeans(points, count, seed=seed, starts=_STARTS)
    # Largest first, so that topic 0 means something to a reader of the numbers.
    order = np.argsort(-np.bincount(labels, minlength=count), kind="stable")
    rank = np.empty(count, np.int64)
    rank[order] = np.arange(count)
    return Topics(rank[labels], centroids[order].astype(np.float32), space, candidates)


def group(points: np.ndarray, count: int, *, seed: int = 0) -> np.ndarray:
    """Plain KMeans labels, int64 (n,), of points (n, p)."""
    return _kmeans(points, count, seed=seed, starts=_STARTS)[0]


def compare_counts(
    points: np.ndarray, *, seed: int = 0, progress: Callable[[int, int], None] | None = None
) -> tuple[Candidate, ...]:
    """Candidates for the number of topics of points (n, p), smallest number first.

    Stability leads: two random halves are grouped, both groupings are carried over to the same
    points and compared (Ben-Hur et al. 2002). The silhouette keeps rising with the number on
    reviews, whatever the number of their topics, so only what it has above its own straight
    trend counts, and half as much.
    """
    from sklearn.metrics import adjusted_rand_score, silhouette_score

    generator = np.random.default_rng(seed)
    if len(points) > _SAMPLE:
        points = points[np.sort(generator.choice(len(points), _SAMPLE, replace=False))]
    # Few reviews can't show many topics, however well the groups hold together by chance.
    most = min(_MOST_TOPICS, max(len(points) // _REVIEWS_PER_TOPIC, 6), len(points) // 8)
    counts = range(min(_FEWEST_TOPICS, most), most + 1) if most >= 2 else range(0)
    halves = [generator.permutation(len(points)) for _ in range(4)]
    found = []
    for done, count in enumerate(counts):
        labels, _ = _kmeans(points, count, seed=seed, starts=3)
        silhouette = silhouette_score(points, labels) if len(set(labels)) > 1 else 0.0
        agreements = []
        for order in halves:
            groupings = [
                _nearest(points, _kmeans(points[half], count, seed=seed, starts=2)[1])
                for half in np.array_split(order, 2)
            ]
            agreements.append(adjusted_rand_score(*groupings))
        found.append((count, float(silhouette), float(np.mean(agreements))))
        if progress:
            progress(done + 1, len(counts))
    if not found:
        return ()
    silhouettes = _smooth([silhouette for _, silhouette, _ in found])
    stabilities = _smooth([stability for _, _, stability in found])
    scores = _standard(stabilities) + 0.5 * _standard(_detrended(silhouettes))
    return tuple(
        Candidate(count, silhouette, stability, float(score))
        for (count, silhouette, stability), score in zip(found, scores, strict=True)
    )


def _kmeans(
    points: np.ndarray, count: int, *, seed: int, starts: int
) -> tuple[np.ndarray, np.ndarray]:
    from sklearn.cluster import KMeans

    fitted = KMeans(count, n_init=starts, random_state=seed).fit(points)
    return fitted.labels_.astype(np.int64), fitted.cluster_centers_


def _nearest(points: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    return ((centroids**2).sum(axis=1) - 2 * points @ centroids.T).argmin(axis=1)


def _smooth(values: list[float]) -> np.ndarray:
    """Mean with the neighbours: one lucky number must not win."""
    padded = np.pad(np.asarray(values), 1, mode="edge")
    return (padded[:-2] + padded[1:-1] + padded[2:]) / 3


def _detrended(values: np.ndarray) -> np.ndarray:
    """What is above or below the straight line through the values."""
    steps = np.arange(len(values))
    if len(values) < 3:
        return np.zeros(len(values))
    return values - np.polyval(np.polyfit(steps, values, 1), steps)


def _standard(values: np.ndarray) -> np.ndarray:
    return (values - values.mean()) / max(float(values.std()), 1e-9)
