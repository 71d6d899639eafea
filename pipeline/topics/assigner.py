"""Assigns new reviews to the topics of an analysis by their nearest centroid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.common.kmeans import nearest_centroid
from pipeline.topics.clustering import Clustering
from pipeline.topics.outliers import OutlierDetector
from pipeline.topics.space import TopicSpace


@dataclass(frozen=True)
class TopicAssigner:
    """Centroids in the topic space. A merged topic has several, the outliers have none.

    Attributes:
        space: from neutral vectors to the topic space.
        centroids: float32 (c, p).
        centroid_topics: int64 (c,), topic of each centroid.
        outlier_detector: which units belong to no topic; None takes all for inliers.
    """

    space: TopicSpace
    centroids: np.ndarray
    centroid_topics: np.ndarray
    outlier_detector: OutlierDetector | None = None

    def assign(self, vectors: np.ndarray) -> np.ndarray:
        """Nearest topic of neutral vectors (m, d), outliers included: int64 (m,)."""
        return self.assign_points(self.points(vectors))

    def is_new_inlier(self, vectors: np.ndarray, fitted: np.ndarray) -> np.ndarray:
        """Which new neutral vectors (m, d) belong to a topic at all: bool (m,).

        Args:
            vectors: of texts that came after the topics were found.
            fitted: float32 (n, d), neutral vectors of those that the topics were found in.
        """
        if self.outlier_detector is None:
            return np.ones(len(vectors), bool)
        return self.outlier_detector.for_new_texts(fitted).is_inlier(vectors)

    def assign_points(self, points: np.ndarray) -> np.ndarray:
        """Nearest topic of :meth:`points` (m, p), outliers included: int64 (m,)."""
        return self.centroid_topics[nearest_centroid(points, self.centroids).astype(np.int64)]

    def nearest(self, vectors: np.ndarray) -> np.ndarray:
        """Nearest centroid of neutral vectors (m, d): int64 (m,)."""
        return nearest_centroid(self.points(vectors), self.centroids).astype(np.int64)

    def points(self, vectors: np.ndarray) -> np.ndarray:
        """Neutral vectors (m, d) in the topic space: float32 (m, p)."""
        return self.space.transform(vectors)


def make_assigner(clustering: Clustering) -> TopicAssigner:
    """The assigner of a new clustering: one centroid per topic."""
    return TopicAssigner(
        clustering.space,
        clustering.centroids,
        np.arange(len(clustering.centroids)),
        clustering.outlier_detector,
    )
