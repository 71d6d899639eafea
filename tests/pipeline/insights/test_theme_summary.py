"""Figures of themes."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from pipeline.insights.attributes import review_attributes
from pipeline.insights.theme_summary import list_coverage, summarise_themes
from pipeline.insights.themes import ASPECTS, TOPICS, Themes
from tests.support.analyses import synthetic_analysis


def themes(kind, passage_themes, parents=(-1, 0), **cells):
    empty = csr_array((10, 2), dtype=bool)
    return Themes(
        kind=kind,
        keys=("a", "b"),
        names=("A", "B"),
        passage_themes=np.array(passage_themes),
        passage_sentiment=None,
        parents=parents,
        **{"mentions": empty, "praise": None, "complaints": None} | cells,
    )


def matrix(*rows_of_columns):
    cells = np.zeros((10, 2), bool)
    for column, rows in enumerate(rows_of_columns):
        cells[list(rows), column] = True
    return csr_array(cells)


def test_shares_are_of_the_reviews_that_mention_a_theme_in_a_language_that_is_told():
    analysis = synthetic_analysis(10, languages=("en", "und"))  # every other one is not told
    found = summarise_themes(
        analysis,
        review_attributes(analysis),
        themes(
            ASPECTS,
            [],
            mentions=matrix(range(8), (0, 1)),
            praise=matrix((0, 2), ()),
            complaints=matrix((4,), (0,)),
        ),
    )
    broad, narrow = found
    assert (broad.mentions.count, broad.mentions.size) == (8, 10)
    assert (broad.praise.count, broad.praise.size) == (2, 4)
    assert (broad.complaints.count, broad.complaints.share) == (1, 0.25)
    assert broad.parent == "" and narrow.parent == "a"
    # Wilson's interval of 1 of 4, by hand.
    z, p, n = 1.96, 0.25, 4
    centre, half = p + z * z / (2 * n), z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    expected = ((centre - half) / (1 + z * z / n), (centre + half) / (1 + z * z / n))
    assert broad.complaints.interval == pytest.approx(expected)
    # Stars are 0 to 5 in turn, 0 is no rating: of reviews 0 to 7, 1 2 3 4 5 1.
    assert broad.rating == pytest.approx(16 / 6)


def test_without_sentiment_there_are_mentions_alone():
    analysis = synthetic_analysis(10)
    cells = matrix(range(3), ())
    found = summarise_themes(
        analysis, review_attributes(analysis), themes(TOPICS, [], mentions=cells)
    )
    assert found[0].praise is None and found[0].mentions.count == 3
    assert found[1].mentions.count == 0 and np.isnan(found[1].rating)


def test_coverage_is_the_share_of_a_topics_passages_that_the_list_knows():
    topics = themes(TOPICS, [0, 0, 0, -1, 0], parents=(-1, -1))
    aspects = themes(ASPECTS, [1, -1, -1, 0, 0])
    covered = list_coverage(topics, aspects)
    assert covered[0] == 0.5 and np.isnan(covered[1])
