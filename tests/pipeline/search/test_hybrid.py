"""Calibrated scores, fused rankings, balance between languages, units, more like this."""

import numpy as np
import pytest

from pipeline.common.arrays import unit_rows
from pipeline.search.calibration import calibrate
from pipeline.search.hybrid import search_reviews
from pipeline.search.index import SearchIndex
from pipeline.search.language_balance import balanced_order
from pipeline.search.more_like_this import find_similar
from pipeline.search.query import parse_query
from tests.support.blobs import blobs
from tests.support.naughty import NAUGHTY

VECTORS, GROUPS = blobs(10, 30, spread=1.0)
N = len(VECTORS)
LANGUAGES = np.random.default_rng(0).choice(["en", "ja", "de"], N, p=[0.6, 0.2, 0.2])
TEXTS = [f"review {row} of room{row % 7}" for row in range(N)]
INDEX = SearchIndex(VECTORS, LANGUAGES, TEXTS)


def one(text, vector, index=INDEX, **options):
    return search_reviews(index, [parse_query(text)], vector[None], **options)[0]


def test_calibration_as_by_hand():
    """Shrinkage apart, the closed form is the mean and deviation of the scores themselves."""
    generator = np.random.default_rng(0)
    vectors = unit_rows(generator.normal(size=(4000, 8)) + 0.3).astype(np.float32)
    languages = np.resize(["a", "b"], 4000)
    query = vectors[:1]
    calibration = calibrate(vectors, languages)
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, np.nan)  # with itself
    np.testing.assert_allclose(calibration.mean, np.nanmean(cosines, axis=1), atol=1e-4)
    np.testing.assert_allclose(calibration.std, np.nanstd(cosines, axis=1), rtol=0.02)
    scores = calibration.z_normalise(query @ vectors.T, slice(None))[0]
    means, spreads = calibration.query_statistics(query)
    for code, language in enumerate(calibration.languages):
        own = scores[languages == language]
        assert means[0, code] == pytest.approx(own.mean(), abs=0.02)
        assert spreads[0, code] == pytest.approx(own.std(), rel=0.02)


def test_a_language_that_is_nearer_to_the_query_gains_nothing():
    """Half of the reviews are shifted towards all queries, as a query's own language is."""
    generator = np.random.default_rng(1)
    meanings = generator.normal(size=(400, 30))
    shift = np.zeros(30)
    shift[0] = 3.0
    near = np.arange(400) % 2 == 0
    vectors = unit_rows(meanings + near[:, None] * shift).astype(np.float32)
    index = SearchIndex(vectors, np.where(near, "ja", "en"), ["x"] * 400)
    queries = unit_rows(meanings[:40] + 0.5 * generator.normal(size=(40, 30)) + shift)
    queries = queries.astype(np.float32)
    shares = [np.mean(near[np.argsort(-(index.vectors @ query))[:20]]) for query in queries]
    fair = [np.mean(near[one("x y", query, index).rows]) for query in queries]
    assert np.mean(shares) > 0.8 and 0.4 < np.mean(fair) < 0.6


def test_scores_fall_and_labels_follow_them():
    found = one("what guests say", VECTORS[17], top=40)
    assert found.rows[0] == 17 and len(set(found.rows.tolist())) == 40
    assert (np.diff(found.scores) <= 0).all() and found.scores[0] <= 1
    order = [("strong", "likely", "weak").index(label) for label in found.strengths]
    assert order == sorted(order)
    assert sum(sum(pair) for pair in found.counts.values()) >= (found.strengths != "weak").sum()


def test_filters_come_before_ranking_and_change_no_score():
    everything = one("what guests say", VECTORS[17], top=N)
    scores = dict(zip(everything.rows.tolist(), everything.scores.tolist(), strict=True))
    allowed = np.zeros(N, bool)
    allowed[[3, 77, 210]] = True
    some = one("what guests say", VECTORS[17], allowed=allowed)
    assert set(some.rows) == {3, 77, 210}
    for row, score in zip(some.rows.tolist(), some.scores.tolist(), strict=True):
        assert score == pytest.approx(scores[row], abs=1e-5)
    assert len(one("what guests say", VECTORS[17], allowed=np.zeros(N, bool)).rows) == 0


def test_phrases_and_exclusions():
    found = one('"room3"', VECTORS[0], top=N)
    assert (
        set(found.rows) == {row for row in range(N) if row % 7 == 3} and found.lexical_matches.all()
    )
    found = one("guests -room3 -room4", VECTORS[0], top=N)
    assert set(found.rows) == {row for row in range(N) if row % 7 not in (3, 4)}
    assert len(one('"room3" -review', VECTORS[0]).rows) == 0


def test_names_come_first_by_letters_and_vectors_alone_do_not():
    texts = list(TEXTS)
    texts[250] = "Room 306B was noisy"
    index = SearchIndex(VECTORS, LANGUAGES, texts)
    assert one("306B", VECTORS[0], index).rows[0] == 250
    assert one("306B", VECTORS[0], index).lexical_matches.tolist() == [True] + [False] * 19
    assert 250 not in one("306B", VECTORS[0], index, hybrid=False).rows


def test_units_give_each_review_once_by_its_best():
    review_of = np.repeat(np.arange(N // 3), 3)
    index = SearchIndex(VECTORS, LANGUAGES[: N // 3], TEXTS[: N // 3], review_of)
    found = one("what guests say", VECTORS[47], index, top=N)
    assert sorted(found.reviews) == list(range(N // 3)) and found.reviews[0] == 15
    assert found.rows[0] == 47
    np.testing.assert_array_equal(review_of[found.rows], found.reviews)
    allowed = np.zeros(N, bool)
    allowed[[6, 45, 46, 120]] = True  # not 47, the best of its review
    some = one("what guests say", VECTORS[47], index, allowed=allowed)
    assert set(some.reviews) == {2, 15, 40} and set(some.rows) < {6, 45, 46, 120}
    assert (
        15 not in find_similar(index, [15]).reviews and len(find_similar(index, [15]).reviews) == 20
    )


def test_hostile_queries_and_small_files():
    for count in (1, 2, 5):
        index = SearchIndex(VECTORS[:count], LANGUAGES[:count], TEXTS[:count])
        queries = [parse_query(text) for text in NAUGHTY]
        vectors = np.resize(VECTORS, (len(queries), VECTORS.shape[1]))
        for query, found in zip(queries, search_reviews(index, queries, vectors), strict=True):
            assert np.isfinite(found.scores).all() and len(found.rows) <= count
            assert query.is_empty <= bool(found.notes)


def test_balance_gives_each_language_its_share():
    languages = np.array(["en"] * 12 + ["ja"] * 4 + ["th"])
    order = balanced_order(languages, {"en": 12, "ja": 4, "th": 1}, 17)
    assert sorted(order) == list(range(17))
    assert languages[order[:3]].tolist() == ["en", "ja", "th"]
    assert (languages[order[:9]] == "en").sum() == 6  # 9 places: 6.4, 2.1 and 0.5
    assert balanced_order(languages, {"ja": 1}, 3).tolist() == [12, 0, 1]
    found = one("what guests say", VECTORS[40], balanced=True)
    assert found.counts == {"en": (1, 1), "de": (0, 1)}
    assert LANGUAGES[found.rows[:3]].tolist() == ["en", "de", "en"]


def test_more_like_one_and_like_a_set():
    found = find_similar(INDEX, [17])
    assert 17 not in found.rows and (GROUPS[found.rows[:10]] == GROUPS[17]).all()
    pair = [int(np.flatnonzero(GROUPS == 2)[0]), int(np.flatnonzero(GROUPS == 5)[0])]
    groups = GROUPS[find_similar(INDEX, pair, top=20).rows]
    assert {2, 5} <= set(groups) and np.isin(groups, [2, 5]).mean() > 0.6
    assert not set(pair) & set(find_similar(INDEX, pair).rows)
    allowed = ~np.isin(GROUPS, GROUPS[17])
    assert (GROUPS[find_similar(INDEX, [17], allowed=allowed).rows] != GROUPS[17]).all()
    assert len(find_similar(INDEX, []).rows) == 0
    with pytest.raises(ValueError, match="0 to"):
        find_similar(INDEX, [N])


def test_wrong_shapes():
    with pytest.raises(ValueError, match="vectors"):
        search_reviews(INDEX, [parse_query("a")], VECTORS[:2])
    with pytest.raises(ValueError, match="allowed"):
        one("a", VECTORS[0], allowed=np.ones(3, bool))
    with pytest.raises(ValueError, match="languages"):
        SearchIndex(VECTORS, LANGUAGES[:3], TEXTS)


def test_the_same_twice_from_disk(cache):
    many = [f"{text} sauna" for text in TEXTS] * 8
    first = SearchIndex(VECTORS, LANGUAGES, TEXTS)
    kept = [SearchIndex(np.tile(VECTORS, (8, 1)), np.tile(LANGUAGES, 8), many) for _ in range(2)]
    assert not list(cache.rglob("lexical/*.npz")) and first.lexical.review_count == N
    built, read = kept[0].lexical, kept[1].lexical
    assert len(list(cache.rglob("lexical/*.npz"))) == 1
    assert built.vocabulary == read.vocabulary and built.folded == read.folded
    np.testing.assert_array_equal(built.weights, read.weights)


def test_what_the_first_search_needs_can_be_made_before():
    index = SearchIndex(VECTORS, LANGUAGES, TEXTS)
    index.prepare()
    assert {"language_codes", "calibration", "lexical"} <= vars(index).keys()
    cold = SearchIndex(VECTORS, LANGUAGES, TEXTS)
    query = [parse_query("a")]
    found = [search_reviews(one, query, VECTORS[:1], top=5)[0] for one in (index, cold)]
    np.testing.assert_array_equal(found[0].rows, found[1].rows)
