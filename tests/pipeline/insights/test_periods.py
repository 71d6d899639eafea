"""Periods to compare."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.analysis.analysis import Batch
from pipeline.insights.attributes import review_attributes
from pipeline.insights.periods import (
    new_languages,
    review_days,
    split_by_days,
    split_by_file,
    split_by_month,
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
