"""Highlights: closest sentence and query terms."""

import numpy as np
import pytest

from pipeline.embedding.neutral import raw_space
from pipeline.search.highlights import find_highlights, highlight_terms, term_spans
from pipeline.search.query import parse_query


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
    assert highlight_terms(parse_query('the noise "at night" of it')) == (
        "at night",
        "noise",
        "night",
    )
    assert "朝食" in highlight_terms(parse_query("朝食がおいしい"))


def test_closest_sentence_is_highlighted(fake_encoder):
    text = "We came by train. The sauna was cold. Breakfast was good."
    texts, languages = [text, "One sentence"], np.array(["en", "en"])
    vector = fake_encoder.encode_queries(["sauna cold"])[0]
    first, second = find_highlights(
        parse_query("sauna cold"), vector, texts, languages, fake_encoder, raw_space(64)
    )
    assert text[slice(*first.sentence)].strip() == "The sauna was cold."
    assert [text[start:end] for start, end in first.terms] == ["sauna", "cold"]
    assert second.sentence == (0, 12) and second.terms == ()
    assert fake_encoder.encoded == 1 + 3  # the query, and the sentences of the first text alone
