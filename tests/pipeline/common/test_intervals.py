"""Confidence intervals."""

import pytest

from pipeline.common.intervals import wilson_interval


def test_wilson_interval_matches_published_figures():
    # Newcombe 1998, table I: 81 of 263, and 15 of 148.
    assert wilson_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert wilson_interval(15, 148) == pytest.approx((0.0624, 0.1605), abs=1e-4)
