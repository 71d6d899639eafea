"""What new reviews are put into an analysis' topics by: centroids, and whose they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.common.kmeans import nearest
from pipeline.topics.clustering import Topics
from pipeline.topics.outliers import Fit
from pipeline.topics.space import TopicSpace


@dataclass(frozen=True)
class Grouping:
    """Centroids in the topic space. A merged topic owns several, "everything else" none.

    Attributes:
        space: from neutral vectors to the topic space.
        centroids: float32 (c, p).
        owners: int64 (c,), topic of each centroid.
        fit: what is usual in the file, by which a unit fits nowhere; None: everything fits.
    """

    space: TopicSpace
    centroids: np.ndarray
    owners: np.ndarray
    fit: Fit | None = None

    def assign(self, vectors: np.ndarray) -> np.ndarray:
        """The nearest topic of new neutral vectors (m, d): int64 (m,); see also :meth:`fits`."""
        return self.owners[self.nearest(vectors)]

    def fits(self, vectors: np.ndarray) -> np.ndarray:
        """Which neutral vectors (m, d) belong to a topic at all: bool (m,)."""
        return np.ones(len(vectors), bool) if self.fit is None else self.fit.fits(vectors)

    def nearest(self, vectors: np.ndarray) -> np.ndarray:
        """The nearest centroid of neutral vectors (m, d): int64 (m,)."""
        return nearest(self.points(vectors), self.centroids).astype(np.int64)

    def points(self, vectors: np.ndarray) -> np.ndarray:
        """Neutral vectors (m, d) in the topic space: float32 (m, p)."""
        return self.space.transform(vectors)


def grouping_of(topics: Topics) -> Grouping:
    """The grouping that KMeans has found: a centroid a topic."""
    owners = np.arange(len(topics.centroids))
    return Grouping(topics.space, topics.centroids, owners, topics.fit)
