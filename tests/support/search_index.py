"""A small search index over clusters of vectors, for the tests of search."""

import numpy as np

from pipeline.search.hybrid import search_reviews
from pipeline.search.index import SearchIndex
from pipeline.search.query import parse_query
from pipeline.search.space import EncodedQueries
from tests.support.blobs import blobs

VECTORS, GROUPS = blobs(10, 30, spread=1.0)
N = len(VECTORS)
LANGUAGES = np.random.default_rng(0).choice(["en", "ja", "de"], N, p=[0.6, 0.2, 0.2])
TEXTS = [f"review {row} of room{row % 7}" for row in range(N)]
INDEX = SearchIndex(VECTORS, LANGUAGES, TEXTS)


def search_one(text, vector, index=INDEX, **options):
    return search_reviews(
        index, [parse_query(text)], EncodedQueries.plain(vector[None]), **options
    )[0]
