"""Search on the page "Explore": hits, filters, likes, judgements, saved searches."""

import re
from types import SimpleNamespace

import numpy as np
import pytest

from pipeline.analysis.storage import load_analysis
from pipeline.filters.column_values import value_counts, value_range
from pipeline.filters.columns import make_column
from pipeline.filters.expressions import In
from pipeline.search.evaluation import load_golden_set
from pipeline.search.saved import SavedSearch, load_searches, save_searches
from tests.support.apptest import catalogue, pieces, press, session, start
from tests.support.naughty import NAUGHTY
from ui.components.relevance import counts_line
from ui.components.review_text import text_html
from ui.search.hits import weak_at_end


@pytest.fixture(scope="module")
def explored(analysed_sample, own_data):
    """A session that has opened the analysis of the sample from the list."""
    entry = catalogue().add(load_analysis(analysed_sample[1]), name="sample")
    at = start().switch_page("ui/pages/analyses.py").run()
    at.button(key=f"open-list-{entry.token}").click().run()
    assert not at.exception
    return at.switch_page("ui/pages/explore.py").run()


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
    assert value_counts(numbers, np.arange(4), limit=1) == ([(2.0, 2)], 2)
    assert value_range(numbers, np.arange(4)) == (2.0, 5.0)
    assert value_range(numbers, np.array([1])) is None


def test_many_languages_are_folded_up():
    line = counts_line({str(i): (i % 2, 1) for i in range(9)}, {str(i): "<x>" for i in range(9)})
    assert "3 more languages" in line and "<x>" not in line and "<details" in line


def test_filters_over_any_column_are_chips_that_go_with_a_click(explored):
    at = search(explored, "Loud music at night")
    state, view = session(at).search, session(at).view
    state.conditions = {"rating": In("rating", (1.0, 2.0))}
    state.expression = "date >= 2025-06"
    at.run()
    rated = view.attributes.ratings
    days = np.array([day >= "2025-06" for day in view.attributes.dates])
    passing = int((np.isin(rated, (1, 2)) & days).sum())
    assert f"Searching {passing} reviews of 789 that match the filters" in pieces(at)
    by_key(at.button, "chip-0-12").click().run()
    assert list(state.conditions) == [] and state.expression
    press(at, "Clear filters")
    assert not state.expression and "that match the filters" not in pieces(at)
    state.expression = "wing = north"  # of another file
    at.run()
    assert any("no column" in box.value for box in at.warning) and not state.expression


def test_more_like_a_hit_and_the_way_back(explored):
    at = search(explored, "Loud music at night")
    before = hits(at)
    by_key(at.button, "like-").click().run()
    assert not at.exception and "More like <b>" in pieces(at)
    assert len(hits(at)) == 20 and hits(at) != before
    by_key(at.button, "focus-").click().run()
    assert "lines to its nearest neighbours" in pieces(at)
    press(at, "Hide")
    by_key(at.button, "banner-back").click().run()
    assert hits(at) == before


def test_a_golden_set_is_kept_measured_and_forgotten(explored):
    at = search(explored, "Loud music at night")
    state = session(at).search
    state.judge("Loud music at night", "V0006", True)
    state.judge("Loud music at night", "V0001", False)
    assert state.judgement("Loud  music at night", "V0006") and not state.judgement("x", "V0006")
    kept = load_golden_set(session(at).view.folder)
    assert kept == state.golden and kept[0].irrelevant == {"V0001"}


def test_saved_searches_live_in_the_folder_and_bring_their_filters_back(explored, tmp_path):
    searches = [SavedSearch("朝食", "朝食", 'rating <= 2 and language in ("ja")', True)]
    assert load_searches(tmp_path) is None
    save_searches(tmp_path, searches)
    assert load_searches(tmp_path) == tuple(searches)
    (tmp_path / "searches.json").write_text('[{"name": 3}, {"name": "a", "query": "b"}]')
    assert load_searches(tmp_path) == (SavedSearch("a", "b"),)
    (tmp_path / "searches.json").write_text("[" * 100_000)
    assert load_searches(tmp_path) == ()


def test_naughty_queries_give_no_error(explored):
    for query in list(NAUGHTY)[:: len(NAUGHTY) // 8]:
        at = search(explored, query)
        assert not at.exception, query
    assert not any("<script" in hit.lower() for hit in hits(at))
    press(at, "Clear")


def test_weak_hits_at_the_end_are_told_from_the_others():
    def count(*strengths):
        rows = np.arange(len(strengths))
        return weak_at_end(SimpleNamespace(rows=rows, strengths=np.array(strengths, "<U6")))

    assert count("strong", "likely", "weak", "weak") == 2
    assert count("weak", "strong") == 0  # a name in the query has put it first
    assert count("weak", "weak") == 2 and count() == 0
