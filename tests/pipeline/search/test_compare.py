"""Comparison of queries."""

from pipeline.search.compare import compare_queries
from pipeline.search.query import parse_query
from pipeline.search.space import EncodedQueries
from tests.support.search_index import INDEX, VECTORS


def test_compare_queries():
    queries = [parse_query("one"), parse_query("two"), parse_query("-none")]
    compared = compare_queries(INDEX, queries, EncodedQueries.plain(VECTORS[[17, 17, 40]]))
    assert compared.hits[0].tolist() == compared.hits[1].tolist() != []
    assert compared.overlap[0, 1] == 1 and compared.overlap[0, 2] == 0
    assert compared.shared[0, 0] == len(compared.hits[0])
    assert sum(counts[0] for counts in compared.languages.values()) == len(compared.hits[0])
