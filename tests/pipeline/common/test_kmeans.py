"""KMeans: centroids to begin with as scikit-learn's, in less time."""

import numpy as np
import pytest
from sklearn.cluster import KMeans

from pipeline.common.kmeans import first_centroids, kmeans


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(7, 1), (300, 32), (2500, 32)])  # the last in several blocks
def test_the_first_centroids_are_those_of_scikit_learn(shape, dtype):
    points = np.random.default_rng(0).normal(size=shape).astype(dtype)
    for count in (1, 2, 7):
        theirs = KMeans(count, n_init=2, random_state=3, max_iter=2).fit(points)
        ours = KMeans(count, init=first_centroids, n_init=2, random_state=3, max_iter=2).fit(points)
        assert np.array_equal(ours.labels_, theirs.labels_)
        assert np.array_equal(ours.cluster_centers_, theirs.cluster_centers_)


def test_fewer_distinct_points_than_clusters_are_no_fault():
    points = np.repeat(np.eye(2, dtype=np.float32), 4, axis=0)
    labels, centroids = kmeans(points, 4, seed=0, starts=2)
    assert len(set(labels.tolist())) == 2 and centroids.shape == (4, 2)
