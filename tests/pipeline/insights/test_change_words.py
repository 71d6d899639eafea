"""Changes in words."""

import numpy as np
import pytest

from pipeline.insights.change_words import describe_change
from pipeline.insights.changes import (
    COMPLAINTS,
    EVERYWHERE,
    MARK,
    MENTIONS,
    Change,
    Changes,
    Driver,
)
from pipeline.insights.groups import Groups
from pipeline.insights.periods import Periods
from tests.support.themed_reviews import make_themes

NOTHING = np.zeros(2, bool)
CHANGES = Changes(
    (),
    Periods(NOTHING, NOTHING, ("before", "after")),
    make_themes(np.zeros((2, 1), bool), names=("Noise",)),
    Groups("hotel", ("Lyon", "Madrid"), np.array([0, 1])),
    None,
)


def change(of=MENTIONS, group=EVERYWHERE, before=0.06, after=0.3, counts=(20, 68), **more):
    theme = -1 if of == MARK else 0
    ratio = after / before if before else float("inf")
    values = {"low": 3.2, "high": 8.1, "q": 0.001} | more
    return Change(of, theme, group, before, after, *counts, 333, 227, ratio, **values)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            change(month="2025-09", driver=Driver(1, 0.714, False)),
            "Noise: from 6.0% to 30.0% of the reviews, 5.0 times as often [3.2 to 8.1], "
            "since 2025-09, mostly Madrid (71% of the growth)",
        ),
        (
            change(of=COMPLAINTS, group=1, after=0.12, low=1.5, high=2.6),
            "Complaints about Noise (Madrid): doubled [1.5 to 2.6], from 6.0% to 12.0% of the "
            "reviews",
        ),
        (
            change(before=0.0, counts=(0, 68)),
            "Noise: new, from 0.0% to 30.0% of the reviews (68 reviews)",
        ),
        (change(after=0.0, counts=(20, 0)), "Noise: gone, from 6.0% to 0.0% of the reviews"),
        (
            change(driver=Driver(0, 1.3, True)),
            "Noise: from 6.0% to 30.0% of the reviews, 5.0 times as often [3.2 to 8.1], "
            "mostly as more of the reviews are from Lyon (100% of the growth)",
        ),
        (
            change(of=MARK, group=1, before=8.1, after=7.42, low=-0.9, high=-0.46),
            "Mean mark of Madrid: from 8.10 to 7.42 of 10, -0.68 [-0.90 to -0.46]",
        ),
    ],
)
def test_a_change_is_one_sentence(given, said):
    assert describe_change(given, CHANGES, 10) == said
