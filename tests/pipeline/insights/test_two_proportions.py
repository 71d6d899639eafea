"""Two proportions, against scipy and statsmodels."""

import numpy as np
import pytest
from scipy.stats import fisher_exact

from pipeline.insights.two_proportions import exact_p_values, ratio_intervals

FIRST, FIRST_OF = np.array([12, 0, 40, 3]), np.array([200, 150, 90, 60])
SECOND, SECOND_OF = np.array([30, 9, 20, 3]), np.array([180, 140, 80, 55])


def test_p_values_are_fishers_smaller_tail_doubled():
    found = exact_p_values(FIRST, FIRST_OF, SECOND, SECOND_OF)
    for i, p_value in enumerate(found):
        table = [[SECOND[i], SECOND_OF[i] - SECOND[i]], [FIRST[i], FIRST_OF[i] - FIRST[i]]]
        tails = [fisher_exact(table, alternative=side).pvalue for side in ("less", "greater")]
        assert p_value == pytest.approx(min(2 * min(tails), 1))


def test_intervals_of_ratios_are_those_of_statsmodels():
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    low, high = ratio_intervals(FIRST, FIRST_OF, SECOND, SECOND_OF)
    for i in range(len(FIRST)):
        expected = proportion.confint_proportions_2indep(
            SECOND[i], SECOND_OF[i], FIRST[i], FIRST_OF[i], compare="ratio", method="log-adjusted"
        )
        assert (low[i], high[i]) == pytest.approx(expected, rel=1e-4)
