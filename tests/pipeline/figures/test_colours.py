"""Colours of the map."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from pipeline.figures.colours import SHAPES, available_colourings, categorise
from pipeline.insights.attributes import review_attributes, topic_table
from pipeline.topics.topic import PALETTE
from tests.support.analyses import synthetic_analysis
from tests.support.colour_vision import VISIONS, contrast, difference, lab


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


def test_colours_are_told_apart_by_every_eye_on_both_themes():
    assert len(set(PALETTE)) == 20
    for colour in PALETTE:
        assert min(contrast(colour, page) for page in ("#ffffff", "#171614")) >= 3
    for vision in VISIONS:
        seen = [lab(colour, vision) for colour in PALETTE]
        for first, second in combinations(range(20), 2):
            apart = difference(seen[first], seen[second])
            if first % len(SHAPES) == second % len(SHAPES):  # the same marker
                assert apart > 19, (vision, first, second)
            elif vision == "all cones":
                assert apart > 9, (first, second)


def test_difference_is_that_of_the_published_pairs():
    for first, second, apart in (  # Sharma, Wu and Dalal (2005), table 1
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ):
        assert difference(first, second) == pytest.approx(apart, abs=1e-4)


def test_ratings_have_shapes_and_so_have_languages():
    analysis = synthetic_analysis(200, languages=("en", "de", "ja", "zh", "fr", "es", "it"))
    attributes = review_attributes(analysis)
    assert len(set(categorise(analysis, attributes, "rating").symbols[:5])) == 5
    found = categorise(analysis, attributes, "language")
    assert len(set(found.symbols[:6])) == 6 and found.symbols[6] == found.symbols[0]


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
