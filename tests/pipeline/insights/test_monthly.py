"""Reviews by month."""

import numpy as np
import pytest

from pipeline.insights.groups import Groups
from pipeline.insights.monthly import by_month
from tests.support.themed_reviews import make_themes

DAYS = np.array(["2025-01-05", "2025-01-20", "2025-03-01", "2025-03-09", "NaT"], "datetime64[D]")
THEMES = make_themes(np.array([[1], [0], [1], [1], [1]], bool))
GROUPS = Groups("hotel", ("A", "B"), np.array([0, 1, 0, 1, 0]))


def test_months_without_reviews_are_there_and_undated_reviews_are_not():
    monthly = by_month(DAYS, THEMES, GROUPS)
    whole = monthly.series("mentions", 0, -1)
    assert whole.months == ("2025-01", "2025-02", "2025-03")
    assert whole.reviews.tolist() == [1, 0, 2] and whole.total.tolist() == [2, 0, 2]
    second = monthly.series("mentions", 0, 1)
    assert second.reviews.tolist() == [0, 0, 1] and second.total.tolist() == [1, 0, 1]
    assert monthly.rows(0).tolist() == [0, 2]
    assert by_month(DAYS, THEMES, GROUPS, np.array([1, 1, 1, 0, 1], bool)).rows(-1).size == 3


def test_one_month_and_no_dates_have_no_series():
    assert by_month(None, THEMES, None) is None
    assert by_month(DAYS[:2], make_themes(np.ones((2, 1), bool)), None) is None
    assert by_month(np.full(5, "NaT", "datetime64[D]"), THEMES, None) is None


def test_only_the_last_ten_years_are_counted():
    days = np.array(["2010-01-01", "2016-01-01", "2025-12-31"], "datetime64[D]")
    monthly = by_month(days, make_themes(np.ones((3, 1), bool)), None)
    assert len(monthly.months) == 120 and monthly.series("mentions", 0, -1).total.sum() == 2


def test_exposures_follow_the_season_with_more_than_two_years_only():
    days = (
        np.arange("2022-01", "2025-01", dtype="datetime64[M]").repeat(100).astype("datetime64[D]")
    )
    july = days.astype("datetime64[M]").astype(int) % 12 == 6
    said = np.where(july, np.arange(len(days)) % 4 == 0, np.arange(len(days)) % 20 == 0)[:, None]
    exposures = by_month(days, make_themes(said), None).exposures("mentions", 0, -1)
    rate = said.mean()
    # By hand: 75 of 300 reviews in July, drawn by 100 reviews at the rate of all.
    assert exposures[6] == pytest.approx(100 * (75 + 100 * rate) / (300 * rate + 100 * rate))
    assert exposures[18] == exposures[6] > 100 > exposures[5]
    year = days < np.datetime64("2023-01-01")
    short = by_month(days[year], make_themes(said[year]), None)
    assert short.exposures("mentions", 0, -1).tolist() == [100.0] * 12
