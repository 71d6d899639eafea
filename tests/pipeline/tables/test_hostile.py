"""Hostile files: each is read or refused with a true message, soon and in little memory."""

import pytest

from pipeline.common.errors import InputError
from pipeline.isolation.budget import Budget
from pipeline.isolation.pool import run_isolated
from pipeline.reviews.read import read_reviews
from tests.support.hostile import FILES, LIMITS

BUDGET = Budget(30, 1000)


@pytest.mark.slow  # computes for seconds
@pytest.mark.parametrize("name", FILES)
def test_hostile_files_meet_a_limit_of_their_own_before_that_of_the_process(name, monkeypatch):
    for setting, value in LIMITS.items():
        monkeypatch.setenv(setting, value)
    make, says = FILES[name]
    try:
        reviews = run_isolated(read_reviews, make(), name=name, label=name, budget=BUDGET)
    except InputError as error:
        assert says and says in str(error) and "\n" not in str(error)
        assert "processor time" not in str(error) and "of memory" not in str(error)
    else:
        assert not says and len(reviews.texts) >= 50
