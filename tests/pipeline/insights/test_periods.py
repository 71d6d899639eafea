"""Periods to compare."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.analysis.analysis import Batch
from pipeline.common.errors import InputError
from pipeline.insights.attributes import review_attributes
from pipeline.insights.periods import (
    new_languages,
    recent_start,
    review_days,
    split_by_days,
    split_by_file,
    split_by_month,
    split_since,
)
from tests.support.analyses import rated_and_dated


@pytest.fixture(scope="module")
def analysis():
    return rated_and_dated()


def test_periods_by_month_days_and_file(analysis):
    of = review_days(review_attributes(analysis))
    assert of is not None
    months = split_by_month(of)  # December alone has 12 reviews: as many months as hold 30
    assert months.names == ("before", "2025-10 to 2025-12")
    assert (months.before.sum(), months.after.sum()) == (36, 36)
    assert new_languages(analysis, months) == ["de"]
    day = np.datetime64("2025-03-10").item()
    assert split_by_days(of, (day, day), (day, day)).after.sum() == 4
    assert split_by_file(analysis) is None
    batch = (np.arange(72) >= 60).astype(np.int64)
    two = replace(analysis, batch=batch, batches=(Batch("a.csv", 60), Batch("b.csv", 12)))
    files = split_by_file(two)
    assert files.names == ("a.csv", "b.csv") and files.after.sum() == 12
    cells = replace(review_attributes(analysis), dates=np.array(["2025-99-99", "soon"], object))
    assert review_days(cells) is None


def test_recent_are_the_last_three_months_or_as_many_as_have_reviews():
    days = np.repeat(np.arange("2025-01", "2026-01", dtype="datetime64[M]"), 20)
    assert recent_start(days.astype("datetime64[D]")) == np.datetime64("2025-10-01")
    few = np.repeat(np.arange("2025-01", "2026-01", dtype="datetime64[M]"), 5)
    assert recent_start(few.astype("datetime64[D]")) == np.datetime64("2025-07-01")
    one = np.array(["2025-01-03", "2025-02-03", "NaT"], "datetime64[D]")
    assert recent_start(one) == np.datetime64("2025-02-01")


def test_a_quarter_is_compared_with_all_before_or_with_the_one_a_year_before():
    days = np.repeat(np.arange("2024-01", "2026-01", dtype="datetime64[M]"), 20)
    days = days.astype("datetime64[D]") + 4
    plain = split_since(days, np.datetime64("2025-10-01"))
    assert plain.before.sum() == 21 * 20 and plain.after.sum() == 60
    longer = np.append(days, np.datetime64("2023-12-31"))
    season = split_since(longer, np.datetime64("2025-10-01"))
    assert season.names == ("2024-10-01 to 2024-12-05", "since 2025-10-01")
    assert season.before.sum() == 60 and season.after.sum() == 60
    # More than a year has no same months a year before that are not in it.
    assert split_since(longer, np.datetime64("2024-06-01")).before.sum() == 5 * 20 + 1


def test_the_year_before_a_leap_day_ends_in_february():
    days = np.array(["2021-06-01", *["2023-02-28"] * 40, *["2024-02-29"] * 40], "datetime64[D]")
    periods = split_since(days, np.datetime64("2024-02-29"))
    assert periods.before.sum() == 40 and periods.names[0] == "2023-02-28 to 2023-02-28"


@pytest.mark.parametrize("since", ["2025-01-01", "2026-01-01"])
def test_a_side_without_reviews_is_said(since):
    days = np.array(["2025-01-01", "2025-06-01"], "datetime64[D]")
    with pytest.raises(InputError, match="from 2025-01-01 to 2025-06-01: choose a day after"):
        split_since(days, np.datetime64(since))
