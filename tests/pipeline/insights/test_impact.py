"""Impact of themes on marks: planted effects, statsmodels, and where nothing can be said."""

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from pipeline.common.errors import InputError
from pipeline.insights.impact import measure_impact
from tests.support.themed_reviews import make_themes, reviews_of_hotels

N = 1_200
HOTELS = ("Lyon", "Madrid", "Oslo", "Porto")
COSTS = (1.5, 0.4, 0.0)  # of a complaint about each theme, in points of 10
EARNS = (0.3, 0.0, 0.5)


@pytest.fixture(scope="module")
def drawn():
    generator = np.random.default_rng(5)
    hotel = generator.integers(0, 4, N)
    months = generator.integers(0, 6, N)
    mentions = generator.random((N, 3)) < 0.35
    bad = np.array([0.8, 0.6, 0.4, 0.15])[hotel]  # the share of complaints among mentions
    complaints = mentions & (generator.random((N, 3)) < bad[:, None])
    marks = 7.5 + 0.3 * hotel - complaints @ np.array(COSTS)
    marks = marks + (mentions & ~complaints) @ np.array(EARNS) + generator.normal(0, 1, N)
    days = np.datetime64("2025-01-10") + 30 * months
    return hotel, months, mentions, complaints, np.clip(marks, 0, 10), days


@pytest.fixture(scope="module")
def impact(drawn, file_cache):
    hotel, _, mentions, complaints, marks, days = drawn
    analysis = reviews_of_hotels(np.array(HOTELS)[hotel], days, marks)
    return measure_impact(analysis, make_themes(mentions, complaints))


def by_theme(impact):
    return {each.theme: each for each in impact.themes}


def regression(marks, indicators, hotel, days):
    sm = pytest.importorskip("statsmodels.regression.linear_model")  # takes a second to import
    months = days.astype("datetime64[M]").astype(int)
    columns = [np.ones(len(marks)), *indicators.T]
    for codes in (hotel, months):
        columns += [codes == level for level in np.unique(codes)[1:]]
    design = np.column_stack(columns).astype(float)
    return sm.OLS(marks, design).fit(cov_type="HC3", use_t=True)


def test_complaints_and_praise_are_adjusted_for_each_other_as_statsmodels_does(drawn, impact):
    hotel, _, mentions, complaints, marks, days = drawn
    both = np.hstack([complaints, mentions & ~complaints])
    expected = regression(marks, both, hotel, days)
    found = by_theme(impact)
    for theme in range(3):
        for each, column in ((found[theme].complaint, theme), (found[theme].praise, 3 + theme)):
            assert each.effect == pytest.approx(expected.params[1 + column])
            assert (each.low, each.high) == pytest.approx(expected.conf_int()[1 + column])
        assert found[theme].complaint.reviews == complaints[:, theme].sum()
    q = false_discovery_control(expected.pvalues[1:4])
    assert [found[theme].complaint.q for theme in range(3)] == pytest.approx(q.tolist(), abs=1e-9)
    assert impact.adjusted_for == ("hotel", "month") and not impact.clustered


def test_a_mention_is_compared_with_all_reviews_without_it(drawn, impact):
    hotel, _, mentions, _, marks, days = drawn
    found = by_theme(impact)
    for theme in range(3):
        expected = regression(marks, mentions[:, [theme]], hotel, days)
        assert found[theme].mention.effect == pytest.approx(expected.params[1])
    effects = [each.mention.effect for each in impact.themes]
    assert effects == sorted(effects) and impact.themes[0].theme == 0


def test_planted_costs_lie_in_their_intervals(impact):
    found = by_theme(impact)
    for theme in range(3):
        assert found[theme].complaint.low < -COSTS[theme] < found[theme].complaint.high
        assert found[theme].praise.low < EARNS[theme] < found[theme].praise.high
    assert found[0].complaint.is_clear and not found[2].complaint.is_clear


def test_the_gain_is_the_cost_times_the_fall_to_the_best_hotel(drawn, impact):
    _, _, _, complaints, _, _ = drawn
    found = by_theme(impact)[0]
    gain = found.gain
    assert gain.hotel == "Porto" and gain.share == pytest.approx(complaints[:, 0].mean())
    assert gain.gain == pytest.approx(-found.complaint.effect * (gain.share - gain.best))
    assert 0 < gain.low < gain.gain < gain.high and gain.is_clear
    assert by_theme(impact)[2].gain is None  # what costs nothing can't be gained


def test_a_broad_theme_and_its_parts_are_not_in_each_others_way(drawn):
    hotel, _, mentions, complaints, marks, days = drawn
    broad = complaints[:, 0] | complaints[:, 1] | (np.arange(N) % 9 == 0)
    judged = np.column_stack([broad, complaints])
    said = np.column_stack([mentions.any(axis=1) | broad, mentions])
    analysis = reviews_of_hotels(np.array(HOTELS)[hotel], days, marks)
    themes = make_themes(said, judged, praise=said & ~judged, parents=(-1, 0, 0, -1))
    found = by_theme(measure_impact(analysis, themes))
    top = np.column_stack([judged[:, [0, 3]], (said & ~judged)[:, [0, 3]]])
    expected = regression(marks, top, hotel, days)
    assert found[0].complaint.effect == pytest.approx(expected.params[1])
    alone = judged[:, 0] & ~complaints[:, 0] & ~complaints[:, 1]
    praise = said & ~judged
    praised_alone = praise[:, 0] & ~praise[:, 1] & ~praise[:, 2]
    parts = [
        judged[:, 1:3],
        praise[:, 1:3],
        np.column_stack([alone, judged[:, 3], praised_alone, praise[:, 3]]),
    ]
    expected = regression(marks, np.hstack(parts), hotel, days)
    assert found[1].complaint.effect == pytest.approx(expected.params[1])
    assert found[2].praise.effect == pytest.approx(expected.params[4])


def test_many_hotels_have_clustered_errors(drawn):
    _, _, mentions, complaints, marks, days = drawn
    names = [f"Hotel {i % 50}" for i in range(N)]
    found = measure_impact(reviews_of_hotels(names, days, marks), make_themes(mentions, complaints))
    assert found.clustered and found.themes[0].theme == 0


def test_each_thing_that_has_no_effect_says_why(drawn):
    hotel, _, mentions, complaints, marks, days = drawn
    few = np.arange(N) < 12
    most = np.arange(N) >= 5
    more = np.column_stack([mentions[:, 0], mentions[:, 0], few, most, hotel == 0])
    judged = np.column_stack([complaints[:, 0], complaints[:, 0], few, most, hotel == 0])
    analysis = reviews_of_hotels(np.array(HOTELS)[hotel], days, marks)
    found = by_theme(measure_impact(analysis, make_themes(more, judged)))
    assert "can't be told apart from complaints about Theme 1" in found[0].complaint.problem
    assert "can't be told apart from complaints about Theme 0" in found[1].complaint.problem
    assert found[0].mention.effect == pytest.approx(found[1].mention.effect)
    assert found[2].mention.problem.startswith("too few reviews")
    assert found[3].mention.problem.startswith("nearly all reviews")
    assert found[4].mention.problem == "can't be told apart from hotel, language and month"
    assert all(np.isnan(found[i].mention.effect) for i in (2, 3, 4))
    assert found[0].gain is None


def test_one_hotel_has_no_best_one_and_unknown_sentiment_has_mentions_only(drawn):
    _, _, mentions, complaints, marks, days = drawn
    alone = reviews_of_hotels(["Solo"] * N, days, marks)
    found = measure_impact(alone, make_themes(mentions, complaints))
    assert found.adjusted_for == ("month",) and all(each.gain is None for each in found.themes)
    plain = measure_impact(alone, make_themes(mentions))
    assert plain.themes[0].complaint is None and plain.themes[0].praise is None


def test_no_marks_few_marks_and_equal_marks_are_said(drawn):
    hotel, _, mentions, _, marks, days = drawn
    names, themes = np.array(HOTELS)[hotel], make_themes(mentions)
    with pytest.raises(InputError, match="have no marks"):
        measure_impact(reviews_of_hotels(names, days), themes)
    some = np.where(np.arange(N) < 30, marks, np.nan)
    with pytest.raises(InputError, match="30 reviews have a mark: impact needs 50"):
        measure_impact(reviews_of_hotels(names, days, some), themes)
    with pytest.raises(InputError, match="All marks are 8 of 10"):
        measure_impact(reviews_of_hotels(names, days, np.full(N, 8.0)), themes)
    with pytest.raises(InputError, match="The marks don't differ within a hotel"):
        measure_impact(reviews_of_hotels(names, days, 5.0 + hotel), themes)


def test_nothing_planted_is_seldom_found():
    generator = np.random.default_rng(11)
    alarms = 0
    for _ in range(20):
        mentions = generator.random((300, 12)) < 0.15
        marks = generator.integers(1, 11, 300).astype(float)
        days = np.datetime64("2025-01-01") + generator.integers(0, 300, 300)
        names = [f"H{i}" for i in generator.integers(0, 5, 300)]
        found = measure_impact(reviews_of_hotels(names, days, marks), make_themes(mentions))
        alarms += any(each.mention.is_clear for each in found.themes)
    assert alarms <= 3  # of 20 at 5 %: more than 3 once in sixty times
