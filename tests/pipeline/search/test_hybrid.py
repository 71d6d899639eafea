"""Hybrid search: ranking, filters, phrases, names, units."""

import numpy as np
import pytest

from pipeline.search.hybrid import match_probabilities, search_reviews
from pipeline.search.index import SearchIndex
from pipeline.search.more_like_this import find_similar
from pipeline.search.query import parse_query
from pipeline.search.space import EncodedQueries
from tests.support.naughty import NAUGHTY
from tests.support.search_index import INDEX, LANGUAGES, TEXTS, VECTORS, N, search_one


def test_scores_decrease_and_labels_match_them():
    found = search_one("what guests say", VECTORS[17], top=40)
    assert found.rows[0] == 17 and len(set(found.rows.tolist())) == 40
    assert (np.diff(found.scores) <= 0).all() and found.scores[0] <= 1
    order = [("strong", "likely", "weak").index(label) for label in found.strengths]
    assert order == sorted(order)
    assert sum(sum(pair) for pair in found.counts.values()) >= (found.strengths != "weak").sum()


def test_filters_apply_before_ranking_and_keep_scores():
    everything = search_one("what guests say", VECTORS[17], top=N)
    scores = dict(zip(everything.rows.tolist(), everything.scores.tolist(), strict=True))
    allowed = np.zeros(N, bool)
    allowed[[3, 77, 210]] = True
    some = search_one("what guests say", VECTORS[17], allowed=allowed)
    assert set(some.rows) == {3, 77, 210}
    for row, score in zip(some.rows.tolist(), some.scores.tolist(), strict=True):
        assert score == pytest.approx(scores[row], abs=1e-5)
    assert len(search_one("what guests say", VECTORS[17], allowed=np.zeros(N, bool)).rows) == 0


def test_phrases_and_exclusions():
    found = search_one('"room3"', VECTORS[0], top=N)
    assert (
        set(found.rows) == {row for row in range(N) if row % 7 == 3} and found.lexical_matches.all()
    )
    found = search_one("guests -room3 -room4", VECTORS[0], top=N)
    assert set(found.rows) == {row for row in range(N) if row % 7 not in (3, 4)}
    assert len(search_one('"room3" -review', VECTORS[0]).rows) == 0


def test_names_rank_first_unless_vectors_only():
    texts = list(TEXTS)
    texts[250] = "Room 306B was noisy"
    index = SearchIndex(VECTORS, LANGUAGES, texts)
    assert search_one("306B", VECTORS[0], index).rows[0] == 250
    assert search_one("306B", VECTORS[0], index).lexical_matches.tolist() == [True] + [False] * 19
    assert 250 not in search_one("306B", VECTORS[0], index, hybrid=False).rows


def test_each_review_is_found_once_by_its_best_unit():
    review_of = np.repeat(np.arange(N // 3), 3)
    index = SearchIndex(VECTORS, LANGUAGES[: N // 3], TEXTS[: N // 3], review_of)
    found = search_one("what guests say", VECTORS[47], index, top=N)
    assert sorted(found.reviews) == list(range(N // 3)) and found.reviews[0] == 15
    assert found.rows[0] == 47
    np.testing.assert_array_equal(review_of[found.rows], found.reviews)
    allowed = np.zeros(N, bool)
    allowed[[6, 45, 46, 120]] = True  # not 47, the best of its review
    some = search_one("what guests say", VECTORS[47], index, allowed=allowed)
    assert set(some.reviews) == {2, 15, 40} and set(some.rows) < {6, 45, 46, 120}
    assert (
        15 not in find_similar(index, [15]).reviews and len(find_similar(index, [15]).reviews) == 20
    )


def test_hostile_queries_and_small_files():
    for count in (1, 2, 5):
        index = SearchIndex(VECTORS[:count], LANGUAGES[:count], TEXTS[:count])
        queries = [parse_query(text) for text in NAUGHTY]
        vectors = EncodedQueries.plain(np.resize(VECTORS, (len(queries), VECTORS.shape[1])))
        for query, found in zip(queries, search_reviews(index, queries, vectors), strict=True):
            assert np.isfinite(found.scores).all() and len(found.rows) <= count
            assert query.is_empty <= bool(found.notes)


def test_match_probabilities_equal_search_scores():
    query = parse_query("what guests say -room3")
    shares = match_probabilities(INDEX, query, EncodedQueries.plain(VECTORS[17:18]))
    (found,) = search_reviews(INDEX, [query], EncodedQueries.plain(VECTORS[17:18]), top=N)
    np.testing.assert_allclose(shares[found.reviews], found.scores, atol=1e-6)
    assert np.count_nonzero(shares) == len(found.reviews) < N
    allowed = LANGUAGES == "ja"
    assert not match_probabilities(
        INDEX, query, EncodedQueries.plain(VECTORS[17:18]), allowed=allowed
    )[~allowed].any()


def test_wrong_shapes_are_rejected():
    with pytest.raises(ValueError, match="vectors"):
        search_reviews(INDEX, [parse_query("a")], EncodedQueries.plain(VECTORS[:2]))
    with pytest.raises(ValueError, match="allowed"):
        search_one("a", VECTORS[0], allowed=np.ones(3, bool))
    with pytest.raises(ValueError, match="languages"):
        SearchIndex(VECTORS, LANGUAGES[:3], TEXTS)
