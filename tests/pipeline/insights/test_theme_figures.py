"""Figures of themes against counting by hand."""

import numpy as np
import pytest

from pipeline.insights.attributes import review_attributes
from pipeline.insights.groups import group_reviews
from pipeline.insights.theme_figures import count_by_group, theme_figures
from tests.support.themed_reviews import make_themes, reviews_of_hotels


def test_against_loops():
    generator = np.random.default_rng(3)
    n = 90
    mentions = generator.random((n, 4)) < 0.3
    mentions[:, 3] = False
    complaints = mentions & (generator.random((n, 4)) < 0.5)
    hotels = generator.choice(["a", "b", "c"], n)
    marks = np.where(generator.random(n) < 0.2, np.nan, generator.integers(1, 11, n))
    analysis = reviews_of_hotels(hotels, ["2026-01-01"] * n, marks)
    themes, chosen = make_themes(mentions, complaints), generator.random(n) < 0.7
    figures = theme_figures(themes, review_attributes(analysis), chosen)
    assert figures.total == chosen.sum() and np.isnan(figures.ratings[3])
    for theme in range(3):
        rows = mentions[:, theme] & chosen
        assert figures.reviews[theme] == rows.sum()
        assert figures.shares[theme] == pytest.approx(rows.sum() / chosen.sum())
        assert figures.complaints[theme] == (complaints[:, theme] & chosen).sum()
        known = marks[rows & np.isfinite(marks)]
        assert figures.ratings[theme] == pytest.approx(known.mean() / 2)
    groups = group_reviews(analysis, "hotel", chosen)
    counts = count_by_group(themes.mentions, groups)
    for number, name in enumerate(groups.names):
        assert counts[number].tolist() == mentions[chosen & (hotels == name)].sum(0).tolist()
