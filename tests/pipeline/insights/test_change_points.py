"""Change points: exact p values, false alarms of constant series, and planted turns."""

import numpy as np
import pytest
from scipy.stats import binom

from pipeline.insights.change_points import FALSE_ALARMS, change_points, turn_p_values


def test_the_p_value_is_the_best_splits_exact_one_times_the_splits():
    counts, exposures = np.array([[2, 1, 3, 9, 8]]), np.array([[50.0, 40, 60, 50, 45]])
    total, whole = counts.sum(), exposures.sum()
    tails = []
    for split in range(1, 5):
        before, share = counts[0, :split].sum(), exposures[0, :split].sum() / whole
        low, high = binom.cdf(before, total, share), binom.sf(before - 1, total, share)
        tails.append(2 * min(low, high))
    assert turn_p_values(counts, exposures)[0] == pytest.approx(4 * min(tails))


def test_months_without_reviews_and_empty_series_are_no_turns():
    counts = np.array([[0, 0, 0, 0], [0, 5, 0, 4]])
    exposures = np.array([[0.0, 0, 0, 0], [0, 50, 0, 40]])
    assert turn_p_values(counts, exposures).tolist() == [1.0, 1.0]
    assert change_points(counts[0], exposures[0]) == []
    assert change_points(counts[1], exposures[1]) == []


@pytest.mark.parametrize("months", [6, 24, 48])
@pytest.mark.parametrize(("reviews", "rate"), [(5, 0.1), (40, 0.05), (100, 0.3)])
def test_constant_series_turn_in_a_twentieth_of_cases_at_most(months, reviews, rate):
    generator = np.random.default_rng(months * reviews)
    sizes = generator.poisson(reviews, (400, months))
    counts = generator.binomial(sizes, rate)
    alarms = turn_p_values(counts, sizes.astype(float)) <= FALSE_ALARMS
    assert alarms.mean() <= FALSE_ALARMS
    found = [bool(change_points(counts[i], sizes[i].astype(float))) for i in range(60)]
    assert np.mean(found) <= FALSE_ALARMS + 2 * np.sqrt(0.05 * 0.95 / 60)


def test_a_planted_turn_is_found_in_its_month():
    generator = np.random.default_rng(2)
    sizes = np.full((30, 24), 60)
    rates = np.where(np.arange(24) >= 17, 0.25, 0.08)
    counts = generator.binomial(sizes, rates)
    assert (turn_p_values(counts, sizes.astype(float)) < 0.001).mean() > 0.9
    found = [change_points(own, np.full(24, 60.0)) for own in counts]
    assert np.mean([turns == [17] for turns in found]) > 0.8


def test_there_and_back_are_two_turns():
    sizes = np.full(30, 100.0)
    counts = np.where((np.arange(30) >= 10) & (np.arange(30) < 18), 40, 10)
    assert change_points(counts, sizes) == [10, 18]
