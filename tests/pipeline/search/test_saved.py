"""Saved searches and counts of their hits."""

import numpy as np
import pytest

from pipeline.common.errors import InputError
from pipeline.search.saved import SavedSearch, count_by_group, count_by_month, parse_saved_search


def test_saved_searches_are_validated():
    search = SavedSearch("Noise", "loud -bar", "rating <= 2", balanced=True)
    assert parse_saved_search(search.to_json()) == search
    assert parse_saved_search({"name": "a", "query": "b", "later": 1}).min_probability == 0.2
    for bad in (
        [],
        {"name": "a"},
        {"name": "a", "query": 3},
        {"name": "a", "query": "b", "least": 2},
        {"name": "a", "query": "b" * 9999},
        {"name": "a", "query": "b", "balanced": "yes"},
    ):
        with pytest.raises(InputError):
            parse_saved_search(bad)


def test_counts_by_month_and_by_group():
    dates = np.array(["2024-01-05", "2024-01-09", "2024-03-01", "NaT"], "datetime64[D]")
    hits = np.array([True, False, True, True])
    months = count_by_month(dates, hits)
    assert [(m.group, m.reviews, m.hits) for m in months] == [
        ("2024-01", 2, 1),
        ("2024-02", 0, 0),
        ("2024-03", 1, 1),
    ]
    # Wilson's interval of 1 in 2, by hand.
    assert months[0].low == pytest.approx(0.0945, abs=1e-4)
    assert months[0].high == pytest.approx(0.9055, abs=1e-4)
    assert (months[1].low, months[1].high) == (0, 1)
    hotels = count_by_group(["B", "A", "", "A"], hits)
    assert [(h.group, h.reviews, h.hits) for h in hotels] == [("A", 2, 1), ("B", 1, 1)]
    assert count_by_month(np.array(["NaT"], "datetime64[D]"), np.array([True])) == ()
