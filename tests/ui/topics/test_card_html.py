"""A topic's card as HTML."""

import numpy as np

from pipeline.insights.attributes import review_attributes
from pipeline.insights.topic_summary import summarise_topics
from tests.support.analyses import synthetic_analysis
from ui.topics.card_html import card_html


def test_the_mean_rating_is_on_the_scale_of_the_file():
    analysis = synthetic_analysis(60)
    attributes = review_attributes(analysis)
    card = summarise_topics(analysis, attributes)[0]
    assert np.isfinite(card.rating)
    of_ten = card_html(card, kind="review", mean=3.8, highest=10)
    assert f"<b>{2 * card.rating:.1f}</b>" in of_ten and "of 10 (all: 7.6)" in of_ten
    assert "of 5 (all: 3.8)" in card_html(card, kind="review", mean=3.8)
    assert "<bold>" not in of_ten and "Topic &lt;0&gt;" in of_ten
