"""Query syntax."""

import pytest

from pipeline.search.query import MAX_LENGTH, parse_query


@pytest.mark.parametrize(
    ("typed", "text", "phrases", "excluded"),
    [
        ('night "thin walls" -bar', "night thin walls", ("thin walls",), ("bar",)),
        ('check-in - “a b” „c d“ -"x y"', "check-in - a b c d", ("a b", "c d"), ("x y",)),
        ("「朝食」が『風呂』 －騒音", "朝食 が 風呂", ("朝食", "風呂"), ("騒音",)),
        ("«quiet room» -Wi-Fi.", "quiet room", ("quiet room",), ("Wi-Fi",)),
        ('24" TV and "no end', "24 TV and no end", (), ()),
        ("-only -this", "", (), ("only", "this")),
        ("- -- —", "", (), ()),
        ('"" “” -""', "", (), ()),
        ("👍 a\x00b\ud800", "👍 a b", (), ()),
    ],
)
def test_parse_query(typed, text, phrases, excluded):
    query = parse_query(typed)
    assert (query.text, query.phrases, query.excluded) == (text, phrases, excluded)
    assert query.is_empty == (text == "")


def test_long_query_is_truncated_with_a_note():
    query = parse_query("late night " * 10_000)
    assert len(query.text) <= MAX_LENGTH and "2,000" in query.notes[0]
