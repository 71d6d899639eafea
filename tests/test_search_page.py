"""Search on the page "Explore": hits, filters, likes, judgements, saved searches."""

import re

import numpy as np
import pytest
from apptest import finish, pieces, press, start

from pipeline.store.column_values import value_counts, value_range
from pipeline.store.columns import make_column
from ui.hit_html import counts_line
from ui.marked import text_html


@pytest.fixture(scope="module")
def explored():
    at = start()
    press(at, "Try it with sample reviews")
    return finish(at)


def search(at, query):
    at.text_input(key="query").set_value(query)
    return press(at, "Search")


def hits(at):
    return [html.body for html in at.html if html.body.startswith('<article class="pg-hit"')]


def by_key(elements, start):
    return next(each for each in elements if (each.key or "").startswith(start))


def test_strengths_are_words_and_what_matched_is_marked(explored):
    at = search(explored, "Loud music at night")
    assert len(hits(at)) == 20
    first = hits(at)[0]
    assert 'class="pg-chip strong"' in first and "3 in 4 such hits are right" in first
    assert any('<mark class="word">music</mark>' in hit for hit in hits(at))
    assert "Japanese <b>" in pieces(at) and "strong)" in pieces(at)
    assert "cosine" not in pieces(at)


def test_a_text_is_marked_where_it_should_be_and_escaped():
    text = "<b>Bad</b> bed. The bar & the music were loud. Nice view."
    sentence = text.index("The"), text.index(" Nice")
    word = text.index("music"), text.index("music") + 5
    html = text_html(text, "en", sentence=sentence, words=[word])
    assert "&lt;b&gt;Bad&lt;/b&gt; bed. <mark>The bar &amp; the </mark>" in html
    assert '<mark class="word">music</mark><mark> were loud.</mark> Nice' in html
    long = "x" * 900 + text
    moved = tuple(900 + at for at in sentence)
    html = text_html(long, "en", sentence=moved)
    assert '<span class="clip">… <mark>The bar' in html
    assert re.sub("<[^>]+>", "", html).endswith("Nice view.")


def test_values_of_a_column_are_counted_by_review():
    column = make_column(np.array(["b", "a", "b", "", "c"], object))
    assert value_counts(column, np.array([0, 1, 2, 3])) == ([("b", 2), ("a", 1)], 2)
    numbers = make_column(np.array([2.0, np.nan, 5.0, 2.0]))
    assert value_counts(numbers, np.arange(4), most=1) == ([(2.0, 2)], 2)
    assert value_range(numbers, np.arange(4)) == (2.0, 5.0)
    assert value_range(numbers, np.array([1])) is None


def test_many_languages_are_folded_up():
    line = counts_line({str(i): (i % 2, 1) for i in range(9)}, {str(i): "<x>" for i in range(9)})
    assert "3 more languages" in line and "<x>" not in line and "<details" in line
