"""Comparison of groups of reviews."""

import numpy as np
import pytest
from scipy.stats import false_discovery_control, sem, t

from pipeline.common.errors import InputError
from pipeline.insights.comparison import compare_analysis, compare_groups, find_strata
from pipeline.insights.groups import Groups, group_reviews
from pipeline.insights.themes import topic_themes
from tests.support.analyses import synthetic_analysis
from tests.support.comparisons import made_themes, two_hotels


def test_a_planted_difference_is_found_and_nothing_else():
    found = compare_groups(*two_hotels())
    assert found.mentions.counts[0, 0] == 68 and found.mentions.shares[0, 0] == 68 / 227
    assert found.mentions_differ.tolist() == [[True, False], [True, False]]
    assert found.complaints_differ.tolist() == [[True, False], [True, False]]
    assert found.mentions.above[:, 0].tolist() == [True, False]
    assert found.differs.sum() == 2 and not found.small.any()


def test_rates_are_adjusted_over_the_cells_of_both_tables():
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 8, 3_000)
    mentions = rng.random((3_000, 10)) < 0.1
    complaints = mentions & (rng.random(mentions.shape) < 0.3 + 0.1 * (codes == 2)[:, None])
    found = compare_groups(
        made_themes(mentions, complaints), Groups("hotel", tuple("abcdefgh"), codes)
    )
    both = [found.mentions.p_values.ravel(), found.complaints.p_values.ravel()]
    wanted = false_discovery_control(np.concatenate(both))
    assert np.concatenate([found.mention_q.ravel(), found.complaint_q.ravel()]) == pytest.approx(
        wanted
    )
    assert (found.least_q <= 0.02).tolist() == found.differs.tolist()


def test_small_numbers_are_never_called_significant():
    # Every one of 10 guests of a small hotel mentions noise, one of 490 elsewhere; 4 of 250 others
    # mention what nobody else does.
    codes = np.repeat([0, 1, 2], [10, 250, 240])
    rows = np.arange(500)
    mentions = np.stack([(codes == 0) | (rows == 300), (codes == 1) & (rows < 14)], axis=1)
    found = compare_groups(made_themes(mentions), Groups("hotel", ("a", "b", "c"), codes))
    assert found.mentions.p_values[0, 0] < 1e-9 and found.mention_q[0, 0] == 1
    assert not found.mentions_differ[0].any() and found.small[0].all()
    assert not found.mentions_differ[1, 1] and found.small[1, 1]


def test_fewer_than_expected_is_found_though_the_count_is_small():
    codes = np.repeat([0, 1], [200, 800])
    said = np.arange(1_000) >= 840  # none of 200, 160 of 800
    found = compare_groups(made_themes(said[:, None]), Groups("hotel", ("a", "b"), codes))
    assert found.mentions_differ[0, 0] and not found.mentions.above[0, 0]
    assert not found.small[0, 0]


def test_mean_marks_have_students_interval():
    themes, groups = two_hotels()
    ratings = np.random.default_rng(1).integers(1, 6, len(groups.codes)).astype(float)
    ratings[::7] = np.nan
    marks = compare_groups(themes, groups, ratings=ratings).marks
    own = ratings[themes.mentions.toarray()[:, 1] & (groups.codes == 1)]
    own = own[np.isfinite(own)]
    assert marks.counts[1, 1] == len(own) and marks.means[1, 1] == pytest.approx(own.mean())
    ends = t.interval(0.95, len(own) - 1, loc=own.mean(), scale=sem(own))
    assert (marks.low[1, 1], marks.high[1, 1]) == pytest.approx(ends)


def test_one_mark_has_a_mean_without_an_interval_and_none_has_neither():
    themes = made_themes([[True, False]] * 2)
    found = compare_groups(
        themes, Groups("hotel", ("a", "b"), np.array([0, 1])), ratings=np.array([4.0, np.nan])
    )
    assert found.marks.means[0, 0] == 4 and np.isnan(found.marks.low[0, 0])
    assert np.isnan(found.marks.means[1, 0]) and found.marks.counts.tolist() == [[1, 0], [0, 0]]


def test_one_group_is_nothing_to_compare():
    with pytest.raises(InputError, match="in one group by hotel: Ritz; choose another column"):
        compare_groups(made_themes([[True]] * 3), Groups("hotel", ("Ritz",), np.zeros(3, int)))


def test_groups_are_compared_within_languages_and_languages_within_hotels():
    analysis = synthetic_analysis(n=600)
    hotels, languages = (group_reviews(analysis, column) for column in ("hotel", "language"))
    column, strata = find_strata(analysis, hotels, "auto")
    assert column == "language" and len(set(strata.tolist())) == 3
    assert find_strata(analysis, languages, "auto")[0] == "hotel"
    assert find_strata(analysis, hotels, None) == (None, None)
    assert find_strata(synthetic_analysis(n=600, languages=("en",)), hotels, "auto") == (None, None)
    with pytest.raises(InputError, match="There is no column 'platform'"):
        find_strata(analysis, hotels, "platform")
    found = compare_analysis(analysis, topic_themes(analysis), hotels)
    assert found.adjusted_for == "language" and found.marks is not None
    assert found.mentions.sizes.tolist() == [150] * 4


def test_rare_languages_are_one_stratum():
    codes = np.array(["en"] * 100 + ["de"] * 40 + ["fr"] * 10 + ["it"] * 10)
    analysis = synthetic_analysis(n=160, languages=("en",))
    object.__setattr__(analysis, "languages", codes)
    _, strata = find_strata(analysis, group_reviews(analysis, "hotel"), "auto")
    assert len(set(strata[:140].tolist())) == 2 and len(set(strata[140:].tolist())) == 1
    assert strata[150] not in strata[:140]


def test_groups_that_chance_has_made_are_rarely_called_different():
    rng = np.random.default_rng(5)
    mentions = rng.random((2_000, 60)) < rng.choice([0.005, 0.05, 0.3], 60)
    complaints = mentions & (rng.random(mentions.shape) < 0.3)
    themes, languages = made_themes(mentions, complaints), rng.integers(0, 5, 2_000)
    names = tuple("abcdefghijkl")
    alarms = sum(
        compare_groups(
            themes, Groups("hotel", names, rng.integers(0, 12, 2_000)), strata=languages
        ).differs.any()
        for _ in range(20)
    )
    assert alarms <= 2
