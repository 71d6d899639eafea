"""Which aspects hold for most of a topic where none matches it, and how often keywords are said."""

import numpy as np
import pytest

from pipeline.topics.aspects import AspectVotes, aspect_names
from pipeline.topics.describe import _fitting
from pipeline.topics.name_fit import closest_aspects, keyword_share
from pipeline.topics.unit_words import LanguageWords

NAMES = aspect_names()
CLEAN, BATH, NOISE = (NAMES.index(name) for name in ("Cleanliness", "Bathroom", "Noise"))
WHOLE, STAFF = NAMES.index("The hotel as a whole"), NAMES.index("Staff and service")
GENERAL = NAMES.index("General impression")
FOOD, BREAKFAST = NAMES.index("Food and drinks"), NAMES.index("Breakfast")


def votes(*nearest):
    return AspectVotes(np.zeros((len(NAMES), 4), np.float32), np.array(nearest))


def half(topic, others):
    """Votes of a topic and of as many other units, and the mask of the topic."""
    count = len(topic)
    return votes(*topic, *others), np.arange(2 * count) < count


def test_two_aspects_that_hold_for_half_together_come_first():
    topic = [(CLEAN, WHOLE, STAFF)] * 4 + [(BATH, WHOLE, STAFF)] * 3 + [(STAFF, WHOLE, FOOD)] * 3
    cast, members = half(topic, [(STAFF, WHOLE, FOOD)] * 9 + [(CLEAN, WHOLE, FOOD)])
    assert closest_aspects(cast, members) == [(CLEAN, BATH), (CLEAN,)]


def test_what_is_said_elsewhere_as_often_or_is_one_thing_sets_no_topic_apart():
    topic = [(FOOD, BREAKFAST, NOISE)] * 5 + [(STAFF, WHOLE, NOISE)] * 5
    cast, members = half(topic, [(STAFF, WHOLE, NOISE)] * 10)
    # The one covers the other; staff, noise and the hotel as a whole are said everywhere.
    assert set(closest_aspects(cast, members)) == {(BREAKFAST,), (FOOD,)}


def test_keywords_name_a_topic_only_where_they_are_said_more_often():
    topic = [(CLEAN, WHOLE, STAFF)] * 4 + [(STAFF, WHOLE, FOOD)] * 6
    cast, members = half(topic, [(STAFF, WHOLE, FOOD)] * 10)
    assert _fitting(cast, members, [(CLEAN,)], 0.0, 0.2) == [(CLEAN,)]
    assert _fitting(cast, members, [(CLEAN,)], 0.0, 0.5) == []
    assert _fitting(cast, members, [(WHOLE,)], 0.0, 0.2) == [(CLEAN,)]  # says more than "the hotel"
    # Words that hardly anybody says are no name: "Caterer, anniversary, air".
    assert _fitting(cast, members, [], 0.0, 0.1) == [(CLEAN,), (WHOLE,), (GENERAL,)]


def test_keywords_are_counted_in_each_language():
    texts = ["Ants on the floor", "Les fourmis partout", "Nothing to say", "Le lit est bon"]
    languages = np.array(["en", "fr", "en", "fr"])
    keywords = {"en": ["ants"], "fr": ["fourmis", "lit"]}
    glosses = {"fr": ["ants", ""]}
    rows = {code: np.flatnonzero(languages == code) for code in ("en", "fr")}
    words = {code: LanguageWords.read(texts, own, code) for code, own in rows.items()}
    assert keyword_share("Ants, number", keywords, glosses, words, rows) == pytest.approx(0.5)
    assert keyword_share("Beach", keywords, glosses, words, rows) == 0
    # Of languages of which a sample was read, the share holds for all: two of three, one of two.
    more = rows | {"fr": np.array([1, 3, 4, 5])}
    assert keyword_share("Ants", keywords, glosses, words, more) == pytest.approx((1 + 2) / 6)
    # A language without a keyword needs no words: of one unit none were read.
    assert keyword_share("Ants", keywords, glosses, words, rows | {"ja": np.array([6])}) == 0.4
