"""Where a change of a share comes from, by hand."""

import numpy as np
import pytest

from pipeline.insights.drivers import decompose, main_driver


def test_parts_of_a_change_add_up_to_it():
    counts = [np.array([30, 10, 20]), np.array([90, 65, 25])]
    sizes = [np.array([300, 100, 200]), np.array([450, 250, 200])]
    parts = decompose(counts, sizes)
    assert parts.sum() == pytest.approx(90 / 450 - 30 / 300)
    # By hand: the first group's share rose from 0.10 to 0.26, its weight from 1/3 to 5/9.
    assert parts[0, 0] == pytest.approx((1 / 3 + 5 / 9) / 2 * 0.16)
    assert parts[0, 1] == pytest.approx((5 / 9 - 1 / 3) * ((0.10 + 0.26) / 2 - 0.15))
    driver = main_driver(counts, sizes)
    assert driver.group == 0 and driver.part == pytest.approx(parts[0, 0] / 0.1)
    assert not driver.by_number


def test_more_reviews_of_a_loud_hotel_are_told_from_a_hotel_that_became_loud():
    counts = [np.array([50, 40, 10]), np.array([130, 120, 10])]
    sizes = [np.array([300, 100, 200]), np.array([500, 300, 200])]
    driver = main_driver(counts, sizes)
    assert driver.group == 0 and driver.by_number and driver.part == pytest.approx(1.0)


def test_a_change_in_all_hotels_alike_has_no_driver():
    counts = [np.array([30, 20, 10]), np.array([60, 40, 20])]
    sizes = [np.array([300, 200, 100]), np.array([300, 200, 100])]
    assert main_driver(counts, sizes) is None
    assert main_driver([each[:2] for each in counts], [each[:2] for each in sizes]) is None


def test_a_hotel_that_opened_has_its_later_share_in_both():
    counts = [np.array([10, 10, 0]), np.array([40, 10, 30])]
    sizes = [np.array([100, 100, 0]), np.array([200, 100, 100])]
    parts = decompose(counts, sizes)
    assert parts.sum() == pytest.approx(0.1) and parts[1, 0] == 0
