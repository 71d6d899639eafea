"""Highlights: closest sentence and query terms."""

import pytest

from pipeline.search.highlights import highlight_terms, term_spans


@pytest.mark.parametrize(
    ("text", "words", "marked"),
    [
        ("The CAFÉ near Wi-Fi, cafes", ("cafe", "wi-fi"), ["CAFÉ", "Wi-Fi"]),
        ("朝食がおいしい。ﾄﾞﾗｲﾔｰ無し", ("朝食", "ドライヤー"), ["朝食", "ﾄﾞﾗｲﾔｰ"]),
        ("306号室です", ("306号室",), ["306号室"]),
        ("barely a bar", ("bar",), ["bar"]),
        ("thin walls", ("thin walls", "walls"), ["thin walls"]),
        ("nothing", (), []),
    ],
)
def test_term_spans(text, words, marked):
    assert [text[start:end] for start, end in term_spans(text, words)] == marked


def test_highlight_terms():
    assert highlight_terms("the noise at night of it", ("at night",)) == (
        "at night",
        "noise",
        "night",
    )
    assert "朝食" in highlight_terms("朝食がおいしい")
