"""Equal rows."""

import numpy as np

from pipeline.common.arrays import distinct_rows


def test_first_places_and_numbers():
    array = np.array([[1, 2], [3, 4], [1, 2], [0, 0], [3, 4]], np.float32)
    first, same = distinct_rows(array)
    assert first.tolist() == [0, 1, 3] and same.tolist() == [0, 1, 0, 2, 1]
    np.testing.assert_array_equal(array[first][same], array)


def test_nothing_and_all_alike():
    assert [len(part) for part in distinct_rows(np.zeros((0, 3)))] == [0, 0]
    first, same = distinct_rows(np.asfortranarray(np.ones((4, 3))))
    assert first.tolist() == [0] and same.tolist() == [0] * 4
