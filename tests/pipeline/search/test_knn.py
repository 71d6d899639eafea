"""Exact nearest neighbours."""

import numpy as np
import pytest

from pipeline.search.knn import nearest_neighbours
from tests.support.blobs import blobs

VECTORS, _ = blobs(10, 30, spread=1.0)


def test_nearest_first_and_exact():
    (hits,) = nearest_neighbours(VECTORS, VECTORS[17:18], top=25)
    expected = np.argsort(-(VECTORS @ VECTORS[17]), kind="stable")[:25]
    np.testing.assert_array_equal(hits.rows, expected)
    assert hits.rows[0] == 17 and hits.scores[0] == pytest.approx(1, abs=1e-5)


def test_filter_comes_before_ranking():
    allowed = np.zeros(300, bool)
    allowed[[3, 77, 210]] = True
    (hits,) = nearest_neighbours(VECTORS, VECTORS[:1], top=20, allowed=allowed)
    assert set(hits.rows) == {3, 77, 210} and list(hits.scores) == sorted(hits.scores)[::-1]
    (hits,) = nearest_neighbours(VECTORS, VECTORS[:1], allowed=np.zeros(300, bool))
    assert len(hits.rows) == 0


def test_ties_are_in_file_order():
    same = np.repeat(VECTORS[:1], 8, axis=0)
    (hits,) = nearest_neighbours(np.vstack([VECTORS[1:3], same]), VECTORS[:1], top=5)
    assert list(hits.rows) == [2, 3, 4, 5, 6]


def test_many_queries_and_top_above_the_number_of_rows():
    found = nearest_neighbours(VECTORS, VECTORS[:40], top=1000)
    assert len(found) == 40 and all(len(hits.rows) == 300 for hits in found)
    assert [hits.rows[0] for hits in found] == list(range(40))


def test_wrong_shapes_are_rejected():
    with pytest.raises(ValueError, match="must be"):
        nearest_neighbours(VECTORS, VECTORS[0])
