"""What a column of dates decides for its cells."""

from collections import Counter
from datetime import date

import numpy as np
import pytest

from pipeline.reviews.date_decision import counts_days, decide, is_relative, resolve
from pipeline.reviews.date_forms import parse_form


def decided(*cells):
    forms = {cell: parse_form(cell) for cell in cells}
    decision = decide(cells, forms, Counter(cells))
    return decision, [resolve(form, decision).item() for form in forms.values()]


def test_one_cell_decides_for_the_others():
    decision, days = decided("03/15/2024", "03/04/2024")
    assert decision.order.month_first
    assert days == [date(2024, 3, 15), date(2024, 3, 4)]


def test_the_first_of_short_numbers_may_be_the_year():
    decision, days = decided("24.03.05", "24.03.19", "24.03.28")
    assert decision.year_first and days[0] == date(2024, 3, 5)


@pytest.mark.parametrize(
    ("cell", "of_excel"), [("46050", True), ("1700000000", False), ("17", False)]
)
def test_what_numbers_count(cell, of_excel):
    decision, _days = decided(cell)
    assert counts_days(decision) == of_excel


@pytest.mark.parametrize(
    ("cell", "relative"),
    [("3 months ago", True), ("5 March", True), ("5 March 2024", False), ("2024-03-05", False)],
)
def test_days_that_depend_on_when_the_file_was_collected(cell, relative):
    form = parse_form(cell)
    assert is_relative(form) == relative
    assert np.isnat(resolve(form, decided(cell)[0])) == relative
