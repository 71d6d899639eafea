"""Choosing reviews by hotel and day."""

from datetime import date

import numpy as np
import pytest

from pipeline.common.errors import InputError
from pipeline.exports.selection import parse_day, select_reviews
from pipeline.insights.attributes import review_attributes
from tests.support.analyses import synthetic_analysis
from tests.support.exported import guests


def select(analysis, **options):
    return select_reviews(analysis, review_attributes(analysis), **options)


def test_hotels_and_days_together():
    analysis = guests()
    chosen = select(
        analysis,
        hotels=["hotel lyon", "Hotel Lyon"],
        first=date(2025, 1, 10),
        last=date(2025, 1, 31),
    )
    assert chosen.hotels == ("Hotel Lyon",) and not chosen.is_all
    assert int(chosen.peers.sum()) == 22
    rows = np.flatnonzero(chosen.reviews)
    assert set(analysis.frame["hotel"].iloc[rows]) == {"Hotel Lyon"}
    assert analysis.days[rows].min() >= np.datetime64("2025-01-10")
    assert select(analysis).is_all


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hotels": ["Ritz"]}, "no hotel 'Ritz'; the hotels are: Hotel Lyon"),
        ({"first": date(2030, 1, 1)}, "from 2025-01-01 to 2025-06-29"),
        ({"first": date(2025, 2, 1), "last": date(2025, 1, 1)}, "exchange the two"),
    ],
)
def test_what_is_not_there(options, message):
    with pytest.raises(InputError, match=message):
        select(guests(), **options)


def test_no_such_columns():
    bare = synthetic_analysis(columns={"text": "x"}, days=None)
    with pytest.raises(InputError, match="no column of hotels"):
        select(bare, hotels=["A"])
    with pytest.raises(InputError, match="no dates"):
        select(bare, first=date(2025, 1, 1))


def test_days_and_months():
    assert parse_day("2026-02-03") == date(2026, 2, 3)
    assert parse_day("2024-02") == date(2024, 2, 1)
    assert parse_day("2024-02", last=True) == date(2024, 2, 29)
    for wrong in ("2026-13", "2026-02-30", "yesterday", "", "２０２６-01"):
        with pytest.raises(InputError, match="is no day"):
            parse_day(wrong)
