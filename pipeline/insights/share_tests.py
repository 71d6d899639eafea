"""Shares of reviews in each group against the rest: counts, tests and intervals.

A cell is a group of reviews (a hotel) and something that a review says or doesn't (that it mentions
noise). The figures of a whole table, of 200 hotels and 185 aspects, are worked out together.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array

from pipeline.common.intervals import Z_95
from pipeline.insights.two_proportions import ratio_intervals

_EDGE = 1.5  # counts this near to the ends of the fitted distribution are judged by a bound
_MAX_SKEW = 1 - 1e-9


@dataclass(frozen=True)
class ShareTests:
    """How many of each group's reviews say each of t things, and how likely that is by chance.

    Attributes:
        counts: int64 (g, t), reviews of the group that say it.
        sizes: int64 (g,), reviews of each group.
        totals: int64 (t,), reviews of all groups that say it.
        expected: float64 (g, t), the counts to expect if groups did not differ, given how many
            reviews of each stratum they have.
        adjusted_ratios: float64 (g, t), share of the group over that of the rest within strata
            (Mantel & Haenszel 1959, for risk ratios); NaN where it can't be told.
        p_values: float64 (g, t), two-sided.
    """

    counts: np.ndarray
    sizes: np.ndarray
    totals: np.ndarray
    expected: np.ndarray
    adjusted_ratios: np.ndarray
    p_values: np.ndarray

    @property
    def rest_counts(self) -> np.ndarray:
        """Reviews of the other groups that say it: int64 (g, t)."""
        return self.totals - self.counts

    @property
    def rest_sizes(self) -> np.ndarray:
        """Reviews of the other groups: int64 (g,)."""
        return self.sizes.sum() - self.sizes

    @property
    def shares(self) -> np.ndarray:
        """Share of the group's reviews: float64 (g, t), NaN of a group without any."""
        return _divide(self.counts, self.sizes[:, None])

    @property
    def rest_shares(self) -> np.ndarray:
        """Share of the reviews of the other groups: float64 (g, t)."""
        return _divide(self.rest_counts, self.rest_sizes[:, None])

    @property
    def ratios(self) -> np.ndarray:
        """Share over that of the rest: float64 (g, t); infinite where nobody else says it."""
        return _divide(self.shares, self.rest_shares)

    @property
    def above(self) -> np.ndarray:
        """Whether more reviews say it than expected: bool (g, t)."""
        return self.counts > self.expected

    @cached_property
    def ratio_intervals(self) -> tuple[np.ndarray, np.ndarray]:
        """Ends of the 95 % interval of ``ratios``: on the log scale, with half a review added."""
        return ratio_intervals(
            self.rest_counts, self.rest_sizes[:, None], self.counts, self.sizes[:, None]
        )

    @cached_property
    def difference_intervals(self) -> tuple[np.ndarray, np.ndarray]:
        """Ends of the 95 % interval of ``shares - rest_shares`` (Newcombe 1998, method 10)."""
        (low, high), (rest_low, rest_high) = (
            _wilson_intervals(self.counts, self.sizes[:, None]),
            _wilson_intervals(self.rest_counts, self.rest_sizes[:, None]),
        )
        share, rest = self.shares, self.rest_shares
        change = share - rest
        return (
            change - np.hypot(share - low, rest_high - rest),
            change + np.hypot(high - share, rest - rest_low),
        )


def share_tests(
    says: csr_array, codes: np.ndarray, groups: int, strata: np.ndarray | None = None
) -> ShareTests:
    """Test each group's shares against those of all other groups together.

    Within a stratum, the count is hypergeometric if the group does not differ, given how many
    reviews say it and how many are the group's. Over strata, counts, means, variances and third
    moments add up, as in the test of Cochran, Mantel and Haenszel; its normal approximation, which
    calls small counts significant far too soon, is replaced by a binomial distribution with these
    three moments. With one stratum that is Fisher's exact test, to within a few per cent of its p
    value. The smaller tail is doubled.

    Args:
        says: bool (n, t), which review says what.
        codes: int64 (n,), group of each review, -1 for none.
        groups: their number g.
        strata: int64 (n,) from 0, such as the language of each review: groups are compared within
            them. One stratum when left out.
    """
    rows = np.flatnonzero(codes >= 0)
    stratum = np.zeros(len(rows), np.int64)
    if strata is not None:
        stratum = np.unique(strata[rows], return_inverse=True)[1]
    number = int(stratum.max()) + 1 if len(rows) else 1
    cells = csr_array(
        (np.ones(len(rows), np.int64), (stratum * groups + codes[rows], np.arange(len(rows)))),
        shape=(number * groups, len(rows)),
    )
    shape = (number, groups, says.shape[1])
    counts = (cells @ says[rows].astype(np.int64)).toarray().reshape(shape)
    sizes = cells.sum(axis=1).reshape(number, groups)
    mean, variance, third = (part.sum(axis=0) for part in _moments(counts, sizes))
    found = counts.sum(axis=0)
    return ShareTests(
        counts=found,
        sizes=sizes.sum(axis=0),
        totals=found.sum(axis=0),
        expected=mean,
        adjusted_ratios=_adjusted_ratios(counts, sizes),
        p_values=_p_values(
            found,
            np.minimum(found.sum(axis=0), sizes.sum(axis=0)[:, None]),
            mean,
            variance,
            third,
        ),
    )


def _moments(counts: np.ndarray, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean, variance and third central moment of each hypergeometric count: float64 (s, g, t)."""
    said = counts.sum(axis=1, keepdims=True).astype(np.float64)
    size = sizes[:, :, None].astype(np.float64)
    whole = sizes.sum(axis=1)[:, None, None].astype(np.float64)
    mean = size * said / whole
    variance = mean * (whole - size) * (whole - said) / (whole * np.maximum(whole - 1, 1))
    skew = (whole - 2 * size) * (whole - 2 * said) / (whole * np.maximum(whole - 2, 1))
    return mean, variance, variance * skew


def _adjusted_ratios(counts: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    size = sizes[:, :, None]
    whole = sizes.sum(axis=1)[:, None, None]
    rest = counts.sum(axis=1, keepdims=True) - counts
    return _divide((counts * (whole - size) / whole).sum(axis=0), (rest * size / whole).sum(axis=0))


def _p_values(
    counts: np.ndarray,
    most: np.ndarray,
    mean: np.ndarray,
    variance: np.ndarray,
    third: np.ndarray,
) -> np.ndarray:
    """Two-sided p values of counts with these moments, 1 where only one count is possible.

    The moments are those of ``shift`` plus a binomial count of ``trials``. Near the ends of that,
    where it may call a possible count impossible, the tail of a binomial count with the same mean
    and up to ``most`` is taken: it is longer than that of any sum of so many independent events
    (Hoeffding 1956).
    """
    from scipy.special import betainc

    varies = variance > 1e-9
    spread = np.where(varies, variance, 1.0)
    chance = (1 - np.clip(third / spread, -_MAX_SKEW, _MAX_SKEW)) / 2
    trials = spread / (chance * (1 - chance))
    shift = mean - trials * chance
    highest = np.maximum(most, 1)
    usual = np.clip(mean / highest, 0.0, 1.0)

    def at_least(value: np.ndarray) -> np.ndarray:
        reached, left = value - shift, trials - value + shift + 1
        fitted = betainc(np.maximum(reached, 1e-9), np.maximum(left, 1e-9), chance)
        return np.asarray(fitted)

    def bound(value: np.ndarray) -> np.ndarray:
        inside = betainc(np.maximum(value, 1), np.maximum(highest - value + 1, 1), usual)
        return np.where(value <= 0, 1.0, np.where(value > most, 0.0, inside))

    above, below = at_least(counts), 1 - at_least(counts + 1)
    near_end = trials - (counts - shift) + 1 < _EDGE
    near_start = counts + 1 - shift < _EDGE
    above = np.where(near_end, np.maximum(above, bound(counts)), above)
    below = np.where(near_start, np.maximum(below, 1 - bound(counts + 1)), below)
    return np.where(varies, np.clip(2 * np.minimum(above, below), 0.0, 1.0), 1.0)


def _divide(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(numerator / denominator)


def _wilson_intervals(counts: np.ndarray, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """:func:`pipeline.common.intervals.wilson_interval` of many proportions; NaN of size 0."""
    share, square = _divide(counts, sizes), np.array(Z_95**2)
    centre = share + _divide(square, 2 * sizes)
    half = Z_95 * np.sqrt(_divide(share * (1 - share), sizes) + _divide(square, 4.0 * sizes**2))
    scale = 1 + _divide(square, sizes)
    return np.maximum((centre - half) / scale, 0.0), np.minimum((centre + half) / scale, 1.0)
