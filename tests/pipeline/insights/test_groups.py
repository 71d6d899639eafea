"""Groups of reviews by a column."""

import numpy as np
import pytest

from pipeline.common.errors import InputError
from pipeline.insights.groups import group_reviews
from tests.support.analyses import rated_and_dated, synthetic_analysis


@pytest.fixture(scope="module")
def dated(file_cache):
    return rated_and_dated()


def test_texts_are_grouped_from_the_largest_to_the_smallest(dated):
    found = group_reviews(dated, "Language")
    assert found.names == ("en", "de") and found.sizes.tolist() == [48, 24]
    assert found.membership.sum(axis=0).tolist() == [48, 24]
    assert [found.names[code] for code in found.codes] == dated.languages.tolist()


def test_periods_are_in_order_of_time(dated):
    months = group_reviews(dated, "month")
    assert months.names[0] == "2025-01" and months.names == tuple(sorted(months.names))
    quarters = group_reviews(dated, "quarter")
    assert quarters.names == ("2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4")
    assert quarters.sizes.tolist() == [12, 12, 12, 36]
    assert group_reviews(dated, "year").names == ("2025",)
    assert group_reviews(dated, "date").names == months.names


def test_numbers_ascend_and_blank_cells_are_in_no_group(dated):
    assert group_reviews(dated, "rating").names == ("1", "5")
    analysis = synthetic_analysis()
    analysis.frame.loc[:9, "hotel"] = "  "
    found = group_reviews(analysis, "hotel")
    assert (found.codes[:10] == -1).all() and found.sizes.sum() == 50


def test_only_allowed_reviews_are_grouped(dated):
    found = group_reviews(dated, "language", allowed=dated.languages == "de")
    assert found.names == ("de",) and found.sizes.tolist() == [24]


def test_a_missing_column_is_said_with_those_there_are(dated):
    with pytest.raises(InputError, match="There is no column 'hotell' to group by; choose month"):
        group_reviews(dated, "hotell")


def test_a_column_with_too_many_values_is_refused():
    analysis = synthetic_analysis(n=1_200)
    analysis.frame["room"] = [f"No {n}" for n in range(1_200)]
    with pytest.raises(InputError, match="1,200 different values"):
        group_reviews(analysis, "room")


def test_reviews_without_dates_have_no_months():
    analysis = synthetic_analysis(columns={"text": "x", "hotel": "hotel"})
    with pytest.raises(InputError, match="no column of dates to group by month"):
        group_reviews(analysis, "month")
    assert np.unique(group_reviews(analysis, "day").codes).tolist() == [0]
