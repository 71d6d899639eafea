"""Colours of the map."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.figures.colours import available_colourings, categorise
from pipeline.insights.attributes import review_attributes, topic_table
from pipeline.topics.topic import PALETTE
from tests.support.analyses import synthetic_analysis


def test_colourings_need_their_columns():
    columns = {"text": "x", "hotel": None, "rating": None, "date": None}
    analysis = synthetic_analysis(columns=columns)
    attributes = review_attributes(analysis)
    assert available_colourings(analysis, attributes) == ("topic", "language")
    with pytest.raises(ValueError, match="hotel"):
        categorise(analysis, attributes, "hotel")
    assert topic_table(analysis, attributes)["rating"].isna().all()


def test_beyond_twenty_categories():
    languages = [f"{a}{b}" for a in "abcdef" for b in "abcde"]
    analysis = synthetic_analysis(300, topics=25, languages=languages)
    by_language = categorise(analysis, review_attributes(analysis), "language")
    assert len(by_language.names) == 20
    assert by_language.names[-1] == "other (11)"
    by_topic = categorise(analysis, review_attributes(analysis), "topic")
    assert len(set(zip(by_topic.colours, by_topic.symbols, strict=True))) == 25


def test_ratings_are_ordered_and_unrated_come_last():
    analysis = synthetic_analysis()
    ratings = categorise(analysis, review_attributes(analysis), "rating")
    assert ratings.names == ("5 stars", "4 stars", "3 stars", "2 stars", "1 star", "no rating")
    assert ratings.codes[5] == 0  # "5"
    assert ratings.codes[0] == 5  # "0" stands for not rated


def test_palette_contrasts_with_itself_and_with_light_and_dark_pages():
    def linear(colour):
        channels = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
        return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)

    def luminance(colour):
        return float(linear(colour) @ [0.2126, 0.7152, 0.0722])

    def lab(colour):
        matrix = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
        x, y, z = np.cbrt(np.array(matrix) @ linear(colour) / [0.9505, 1.0, 1.089])
        return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])

    assert len(set(PALETTE)) == 20
    for i, colour in enumerate(PALETTE):
        assert 1.05 / (luminance(colour) + 0.05) > 2
        assert (luminance(colour) + 0.05) / (luminance("#171614") + 0.05) > 2
        assert all(np.linalg.norm(lab(colour) - lab(other)) > 15 for other in PALETTE[:i])


def test_ratings_of_ten_are_named_on_their_own_scale():
    analysis = synthetic_analysis(30)
    attributes = replace(review_attributes(analysis), highest_rating=10.0)
    names = categorise(analysis, attributes, "rating").names
    assert names[:2] == ("about 10 of 10", "about 8 of 10") and names[-1] == "no rating"


def test_sentiment_has_words_shapes_and_colours_of_its_own():
    analysis = synthetic_analysis(4, languages=("en", "en", "en", "und"))
    analysis.__dict__["unit_sentiment"] = np.array([1, -1, 0, 0], np.int8)
    attributes = review_attributes(analysis)
    assert "sentiment" in available_colourings(analysis, attributes)
    found = categorise(analysis, attributes, "sentiment")
    assert [found.names[code] for code in found.codes] == [
        "Praise",
        "Complaint",
        "Neither",
        "Not told in this language",
    ]
    assert found.symbols[0] != found.symbols[1] and found.colours[0] != found.colours[1]
