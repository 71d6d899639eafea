"""What reviews say of topics, and what a topic's name may say of it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from pipeline.topics.judged import NONE, JudgedPassages, Tally, tally_reviews, topics_of_passages


def tally(*rows):
    """Of told, praise and complaints of each topic."""
    return Tally(*np.array(rows, np.int64).T)


def test_a_name_says_what_most_reviews_clearly_say():
    mixed = (100, 40, 40)  # of the rest of the file
    rows = [(20, 13, 1), (20, 1, 18), (20, 10, 2), (20, 11, 6), (20, 16, 8), (4, 4, 0), (0, 0, 0)]
    assert tally(mixed, *rows).polarities() == [0, 1, -1, 0, 0, 0, 0, 0]


def test_a_topic_is_called_nothing_that_the_whole_file_is():
    praised = [(50, 45, 3)] * 12
    assert tally(*praised).polarities() == [0] * 12
    assert tally(*praised, (50, 3, 45)).polarities() == [0] * 12 + [-1]


counts = st.integers(0, 40).flatmap(
    lambda told: st.tuples(st.just(told), st.integers(0, told), st.integers(0, told))
)


@settings(max_examples=300, deadline=None)
@given(st.lists(counts, min_size=1, max_size=6))
def test_no_name_is_given_that_the_share_contradicts_nor_taken_for_one_review(rows):
    found = tally(*rows)
    for topic, polarity in enumerate(found.polarities()):
        told, *judged = rows[topic]
        if polarity:
            own, other = judged if polarity == 1 else judged[::-1]
            assert own > told / 2 > other and not found.contradicts(topic, polarity)
            assert found.balances()[topic] * polarity > 0
            more = [*rows]  # one review more says the opposite
            more[topic] = (told + 1, judged[0] + (polarity == -1), judged[1] + (polarity == 1))
            assert not tally(*more).contradicts(topic, polarity)


def test_a_contradiction_is_half_or_more_of_those_that_are_told():
    found = tally((10, 5, 2), (10, 6, 5), (10, 6, 4), (0, 0, 0))
    assert [found.contradicts(topic, 1) for topic in range(4)] == [True, True, False, False]
    assert [found.contradicts(topic, -1) for topic in range(4)] == [True, True, True, False]
    assert not found.contradicts(0, 0)


def test_a_passage_speaks_of_the_topic_of_its_unit_if_it_is_nearest_to_it():
    topics, unit = np.array([0, 1, NONE]), np.array([0, 0, 1, 1, 2])
    assert topics_of_passages(topics, unit, np.array([0, 1, 0, 0, 1])).tolist() == [
        0, NONE, 1, 1, NONE,
    ]  # fmt: skip
    assert topics_of_passages(topics, np.arange(3), None).tolist() == [0, 1, NONE]


@pytest.fixture
def judged():
    """Four reviews of a unit each; the third is in a language in which nothing is told."""
    return JudgedPassages(
        unit=np.array([0, 0, 1, 2, 3, 3]),
        review=np.array([0, 0, 1, 2, 3, 3]),
        sentiment=np.array([1, -1, -1, 0, 1, -1], np.int8),
        nearest=np.array([0, 1, 0, 0, 1, 1]),
        told=np.array([True, True, False, True]),
    )


def test_reviews_are_counted_by_the_passages_about_a_topic(judged):
    found = judged.count_topics(np.array([0, 0, 0, 1]), 2)
    assert [found.told.tolist(), found.praise.tolist(), found.complaints.tolist()] == [
        [2, 1],
        [1, 1],
        [1, 1],
    ]
    parts = judged.count_parts(np.array([0, 1, 1, 2]), 3, np.array([0, 0, 0, 1]))
    assert parts.told.tolist() == [1, 1, 1] and parts.complaints.tolist() == [0, 1, 1]


def test_units_that_agree_with_the_name_of_their_topic_and_say_nothing_else(judged):
    assignments = np.array([0, 0, 0, 1])
    assert judged.agreeing_units(assignments, [1, 1]).tolist() == [True, False, False, False]
    assert judged.agreeing_units(assignments, [-1, 0]).tolist() == [False, True, False, True]


def test_cards_count_as_names_do():
    cells = csr_array(np.array([[True, False], [True, True]]))
    found = tally_reviews(cells, cells, cells, np.array([False, True]))
    assert found.told.tolist() == found.praise.tolist() == [1, 1]
