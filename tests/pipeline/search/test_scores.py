"""Scores: what likeness and judgement add to calibrated cosines."""

import numpy as np

from pipeline.search.hybrid import match_probabilities, search_reviews
from pipeline.search.index import SearchIndex
from pipeline.search.query import parse_query
from pipeline.search.scores import judgement_of, log_odds, weighted_sum
from pipeline.search.space import (
    EncodedQueries,
    joined_queries,
    joined_vectors,
    split_vectors,
)
from tests.support.search_index import GROUPS, LANGUAGES, TEXTS, VECTORS, N

POLARITIES = np.where(np.arange(N) % 2, 0.9, -0.9).astype(np.float32)
INDEX = SearchIndex(VECTORS, LANGUAGES, TEXTS, likeness=VECTORS, polarities=POLARITIES)


def encoded(polarity, familiarity=1.0, row=17):
    vector = VECTORS[row : row + 1]
    return EncodedQueries(vector, vector, np.float32([polarity]), np.float32([familiarity]))


def search(polarity, **options):
    return search_reviews(INDEX, [parse_query("guests")], encoded(polarity), top=20, **options)[0]


def test_a_query_that_judges_prefers_its_own_judgement():
    assert [judgement_of(value) for value in (-0.9, -0.3, 0, 0.3, 0.9)] == [-1, 0, 0, 0, 1]
    for polarity in (-0.8, 0.8):
        found = search(polarity)
        assert found.judgement == np.sign(polarity)
        first = found.rows[:10]
        assert (GROUPS[first] == GROUPS[17]).mean() >= 0.8
        assert (np.sign(POLARITIES[first]) == np.sign(polarity)).mean() >= 0.9
        both = search(polarity, judging=False)
        assert both.judgement == np.sign(polarity)  # said on the page, for the switch
        assert len(set(np.sign(POLARITIES[both.rows[:10]]))) == 2
    assert search(0.1).judgement == 0
    assert search(0.1).rows.tolist() == search(0.1, judging=False).rows.tolist()


def test_probabilities_follow_the_judgement():
    query = parse_query("guests")
    judged = match_probabilities(INDEX, query, encoded(0.9))
    plain = match_probabilities(INDEX, query, encoded(0.9), judging=False)
    own = (GROUPS[17] == GROUPS) & (np.arange(N) != 17)
    bad, good = (own & (np.sign(POLARITIES) == sign) for sign in (-1, 1))
    assert judged[good].mean() / judged[bad].mean() > 4 * plain[good].mean() / plain[bad].mean()


def test_likeness_counts_more_for_known_matters():
    def gain(familiarity):
        scores = [
            log_odds(
                weighted_sum(
                    np.float32([2.0]),
                    np.float32([likeness]),
                    np.float32([0.0]),
                    familiarity=familiarity,
                    judgement=0,
                ),
                familiarity=familiarity,
                judgement=0,
            )[0]
            for likeness in (0.2, 0.8)
        ]
        return scores[1] - scores[0]

    assert gain(1.0) > 1.5 * gain(0.0) > 0


def test_a_store_keeps_both_vectors_as_one():
    joined = joined_vectors(VECTORS, VECTORS)
    np.testing.assert_allclose(np.linalg.norm(joined, axis=1), 1, atol=1e-5)
    for part in split_vectors(joined, VECTORS.shape[1]):
        np.testing.assert_allclose(part, VECTORS, atol=1e-6)
    plain, nothing = split_vectors(VECTORS, VECTORS.shape[1])
    assert plain is VECTORS and nothing is None
    nearest = np.argsort(-(joined_queries(encoded(0.0)) @ joined.T)[0])[:20]
    assert (GROUPS[nearest] == GROUPS[17]).mean() >= 0.7
