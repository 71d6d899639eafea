"""Rates of groups, drawn towards the rate of all."""

import numpy as np
import pytest
from scipy.stats import beta, betabinom

from pipeline.insights.rates import shrunken_rates


def test_the_posterior_is_that_of_the_beta_prior_with_the_largest_likelihood():
    counts, sizes = np.array([3, 40, 12, 60, 1]), np.array([60, 200, 150, 180, 4])
    found = shrunken_rates(counts, sizes)
    mean = counts.sum() / sizes.sum()

    def likelihood(strength):
        return betabinom.logpmf(counts, sizes, strength * mean, strength * (1 - mean)).sum()

    grid = np.exp(np.linspace(0, 10, 2_000))
    best = grid[np.argmax([likelihood(strength) for strength in grid])]
    assert found.strength == pytest.approx(best, rel=0.02)
    for i in range(5):
        posterior = beta(
            counts[i] + found.strength * mean,
            sizes[i] - counts[i] + found.strength * (1 - mean),
        )
        assert found.means[i] == pytest.approx(posterior.mean())
        assert found.variances[i] == pytest.approx(posterior.var())


def test_a_small_group_without_any_is_not_the_best():
    counts, sizes = np.array([0, 10, 60, 80, 70]), np.array([5, 500, 400, 420, 380])
    means = shrunken_rates(counts, sizes).means
    assert means[0] > means[1] and np.argmin(means) == 1


def test_groups_that_differ_by_chance_alone_are_alike():
    generator = np.random.default_rng(1)
    sizes = generator.integers(50, 300, 30)
    found = shrunken_rates(generator.binomial(sizes, 0.1), sizes)
    assert np.ptp(found.means) < 0.02
    assert np.isfinite(shrunken_rates(np.zeros(3, int), np.array([5, 9, 0])).means).all()
