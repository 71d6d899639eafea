"""Changes between two periods: planted ones, none planted, and where they come from."""

import numpy as np
import pytest
from scipy.stats import false_discovery_control, fisher_exact, ttest_ind

from pipeline.insights.changes import (
    COMPLAINTS,
    EVERYWHERE,
    MARK,
    MENTIONS,
    find_changes,
)
from pipeline.insights.groups import group_reviews
from pipeline.insights.periods import split_since
from tests.support.themed_reviews import make_themes, reviews_of_hotels

HOTELS = ("Lyon", "Madrid", "Oslo", "Porto")
NOISE, POOL, QUIET = 0, 1, 2
N = 2_400
SINCE = np.datetime64("2025-11-01")


def drawn(seed, planted=True, n=N, months=15):
    """Fifteen months from January 2025; noise in Madrid from November on, the pool is new."""
    generator = np.random.default_rng(seed)
    hotel, month = generator.integers(0, 4, n), generator.integers(0, months, n)
    rates = np.tile([0.08, 0.004, 0.2], (n, 1))
    if planted:
        late = month >= 10
        rates[late & (hotel == 1), NOISE] = 0.4
        rates[late, POOL] = 0.08
    mentions = generator.random((n, 3)) < rates
    complaints = mentions & (generator.random((n, 3)) < 0.6)
    marks = np.clip(8 - 2 * complaints[:, NOISE] + generator.normal(0, 1, n), 0, 10)
    days = (np.datetime64("2025-01") + month).astype("datetime64[D]") + generator.integers(0, 28, n)
    return reviews_of_hotels(np.array(HOTELS)[hotel], days, marks), make_themes(
        mentions, complaints, names=("Noise", "Pool", "Quiet")
    )


def changes_of(analysis, themes, since=SINCE):
    return find_changes(
        analysis, themes, split_since(analysis.days, since), group_reviews(analysis, "hotel")
    )


def cell(changes, of, theme, group):
    number = EVERYWHERE if not group else changes.groups.names.index(group)
    return next(
        each for each in changes.cells if (each.of, each.theme, each.group) == (of, theme, number)
    )


@pytest.fixture(scope="module")
def planted(file_cache):
    analysis, themes = drawn(3)
    return analysis, themes, changes_of(analysis, themes)


def test_planted_changes_are_found_with_their_month_and_their_hotel(planted):
    _, _, changes = planted
    noise = cell(changes, MENTIONS, NOISE, "Madrid")
    assert noise.is_clear and noise.grew and noise.ratio > 3 and noise.month == "2025-11"
    whole = cell(changes, MENTIONS, NOISE, "")
    assert changes.group_name(whole.driver.group) == "Madrid" and whole.driver.part > 0.6
    assert not whole.driver.by_number
    pool = cell(changes, MENTIONS, POOL, "")
    assert pool.is_new and pool.month == "2025-11" and pool.driver is None
    assert cell(changes, COMPLAINTS, NOISE, "Madrid").is_clear
    mark = cell(changes, MARK, -1, "Madrid")
    assert mark.is_clear and mark.after < mark.before and mark.high < 0


def test_complaints_that_go_with_mentions_are_no_alerts_of_their_own(planted):
    _, _, changes = planted
    noise = cell(changes, MENTIONS, NOISE, "Madrid")
    assert changes.complaints_with(noise) == cell(changes, COMPLAINTS, NOISE, "Madrid")
    assert noise in changes.alerts and COMPLAINTS not in {each.of for each in changes.alerts}
    mark = cell(changes, MARK, -1, "Madrid")
    assert mark in changes.alerts and changes.complaints_with(mark) is None


def test_nothing_else_is_an_alert(planted):
    _, _, changes = planted
    assert changes.clear == changes.cells[: len(changes.clear)]
    expected = {(NOISE, "Madrid"), (NOISE, ""), (-1, "Madrid"), (-1, "")}
    for each in changes.clear:
        where = each.theme, changes.group_name(each.group)
        assert where in expected or each.theme == POOL, each


def test_shares_tests_and_rates_are_those_of_scipy(planted):
    analysis, themes, changes = planted
    after = analysis.days >= SINCE
    p_values, found = [], []
    hotels = analysis.frame["hotel"].to_numpy()
    for of, matrix in ((MENTIONS, themes.mentions), (COMPLAINTS, themes.complaints)):
        dense = matrix.toarray()
        for theme in range(3):
            for name in ("", *HOTELS):
                inside = np.ones(N, bool) if not name else hotels == name
                counts = [int((dense[:, theme] & inside & side).sum()) for side in (~after, after)]
                sizes = [int((inside & side).sum()) for side in (~after, after)]
                own = cell(changes, of, theme, name)
                assert (own.reviews_before, own.reviews_after) == tuple(counts)
                assert (own.size_before, own.size_after) == tuple(sizes)
                assert own.after == pytest.approx(counts[1] / sizes[1])
                if sum(counts) < 8:
                    assert np.isnan(own.q) and not own.is_clear
                    continue
                table = np.array([counts, np.array(sizes) - counts])
                tails = [fisher_exact(table, alternative=a).pvalue for a in ("less", "greater")]
                p_values.append(min(2 * min(tails), 1))
                found.append(own)
    marks = analysis.ratings.shown
    for name in ("", *HOTELS):
        inside = np.ones(N, bool) if not name else hotels == name
        test = ttest_ind(marks[inside & after], marks[inside & ~after], equal_var=False)
        own = cell(changes, MARK, -1, name)
        interval = test.confidence_interval()
        assert (own.low, own.high) == pytest.approx((interval.low, interval.high))
        p_values.append(test.pvalue)
        found.append(own)
    expected = false_discovery_control(p_values)
    assert [each.q for each in found] == pytest.approx(expected.tolist(), abs=1e-12)


@pytest.mark.slow  # computes for seconds
def test_ten_files_without_a_change_raise_one_false_alarm_at_most():
    alarms = 0
    for seed in range(10):
        analysis, themes = drawn(100 + seed, planted=False)
        alarms += len(changes_of(analysis, themes).clear) > 0
    assert alarms <= 1


def test_a_hotel_that_opened_has_no_cell():
    analysis, themes = drawn(7, planted=False, n=300)
    analysis.frame.loc[analysis.days < SINCE, "hotel"] = "Lyon"
    changes = changes_of(analysis, themes)
    assert {changes.group_name(each.group) for each in changes.cells} <= {"", "Lyon"}


def test_a_season_is_no_change_when_there_are_more_than_two_years():
    generator = np.random.default_rng(4)
    n, months = 6_000, 38
    month = generator.integers(0, months, n)
    rate = np.where(np.isin(month % 12, (6, 7)), 0.3, 0.05)  # air conditioning in July and August
    mentions = (generator.random(n) < rate)[:, None]
    days = (np.datetime64("2022-07") + month).astype("datetime64[D]")
    analysis = reviews_of_hotels(["Solo"] * n, days)
    changes = find_changes(
        analysis, make_themes(mentions), split_since(days, np.datetime64("2025-01-01"))
    )
    assert changes.monthly.has_seasons and not changes.clear
    assert changes.periods.names[0] == "2024-01-01 to 2024-08-01"
    short = days >= np.datetime64("2024-07-01")
    analysis = reviews_of_hotels(["Solo"] * int(short.sum()), days[short])
    changes = find_changes(
        analysis,
        make_themes(mentions[short]),
        split_since(days[short], np.datetime64("2025-06-01")),
    )
    assert changes.clear  # a year alone can't tell


def test_unknown_sentiment_and_no_dates_leave_what_there_is():
    analysis, themes = drawn(5, n=400)
    plain = make_themes(themes.mentions.toarray())
    periods = split_since(analysis.days, SINCE)
    changes = find_changes(reviews_of_hotels(["A"] * 400, analysis.days), plain, periods)
    assert {each.of for each in changes.cells} == {MENTIONS}
    undated = reviews_of_hotels(["A"] * 400, np.full(400, "NaT", "datetime64[D]"))
    assert find_changes(undated, plain, periods).monthly is None


def test_reviews_that_are_not_allowed_count_nowhere(planted):
    analysis, themes, _ = planted
    only = analysis.frame["hotel"].to_numpy() == "Oslo"
    groups = group_reviews(analysis, "hotel", only)
    changes = find_changes(
        analysis, themes, split_since(analysis.days, SINCE), groups, allowed=only
    )
    whole, oslo = cell(changes, MENTIONS, NOISE, ""), cell(changes, MENTIONS, NOISE, "Oslo")
    assert whole.size_before == oslo.size_before == (only & (analysis.days < SINCE)).sum()
    series = changes.monthly.series(MENTIONS, NOISE, EVERYWHERE)
    assert series.total.sum() == only.sum()
