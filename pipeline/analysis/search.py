"""Search an analysis: what was typed to ranked hits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.embedding.encoder import Encoder
from pipeline.search.hybrid import SearchResult, search_reviews
from pipeline.search.query import parse_query


def search_analysis(
    analysis: Analysis,
    typed: Sequence[str],
    encoder: Encoder,
    *,
    top: int = 20,
    allowed: np.ndarray | None = None,
    balanced: bool = False,
    hybrid: bool = True,
    judging: bool = True,
) -> list[SearchResult]:
    """Find the reviews of an analysis that say what is asked for, for each of q queries.

    Args:
        analysis: to search.
        typed: q queries as they were typed, see :func:`pipeline.search.query.parse_query`.
        encoder: the model that made the analysis.
        top, allowed, balanced, hybrid, judging: see
            :func:`pipeline.search.hybrid.search_reviews`.
    """
    queries = [parse_query(text) for text in typed]
    texts = [query.text for query in queries]
    encoded = analysis.search_space.encode_queries(encoder.encode_queries(texts), texts)
    return search_reviews(
        analysis.search_index,
        queries,
        encoded,
        top=top,
        allowed=allowed,
        balanced=balanced,
        hybrid=hybrid,
        judging=judging,
    )
