"""What a comparison has found, in words."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.insights.comparison import compare_groups
from pipeline.insights.findings import (
    describe_finding,
    describe_group,
    find_differences,
    group_label,
    percent,
)
from pipeline.insights.groups import Groups
from tests.support.analyses import synthetic_analysis
from tests.support.comparisons import made_themes, two_hotels

ANALYSIS = synthetic_analysis()


def told(themes, groups, **more):
    comparison = compare_groups(themes, groups, **more)
    found = find_differences(comparison)
    return found, [describe_finding(ANALYSIS, comparison, each) for each in found]


def test_a_loud_hotel_is_told_once_with_its_numbers():
    found, words = told(*two_hotels())
    assert words == [
        "Noise: 30% of Madrid's reviews, 6% of Lyon's reviews "
        "(68 of 227; 5 times as often); 50 complain"
    ]
    assert found[0].is_problem and not found[0].is_strength and found[0].mentions == 1


def test_complaints_are_told_where_mentions_do_not_differ():
    _, words = told(*two_hotels(noisy=(70, 154), complaining=(60, 20)))
    assert words == [
        "Complaints about Noise: 26% of Madrid's reviews, 4% of Lyon's reviews "
        "(60 of 227; 6.6 times as often)"
    ]


def test_of_three_groups_more_and_less_are_told_the_surest_first():
    codes = np.repeat([0, 1, 2], [300, 300, 300])
    said = np.concatenate([np.arange(300) < n for n in (130, 70, 4)])
    found, words = told(made_themes(said[:, None]), Groups("hotel", ("a", "b", "c"), codes))
    assert words == [
        "Noise: 1.3% of c's reviews, 33% elsewhere (4 of 300; 96% less often)",
        "Noise: 43% of a's reviews, 12% elsewhere (130 of 300; 3.5 times as often)",
    ]
    assert [each.mentions for each in found] == [-1, 1] and found[0].q <= found[1].q


def test_a_ratio_that_the_languages_explain_in_part_is_told_with_the_adjusted_one():
    languages = np.repeat([0, 1, 0, 1], [400, 100, 100, 400])
    hotels = np.repeat([0, 0, 1, 1], [400, 100, 100, 400])
    shares = ((400, 0.6), (100, 0.2), (100, 0.3), (400, 0.1))
    said = np.concatenate([np.arange(n) < n * share for n, share in shares])
    _, words = told(
        made_themes(said[:, None]),
        Groups("hotel", ("a", "b"), hotels),
        strata=languages,
        adjusted_for="language",
    )
    assert words == [
        "Noise: 52% of a's reviews, 14% of b's reviews "
        "(260 of 500; 3.7 times as often, 2 times as often within the same language)"
    ]


def test_what_nobody_else_says():
    said = np.arange(400) < 30
    _, words = told(made_themes(said[:, None]), Groups("hotel", ("a", "b"), np.repeat([0, 1], 200)))
    assert words == ["Noise: 15% of a's reviews, 0% of b's reviews (30 of 200; nowhere else)"]


@pytest.mark.parametrize(
    ("column", "name", "words"),
    [
        ("Hotel", "Ritz", "Ritz's reviews"),
        ("language", "ja", "the reviews in Japanese"),
        ("month", "2026-03", "the reviews of 2026-03"),
        ("day", "2026-03", "the reviews of 2026-03"),
        ("room", "101", "the reviews with room 101"),
    ],
)
def test_groups_are_named_for_what_they_are(column, name, words):
    assert describe_group(ANALYSIS, column, name) == words


def test_languages_are_shown_by_name():
    assert group_label(ANALYSIS, "language", "de") == "German"
    assert group_label(ANALYSIS, "hotel", "de") == "de"


@pytest.mark.parametrize(
    ("share", "shown"),
    [(0, "0%"), (0.004, "0.4%"), (0.06, "6%"), (0.0999, "10%"), (0.2996, "30%"), (1, "100%")],
)
def test_shares_are_rounded_for_people(share, shown):
    assert percent(share) == shown


def test_a_broad_theme_and_its_part_are_told_once():
    said = np.arange(600) < 60
    broad = said | (np.arange(600) % 10 == 9)
    themes = replace(made_themes(np.stack([broad, said], axis=1)), parents=(-1, 0))
    found, words = told(themes, Groups("hotel", ("a", "b"), np.repeat([0, 1], 300)))
    assert len(found) == 1 and words[0].startswith("Breakfast: 20% of a's reviews, 0%")


def test_groups_without_a_column_are_named_as_they_are():
    assert describe_group(ANALYSIS, "", "Spring") == "the reviews of Spring"
