"""A topic's card as HTML."""

import numpy as np

from pipeline.common.translation import use_language
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
    with use_language("de"):
        assert "3,8)" in card_html(card, kind="review", mean=3.8)
    assert "<bold>" not in of_ten and "Topic &lt;0&gt;" in of_ten


def test_a_card_leads_with_mark_and_quote_and_folds_the_words():
    analysis = synthetic_analysis(60)
    attributes = review_attributes(analysis)
    card = summarise_topics(analysis, attributes)[0]
    html = card_html(card, kind="review", mean=3.8, quote=("غرفة <b>صاخبة</b>", "ar"))
    said = '<span lang="ar" dir="auto" translate="yes">غرفة &lt;b&gt;صاخبة&lt;/b&gt;</span>'
    assert said in html
    mark, quote, folded = (html.index(part) for part in ("of 5", "<blockquote", "<details"))
    assert mark < quote < folded < html.index("pg-mix")
    assert "<blockquote" not in card_html(card, kind="review", mean=3.8)


def test_related_words_stand_below_the_words_as_text():
    analysis = synthetic_analysis(60)
    card = summarise_topics(analysis, review_attributes(analysis))[0]
    html = card_html(card, kind="review", mean=3.8, related={"en": ["<i>lift", "stairs"], "de": []})
    assert "Guests also write" in html and "&lt;i&gt;lift, stairs" in html
    assert "Guests also write" not in card_html(card, kind="review", mean=3.8)
