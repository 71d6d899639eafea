"""Neutral vectors -> clusters, by scikit-learn's KMeans in the topic space."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pipeline.common.arrays import distinct_rows
from pipeline.common.errors import InputError
from pipeline.common.kmeans import kmeans, nearest_centroid
from pipeline.common.progress import Progress
from pipeline.common.translation import ngettext
from pipeline.topics.outliers import OutlierDetector, fit_outlier_detector
from pipeline.topics.space import TopicSpace, fit_topic_space
from pipeline.topics.topic_count import Candidate, best_topic_count, compare_topic_counts

_MIN_REVIEWS = 3
_STARTS = 10


@dataclass(frozen=True)
class Clustering:
    """Topics of reviews as cluster numbers, the largest topic first.

    Attributes:
        assignments: int64 (n,), topic of each row, 0 to k - 1; outliers have the id k.
        centroids: float32 (k, p) in the topic space.
        points: float32 (n, p), the rows in the topic space.
        space: from neutral vectors to the topic space, for new rows.
        candidates: the numbers of topics that were compared; empty when the user chose one and
            did not ask for a comparison.
        outlier_topic: the id of the outliers, k; None when there are none.
        outlier_detector: fitted to the file; None when outliers were not separated.
    """

    assignments: np.ndarray
    centroids: np.ndarray
    points: np.ndarray
    space: TopicSpace
    candidates: tuple[Candidate, ...]
    outlier_topic: int | None = None
    outlier_detector: OutlierDetector | None = None

    @property
    def topic_count(self) -> int:
        """The number of topics, k, not counting the outliers."""
        return len(self.centroids)

    def reassign_outliers(self) -> Clustering:
        """The same clustering with each outlier in its nearest topic."""
        if self.outlier_topic is None:
            return self
        nearest_topics = nearest_centroid(self.points, self.centroids)
        is_outlier = self.assignments == self.outlier_topic
        assignments = np.where(is_outlier, nearest_topics, self.assignments)
        return replace(self, assignments=assignments, outlier_topic=None)


def check_topic_count(topic_count: int | None, *, distinct: int, rows: int) -> None:
    """Check that a number of topics (None: any) can be made of ``distinct`` different reviews.

    Raises:
        InputError: too few different reviews, or more topics asked for than there are reviews.
    """
    if distinct < _MIN_REVIEWS:
        raise InputError(
            "Found {reviews} in {rows}: topics need at least {needed}",
            reviews=ngettext("{n} different review", "{n} different reviews", distinct),
            rows=ngettext("{n} row", "{n} rows", rows),
            needed=_MIN_REVIEWS,
        )
    if topic_count is not None and not 1 <= topic_count <= distinct:
        raise InputError(
            "{topics} topics can't be made of {distinct} different reviews: choose 1 to "
            "{distinct}, or leave the number to the program",
            topics=topic_count,
            distinct=distinct,
        )


def find_topics(
    vectors: np.ndarray,
    *,
    topic_count: int | None = None,
    seed: int = 0,
    progress: Progress | None = None,
    languages: np.ndarray | None = None,
    separate_outliers: bool = False,
    compare: bool = False,
) -> Clustering:
    """Cluster neutral vectors into ``topic_count`` topics, or into a number that fits them.

    Args:
        vectors: float32 (n, d).
        topic_count: the user's choice, which wins; None chooses the number that fits best.
        seed: the same input and seed give the same topics.
        progress: called with how many numbers of topics have been compared.
        languages: str (n,); if given, numbers whose topics mix the languages are preferred.
        separate_outliers: whether rows that fit no topic are kept out of the topics.
        compare: whether to compare numbers of topics even if ``topic_count`` is given.

    Raises:
        InputError: too few different reviews, or more topics asked for than there are reviews.
    """
    check_topic_count(topic_count, distinct=len(distinct_rows(vectors)[0]), rows=len(vectors))
    space = fit_topic_space(vectors, seed=seed)
    points = space.transform(vectors)
    candidates: tuple[Candidate, ...] = ()
    if topic_count is None or compare:
        candidates = compare_topic_counts(points, languages=languages, seed=seed, progress=progress)
    if topic_count is None:
        topic_count = best_topic_count(candidates) or 2
    labels, centroids = kmeans(points, topic_count, seed=seed, starts=_STARTS)
    used, labels = np.unique(labels, return_inverse=True)
    if len(used) < topic_count:  # nearly equal rows: KMeans leaves clusters without any
        topic_count, centroids = len(used), centroids[used]
    detector = fit_outlier_detector(vectors) if separate_outliers else None
    inliers = np.ones(len(points), bool) if detector is None else detector.is_inlier(vectors)
    if len(np.unique(labels[inliers])) < topic_count:
        # A whole topic would be lost to the outliers, so it is one of the file's own.
        detector, inliers = None, np.ones(len(points), bool)
    # Largest first, so that the ids tell a reader something.
    order = np.argsort(-np.bincount(labels[inliers], minlength=topic_count), kind="stable")
    rank = np.empty(topic_count, np.int64)
    rank[order] = np.arange(topic_count)
    return Clustering(
        np.where(inliers, rank[labels], topic_count),
        centroids[order].astype(np.float32),
        points,
        space,
        candidates,
        outlier_topic=None if inliers.all() else topic_count,
        outlier_detector=detector,
    )


def kmeans_labels(points: np.ndarray, cluster_count: int, *, seed: int = 0) -> np.ndarray:
    """Labels of plain KMeans, int64 (n,), for points (n, p)."""
    return kmeans(points, cluster_count, seed=seed, starts=_STARTS)[0]
