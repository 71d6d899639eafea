"""Figures by month with their intervals."""

import numpy as np
import pytest
from scipy.stats import t

from pipeline.common.intervals import wilson_interval
from pipeline.insights.monthly_figures import monthly_marks, monthly_shares
from pipeline.insights.trends import MonthlyTrend


def test_shares_are_in_per_cent_with_wilsons_interval():
    trend = MonthlyTrend(("2025-01", "2025-02"), np.array([12, 0]), np.array([140, 0]))
    figures = monthly_shares(trend)
    low, high = wilson_interval(12, 140)
    assert figures.values[0] == pytest.approx(100 * 12 / 140)
    assert (figures.low[0], figures.high[0]) == pytest.approx((100 * low, 100 * high))
    assert np.isnan(figures.values[1]) and np.isnan(figures.low[1])
    assert figures.numbers == ("12 of 140 reviews", "0 of 0 reviews")


def test_marks_have_students_interval_and_gaps():
    months = np.array(["2025-01", "2025-01", "2025-01", "2025-03", "NaT"], "datetime64[M]")
    figures = monthly_marks(months, np.array([6.0, 8, 10, 7, 9]))
    assert figures.months == ("2025-01", "2025-02", "2025-03")
    half = t.ppf(0.975, 2) * 2 / np.sqrt(3)
    assert (figures.low[0], figures.values[0], figures.high[0]) == pytest.approx(
        (8 - half, 8, 8 + half)
    )
    assert np.isnan(figures.values[1]) and figures.values[2] == 7 and np.isnan(figures.low[2])


def test_one_month_or_no_marks_have_no_line():
    one = np.array(["2025-01", "2025-01"], "datetime64[M]")
    assert monthly_marks(one, np.array([6.0, 8])) is None
    assert monthly_marks(one, np.array([np.nan, np.nan])) is None
