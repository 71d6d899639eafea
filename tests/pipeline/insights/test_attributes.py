"""Attributes of reviews."""

from pipeline.common.locale_format import language_name
from pipeline.insights.attributes import excerpt, review_attributes, topic_table
from tests.support.analyses import synthetic_analysis


def test_topic_table_counts_allowed_units():
    analysis = synthetic_analysis()
    table = topic_table(analysis, review_attributes(analysis), analysis.languages == "ja")
    assert table["reviews"].tolist() == [0, 20, 0]
    assert table["share"].tolist() == [0, 100, 0]
    assert table["mix"].tolist() == ["", "Japanese 100%", ""]


def test_language_names_and_excerpts():
    assert language_name("ja") == "Japanese"
    assert language_name("und") == "Unknown language"
    assert language_name("not a code") == "not a code"
    assert excerpt("short", 10) == "short"
    assert excerpt("one two three four", 12) == "one two…"
    assert excerpt("朝食がとても美味しかった", 5) == "朝食がとて…"
