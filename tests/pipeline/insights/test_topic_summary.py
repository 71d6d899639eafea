"""Summaries of topics."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.insights.attributes import review_attributes
from pipeline.insights.topic_summary import sort_summaries, summarise_topics
from tests.support.analyses import rated_and_dated


@pytest.fixture(scope="module")
def analysis():
    return rated_and_dated()


def test_summary_has_size_rating_languages_and_trend(analysis):
    pool, noise = summarise_topics(analysis, review_attributes(analysis))
    assert (pool.topic.reviews, noise.topic.reviews) == (48, 24)
    assert (pool.rating, noise.rating) == (5, 1)
    assert noise.share == pytest.approx(1 / 3)
    assert pool.language_shares == (
        ("en", 1, pytest.approx(2 / 3)),
        ("de", 0, pytest.approx(1 / 3)),
    )
    assert (noise.months[0], noise.months[-noise.recent_months]) == ("2025-01", "2025-10")
    assert (noise.earlier_share, noise.recent_share) == (0, pytest.approx(24 / 36))
    assert noise.shares[0] == 0 and noise.shares[8] > 0  # pooled with the month after it
    assert pool.change == pytest.approx(-noise.change)


def test_summary_without_ratings_and_dates(analysis):
    bare = replace(analysis, columns={})
    pool, _ = summarise_topics(bare, review_attributes(bare))
    assert np.isnan(pool.rating)
    assert pool.months == () and pool.change == 0


def test_sort_summaries(analysis):
    cards = summarise_topics(analysis, review_attributes(analysis))

    def order(by, cards=cards):
        return [card.topic.id for card in sort_summaries(cards, by)]

    assert [order(by) for by in ("size", "rating", "trend")] == [[0, 1], [1, 0], [1, 0]]
    other = replace(cards[0], topic=replace(cards[0].topic, is_outlier=True))
    assert order("size", (other, cards[1])) == [1, 0]
