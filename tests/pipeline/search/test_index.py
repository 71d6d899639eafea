"""The search index: cached and prepared."""

import numpy as np

from pipeline.search.hybrid import search_reviews
from pipeline.search.index import SearchIndex
from pipeline.search.query import parse_query
from pipeline.search.space import EncodedQueries
from tests.support.search_index import LANGUAGES, TEXTS, VECTORS, N


def test_lexical_index_is_cached_for_large_files_only(cache):
    many = [f"{text} sauna" for text in TEXTS] * 8
    first = SearchIndex(VECTORS, LANGUAGES, TEXTS)
    kept = [SearchIndex(np.tile(VECTORS, (8, 1)), np.tile(LANGUAGES, 8), many) for _ in range(2)]
    assert not list(cache.rglob("lexical/*.npz")) and first.lexical.review_count == N
    built, read = kept[0].lexical, kept[1].lexical
    assert len(list(cache.rglob("lexical/*.npz"))) == 1
    assert built.vocabulary == read.vocabulary and built.folded == read.folded
    np.testing.assert_array_equal(built.weights, read.weights)


def test_prepare_builds_all_parts():
    index = SearchIndex(VECTORS, LANGUAGES, TEXTS)
    index.prepare()
    assert {"language_codes", "calibration", "lexical"} <= vars(index).keys()
    cold = SearchIndex(VECTORS, LANGUAGES, TEXTS)
    query = [parse_query("a")]
    found = [
        search_reviews(one, query, EncodedQueries.plain(VECTORS[:1]), top=5)[0]
        for one in (index, cold)
    ]
    np.testing.assert_array_equal(found[0].rows, found[1].rows)
