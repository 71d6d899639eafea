"""A hotel against the others, by hand and against scipy."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.stats import false_discovery_control, fisher_exact, t

from pipeline.insights.group_profile import group_profile, mean_mark
from pipeline.insights.groups import Groups
from tests.support.themed_reviews import make_themes

SIZES = 40, 60, 12
CODES = np.repeat([0, 1, 2], SIZES)
GROUPS = Groups("hotel", ("Oslo", "Lyon", "Porto"), CODES)


def column(*counts):
    """Bool (n,): the first so many reviews of each group."""
    return np.concatenate([np.arange(n) < k for n, k in zip(SIZES, counts, strict=True)])


COMPLAINTS = np.column_stack([column(20, 3, 1), column(2, 20, 4), column(1, 1, 0)])
MENTIONS = COMPLAINTS | np.column_stack([column(25, 10, 2), column(8, 24, 5), column(9, 9, 2)])


def test_shares_and_tests_against_all_others():
    profile = group_profile(make_themes(MENTIONS, COMPLAINTS), GROUPS, 0)
    first, *_, last = profile.complaints
    assert (first.theme, first.reviews, first.share) == (0, 20, 0.5)
    assert first.rest == pytest.approx(4 / 72) and first.is_clear and first.is_more
    assert last.theme == 1 and not last.is_more
    p_values = []
    for own, other in ((20, 4), (2, 24)):  # the third has too few to be judged
        table = [[own, 40 - own], [other, 72 - other]]
        tails = [fisher_exact(table, alternative=side).pvalue for side in ("less", "greater")]
        p_values.append(min(2 * min(tails), 1))
    clear = false_discovery_control(p_values) <= 0.05
    found = {each.theme: each.is_clear for each in profile.complaints}
    assert [found[0], found[1]] == clear.tolist() and not found[2]
    praise = {each.theme: each.reviews for each in profile.praise}
    assert praise == {0: 5, 1: 6, 2: 8}


def test_of_few_reviews_nothing_is_clear():
    profile = group_profile(make_themes(MENTIONS, COMPLAINTS), GROUPS, 2)
    assert profile.is_small and profile.reviews == 12 and profile.others == 100
    assert not any(each.is_clear for each in (*profile.complaints, *profile.mentions))


def test_a_group_alone_has_nothing_to_be_compared_with():
    alone = Groups("hotel", ("Oslo",), np.zeros(len(CODES), np.int64))
    profile = group_profile(make_themes(MENTIONS), alone, 0)
    assert profile.others == 0 and profile.complaints is None and profile.praise is None
    assert all(np.isnan(each.rest) and not each.is_clear for each in profile.mentions)
    assert [each.reviews for each in profile.mentions] == [37, 37, 20]


def test_mean_marks_have_students_interval():
    marks = np.where(CODES == 0, 8.0, 6.0)
    marks[:3] = [5, 9, np.nan]
    profile = group_profile(make_themes(MENTIONS), GROUPS, 0, marks)
    known = marks[:40][np.isfinite(marks[:40])]
    half = t.ppf(0.975, 38) * known.std(ddof=1) / np.sqrt(39)
    assert profile.mark.reviews == 39 and profile.mark.mean == pytest.approx(known.mean())
    assert profile.mark.low == pytest.approx(known.mean() - half)
    assert profile.other_mark.mean == 6.0
    assert np.isnan(mean_mark(np.array([7.0])).low) and mean_mark(np.array([np.nan])).reviews == 0


def test_themes_that_nobody_mentions_are_left_out():
    themes = make_themes(np.column_stack([MENTIONS, np.zeros(len(CODES), bool)]))
    assert isinstance(themes.mentions, csr_array)
    assert {each.theme for each in group_profile(themes, GROUPS, 0).mentions} == {0, 1, 2}


def test_a_hotel_is_praised_for_what_several_praise_and_nothing_that_is_called_complaints():
    said = {  # praise and complaints of each hotel
        "Breakfast": ((20, 10, 1), (2, 9, 1)),
        "Breakfast: complaints": ((20, 10, 1), (0, 0, 0)),
        "Bad smells": ((20, 10, 1), (0, 0, 0)),
        "Wi-Fi": ((6, 5, 1), (11, 8, 1)),
        "Lift": ((20, 10, 1), (0, 0, 0)),
        "Desk": ((4, 0, 0), (0, 0, 0)),
        "Bar": ((6, 50, 10), (0, 0, 0)),
    }
    praise, complaints = (
        np.column_stack([column(*counts[side]) for counts in said.values()]) for side in (0, 1)
    )
    themes = make_themes(praise | complaints, complaints, praise=praise, names=said)
    profile = group_profile(themes, GROUPS, 0)
    assert [themes.names[each.theme] for each in profile.pleasing(themes)] == ["Breakfast", "Lift"]
    assert [themes.names[each.theme] for each in profile.hurting(themes)] == ["Wi-Fi", "Breakfast"]
    renamed = replace(themes, names=("Breakfast: praise", *themes.names[1:]))
    assert [themes.names[each.theme] for each in profile.hurting(renamed)] == ["Wi-Fi"]
