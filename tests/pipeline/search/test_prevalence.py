"""Estimates of how many reviews match."""

import numpy as np
import pytest

from pipeline.search.prevalence import draw_sample, estimate_count, estimate_from_judgements


def test_estimate_from_judgements_is_unbiased_and_covered_by_its_interval():
    """Shares that are far too low: without judgements the estimate is wrong, with them right."""
    generator = np.random.default_rng(0)
    shares = generator.beta(0.2, 2.0, 5000)
    truth = generator.random(5000) < np.sqrt(shares)
    estimates, held = [], 0
    for seed in range(200):
        sample = draw_sample(shares, size=60, seed=seed)
        assert len(sample.reviews) == len(set(sample.reviews.tolist())) == 60
        answers = {int(row): bool(truth[row]) for row in sample.reviews}
        estimate = estimate_from_judgements(sample, answers)
        estimates.append(estimate.count)
        held += estimate.low <= truth.sum() <= estimate.high
    assert np.mean(estimates) == pytest.approx(truth.sum(), rel=0.05)
    assert held / 200 > 0.88
    assert estimate_count(shares).count < 0.6 * truth.sum()


def test_estimates_of_small_and_empty_samples():
    estimate = estimate_count(np.array([0.5, 0.5]))
    assert estimate.count == pytest.approx(1) and (estimate.low, estimate.high) == (0, 2)
    shares = np.array([0.9, 0.8, 0.1, 0.001])
    sample = draw_sample(shares, size=10)
    assert sample.reviews.tolist() == [0, 1, 2, 3]
    everything = estimate_from_judgements(sample, {0: True, 1: True, 2: False, 3: False})
    assert (everything.count, everything.low, everything.high, everything.judged) == (2, 2, 2, 4)
    none = estimate_from_judgements(sample, {})
    assert none.count == pytest.approx(1.801) and none.judged == 0
    empty = estimate_from_judgements(draw_sample(np.zeros(0)), {})
    assert (empty.count, empty.total) == (0, 0) and estimate_count(np.zeros(0)).high == 0
    some = draw_sample(shares, size=3, reviews=np.array([7, 8, 9, 10]))
    assert len(some.reviews) == 3 and set(some.reviews.tolist()) < {7, 8, 9, 10}


def test_a_few_judgements_never_make_the_interval_wider():
    shares = np.random.default_rng(0).beta(0.2, 3.0, 2000)
    prior = estimate_count(shares)
    sample = draw_sample(shares)
    for said in (
        {},
        {int(sample.reviews[0]): True},
        dict.fromkeys(sample.reviews[-2:].tolist(), False),
    ):
        free = estimate_from_judgements(sample, said)
        bound = estimate_from_judgements(sample, said, prior=prior)
        assert bound.high - bound.low <= prior.high - prior.low
        assert bound.low <= bound.count <= bound.high and bound.judged == len(said)
        assert bound.low >= sum(said.values())
        assert free.high - free.low >= bound.high - bound.low
