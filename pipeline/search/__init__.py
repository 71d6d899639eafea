"""Queries -> ranked reviews; see docs/search.md.

``search`` ranks by cosine alone; ``search_reviews`` is what the program offers.
"""

from pipeline.search.index import SearchIndex
from pipeline.search.nearest import Hits, search
from pipeline.search.query import Query, parse_query
from pipeline.search.ranking import Found, search_reviews
from pipeline.search.similar import more_like

__all__ = [
    "Found",
    "Hits",
    "Query",
    "SearchIndex",
    "more_like",
    "parse_query",
    "search",
    "search_reviews",
]
