"""Impact in words."""

from dataclasses import replace

import numpy as np

from pipeline.insights.gains import Effect, Gain
from pipeline.insights.impact import Impact, ThemeImpact
from pipeline.insights.impact_words import describe_basis, describe_impact

CLEAR = Effect(-0.42, -0.55, -0.29, 227, 0.001)
VAGUE = Effect(0.1, -0.1, 0.3, 40, 0.6)
NONE = Effect(np.nan, np.nan, np.nan, 5, np.nan, "too few reviews: 20 are needed")
GAIN = Gain("Porto", 0.14, 0.06, 0.034, 0.02, 0.05)


def whole(*themes):
    return Impact(themes, 1_200, 7.42, 10.0, ("hotel", "language", "month"), False)


def test_costs_and_gains_are_said_with_their_intervals():
    theme = ThemeImpact(0, CLEAR, CLEAR, VAGUE, GAIN)
    assert describe_basis(whole(theme)) == (
        "1,200 reviews with a mark, 7.4 of 10 on average; "
        "compared within the same hotel, language and month"
    )
    assert describe_impact(theme, "Noise", whole(theme)) == [
        "Noise: complaints: -0.42 [-0.55 to -0.29], 227 reviews",
        "Noise: praise: +0.10 [-0.10 to +0.30], 40 reviews, no clear effect",
        "If complaints about Noise fell from 14% of the reviews to the 6% of Porto, "
        "the mean would rise by about 0.03 [0.02 to 0.05] from 7.42",
    ]


def test_no_figure_is_said_with_its_reason_and_too_few_reviews_with_nothing():
    twins = Effect(np.nan, np.nan, np.nan, 50, np.nan, "can't be told apart from praise of A")
    theme = ThemeImpact(0, CLEAR, NONE, twins, replace(GAIN, low=-0.01))
    assert describe_impact(theme, "Sauna", whole(theme)) == [
        "Sauna: praise: no figure: can't be told apart from praise of A (50 reviews)"
    ]
    assert describe_impact(ThemeImpact(0, NONE, None, None, None), "Sauna", whole(theme)) == []
