"""Rates of groups, drawn towards the rate of all by how little each group tells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_STRENGTHS = (0.0, np.log(1e6))  # of the prior, in logarithms of reviews


@dataclass(frozen=True)
class ShrunkenRates:
    """Posterior means and variances of g rates under one beta prior.

    Attributes:
        means, variances: float64 (g,).
        strength: the prior's weight in reviews; a million or so where the groups are alike.
    """

    means: np.ndarray
    variances: np.ndarray
    strength: float


def shrunken_rates(counts: np.ndarray, sizes: np.ndarray) -> ShrunkenRates:
    """Rates by empirical Bayes: a beta prior fitted to all groups (Carlin & Louis 2000).

    The prior's mean is the rate of all reviews; its strength has the largest likelihood of the
    counts, which are beta-binomial. So the best of many groups is not the luckiest small one.

    Args:
        counts, sizes: int64 (g,), the reviews of a group with the theme, and all of its reviews.
    """
    from scipy.optimize import minimize_scalar
    from scipy.special import betaln

    total = max(int(sizes.sum()), 1)
    mean = min(max(counts.sum() / total, 0.5 / total), 1 - 0.5 / total)

    def surprise(log_strength: float) -> float:
        first, second = np.exp(log_strength) * mean, np.exp(log_strength) * (1 - mean)
        terms = betaln(counts + first, sizes - counts + second) - betaln(first, second)
        return -float(terms.sum())

    found = minimize_scalar(surprise, bounds=_STRENGTHS, method="bounded")
    strength = float(np.exp(found.x))
    means = (counts + strength * mean) / (sizes + strength)
    return ShrunkenRates(means, means * (1 - means) / (sizes + strength + 1), strength)
