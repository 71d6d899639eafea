"""What new reviews are put into an analysis' topics by: centroids, and whose they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.topic_space import TopicSpace
from pipeline.topics import Topics


@dataclass(frozen=True)
class Grouping:
    """Centroids in the topic space. A merged topic owns several, "everything else" none.

    Attributes:
        space: from neutral vectors to the topic space.
        centroids: float32 (c, p).
        owners: int64 (c,), topic of each centroid.
        floor: similarity to the best centroid below which a unit fits nowhere.
    """

    space: TopicSpace
    centroids: np.ndarray
    owners: np.ndarray
    floor: float = -np.inf

    def assign(self, vectors: np.ndarray, *, other: int | None = None) -> np.ndarray:
        """The topic of new units.

        Args:
            vectors: float32 (m, d), neutral.
            other: the topic of what fits nowhere; None: everything goes to the nearest.

        Returns:
            int64 (m,).
        """
        best, similarity = self.nearest(vectors)
        topics = self.owners[best]
        return topics if other is None else np.where(similarity < self.floor, other, topics)

    def nearest(self, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The nearest centroid of neutral vectors (m, d), int64 (m,), and its cosine (m,)."""
        points = self.space.transform(vectors)
        scale = np.maximum(np.linalg.norm(self.centroids, axis=1), 1e-9)
        # The nearest by distance, as KMeans has it; on points of length 1 this orders the same.
        best = np.argmin((scale**2)[None, :] - 2 * points @ self.centroids.T, axis=1)
        cosines = np.einsum("mp,mp->m", points, self.centroids[best]) / scale[best]
        return best.astype(np.int64), cosines.astype(np.float32)

    def points(self, vectors: np.ndarray) -> np.ndarray:
        """Neutral vectors (m, d) in the topic space: float32 (m, p)."""
        return self.space.transform(vectors)


def grouping_of(topics: Topics) -> Grouping:
    """The grouping that KMeans has found: a centroid a topic."""
    return Grouping(topics.space, topics.centroids, np.arange(len(topics.centroids)))
