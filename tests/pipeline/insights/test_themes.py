"""Themes of reviews: mentions, praise and complaints."""

import numpy as np
import pytest

from pipeline.insights.themes import TOPICS, incidence, judged_mentions, topic_themes
from tests.support.analyses import three_topics
from tests.support.fake_encoder import FakeEncoder


@pytest.fixture(scope="module")
def analysis(file_cache):
    return three_topics(FakeEncoder())


def test_topics_are_themes_with_the_reviews_of_the_topics(analysis):
    themes = topic_themes(analysis)
    named = [topic for topic in analysis.topics if not topic.is_outlier]
    assert themes.kind == TOPICS and themes.names == tuple(topic.name for topic in named)
    assert themes.keys == tuple(topic.key for topic in named)
    assert themes.mentions.sum(axis=0).tolist() == [topic.reviews for topic in named]
    # The fake model has no polarity head.
    assert themes.praise is None and themes.complaints is None


def test_a_review_may_praise_and_complain_about_a_theme(analysis):
    count = len(analysis.searched_passages)
    sentiment = np.where(np.arange(count) % 2 == 0, 1, -1).astype(np.int8)
    found = judged_mentions(analysis, np.zeros(count, np.int64), sentiment, 2)
    reviews = analysis.searched_passages.review
    for sign, name in ((1, "praise"), (-1, "complaints")):
        expected = np.unique(reviews[sentiment == sign])
        assert np.flatnonzero(found[name].toarray()[:, 0]).tolist() == expected.tolist()
        assert (
            found[name].shape == (len(analysis.texts), 2) and not found[name].toarray()[:, 1].any()
        )


def test_cells_that_occur_several_times_are_true_once():
    found = incidence(np.array([0, 0, 2, 1]), np.array([1, 1, 0, -1]), (3, 2))
    assert found.toarray().tolist() == [[False, True], [False, False], [True, False]]
    assert incidence(np.array([0]), np.array([-1]), (1, 0)).shape == (1, 0)
