"""Shares of groups against the rest: tests and intervals of scipy and statsmodels."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.stats import hypergeom

from pipeline.insights.share_tests import share_tests


def drawn(size, groups, chances, strata=1, seed=0):
    rng = np.random.default_rng(seed)
    codes, stratum = rng.integers(-1, groups, size), rng.integers(0, strata, size)
    says = rng.random((size, len(chances))) < np.array(chances) * (1 + stratum[:, None])
    return csr_array(says), codes, stratum


def test_counts_and_shares_leave_out_reviews_of_no_group():
    says = csr_array(np.array([[1, 0], [1, 1], [0, 1], [1, 0], [1, 1]], bool))
    found = share_tests(says, np.array([0, 0, 1, 1, -1]), 2)
    assert found.counts.tolist() == [[2, 1], [1, 1]] and found.sizes.tolist() == [2, 2]
    assert found.totals.tolist() == [3, 2] and found.rest_counts.tolist() == [[1, 1], [2, 1]]
    assert found.shares.tolist() == [[1.0, 0.5], [0.5, 0.5]]
    assert found.rest_shares.tolist() == [[0.5, 0.5], [1.0, 0.5]]
    assert found.ratios.tolist() == [[2.0, 1.0], [0.5, 1.0]]
    assert found.adjusted_ratios.tolist() == found.ratios.tolist()
    assert found.expected.tolist() == [[1.5, 1.0], [1.5, 1.0]]


def test_without_strata_p_values_are_those_of_the_exact_test():
    says, codes, _ = drawn(4_000, 30, (0.002, 0.01, 0.05, 0.3, 0.9))
    found = share_tests(says, codes, 30)
    whole, size, said = found.sizes.sum(), found.sizes[:, None], found.totals
    upper = hypergeom.sf(found.counts - 1, whole, said, size)
    lower = hypergeom.cdf(found.counts, whole, said, size)
    exact = np.minimum(2 * np.minimum(upper, lower), 1)
    assert np.abs(np.log10(found.p_values / exact)).max() < 0.05


def test_small_counts_in_strata_have_the_p_values_of_the_convolved_distributions():
    says, codes, stratum = drawn(3_000, 12, (0.003, 0.02, 0.2), strata=3)
    found = share_tests(says, codes, 12, stratum)
    dense = says.toarray()
    for group in range(12):
        for thing in range(3):
            chances = np.ones(1)
            for own in range(3):
                rows = (codes >= 0) & (stratum == own)
                said, size = int(dense[rows, thing].sum()), int((codes[rows] == group).sum())
                possible = np.arange(min(said, size) + 1)
                chances = np.convolve(chances, hypergeom.pmf(possible, rows.sum(), said, size))
            count = found.counts[group, thing]
            tails = chances[count:].sum(), chances[: count + 1].sum()
            exact = min(2 * min(tails), 1)
            assert found.p_values[group, thing] == pytest.approx(exact, rel=0.1, abs=0.01)


def test_strata_are_those_of_statsmodels():
    tables = pytest.importorskip("statsmodels.stats.contingency_tables")
    says, codes, stratum = drawn(30_000, 3, (0.1, 0.3), strata=2, seed=3)
    found = share_tests(says, codes, 3, stratum)
    dense = says.toarray()
    for group in range(3):
        for thing in range(2):
            cells = []
            for own in range(2):
                rows = (codes >= 0) & (stratum == own)
                inside, said = codes[rows] == group, dense[rows, thing]
                cells.append(
                    [[(inside & said).sum(), (inside & ~said).sum()]]
                    + [[(~inside & said).sum(), (~inside & ~said).sum()]]
                )
            table = tables.StratifiedTable([np.array(each, float) for each in cells])
            p_value = table.test_null_odds(correction=True).pvalue
            assert found.p_values[group, thing] == pytest.approx(p_value, rel=0.05)
            parts = [(np.array(each), np.sum(each)) for each in cells]
            ratio = sum(c[0, 0] * c[1].sum() / n for c, n in parts) / sum(
                c[1, 0] * c[0].sum() / n for c, n in parts
            )
            assert found.adjusted_ratios[group, thing] == pytest.approx(ratio)


def test_a_mix_of_languages_that_explains_a_difference_takes_it_away():
    # Germans mention it in half of their reviews, others in a tenth, in both hotels alike.
    languages = np.repeat([0, 1, 0, 1], [400, 100, 100, 400])
    hotels = np.repeat([0, 0, 1, 1], [400, 100, 100, 400])
    said = np.concatenate([np.arange(n) < n * share for n, share in
                           ((400, 0.5), (100, 0.1), (100, 0.5), (400, 0.1))])  # fmt: skip
    says = csr_array(said[:, None])
    plain, adjusted = share_tests(says, hotels, 2), share_tests(says, hotels, 2, languages)
    assert plain.p_values[0, 0] < 1e-10 and plain.ratios[0, 0] == pytest.approx(210 / 90)
    assert adjusted.p_values[0, 0] == 1 and adjusted.adjusted_ratios[0, 0] == pytest.approx(1)


def test_intervals_are_those_of_statsmodels():
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    says, codes, _ = drawn(2_000, 20, (0.004, 0.05, 0.5))
    found = share_tests(says, codes, 20)
    counts = found.counts, found.sizes[:, None], found.rest_counts, found.rest_sizes[:, None]
    for ends, compare, method in (
        (found.ratio_intervals, "ratio", "log-adjusted"),
        (found.difference_intervals, "diff", "newcomb"),
    ):
        wanted = proportion.confint_proportions_2indep(*counts, compare=compare, method=method)
        for end, own in zip(ends, wanted, strict=True):
            np.testing.assert_allclose(end, own, rtol=1e-4, atol=1e-5)


def test_what_all_or_none_say_is_no_difference():
    says = csr_array(np.array([[True, False]] * 40))
    found = share_tests(says, np.arange(40) % 2, 2)
    assert (found.p_values == 1).all() and np.isnan(found.ratios[0, 1])
    assert found.ratios[0, 0] == 1


def test_what_one_group_alone_says_has_an_endless_ratio_with_a_lower_end():
    says = csr_array((np.arange(100) < 20)[:, None])
    found = share_tests(says, (np.arange(100) >= 50).astype(int), 2)
    assert np.isinf(found.ratios[0, 0]) and found.ratios[1, 0] == 0
    assert 2 < found.ratio_intervals[0][0, 0] < found.ratio_intervals[1][0, 0] < np.inf
    assert found.p_values[0, 0] == pytest.approx(2 * 0.5**20)  # a bound
    assert found.p_values[0, 0] > 2 * hypergeom.sf(19, 100, 20, 50)
