"""The page "Compare": words, heat table, one cell, two groups, and the way to the reviews."""

import datetime
from pathlib import Path

import numpy as np
import pytest

from pipeline.analysis.analysis import Settings
from pipeline.analysis.run import analyse
from pipeline.insights.attributes import review_attributes
from pipeline.insights.comparison import compare_groups
from pipeline.insights.groups import Groups
from pipeline.reviews.read import read_reviews
from tests.support.analyses import WORDS, synthetic_analysis
from tests.support.apptest import catalogue, new, pieces, press, session
from tests.support.comparisons import two_hotels
from tests.support.fake_encoder import FakeEncoder
from tests.support.hotel_file import LOUD
from ui.compare.cell import cell_html
from ui.compare.heat_table import cell_styles, measures
from ui.compare.open_reviews import period_ends, says
from ui.compare.two_groups import Side, compare_sides
from ui.session.view import View


@pytest.fixture
def view():
    analysis = synthetic_analysis(n=727)
    return View(1, Path(), analysis, review_attributes(analysis))


def test_strong_colours_are_of_what_differs_and_small_numbers_are_grey():
    against = np.array([[20.0, -20.0, 20.0], [10.0, np.nan, 5.0]])
    differs = np.array([[True, True, False], [False, False, False]])
    small = np.array([[False, False, False], [False, False, True]])
    styles = cell_styles(against, differs, small)
    assert styles[0].tolist() == [
        "background-color: rgba(194, 114, 79, 0.55)",
        "background-color: rgba(75, 139, 190, 0.55)",
        "background-color: rgba(194, 114, 79, 0.10)",
    ]
    assert styles[1, 0].endswith("0.05)") and styles[1, 1].endswith("0.00)")
    assert styles[1, 2].startswith("color: ")


def test_measures_are_per_cent_points_and_marks_on_the_files_scale(view):
    themes, groups = two_hotels()
    ratings = np.where(groups.codes == 0, 2.0, 4.0)
    found = measures(view, compare_groups(themes, groups, ratings=ratings))
    assert list(found) == ["share", "difference", "complaints", "mark"]
    assert found["share"].values[0, 0] == pytest.approx(100 * 68 / 227)
    assert found["difference"].values[0, 0] == pytest.approx(100 * (68 / 227 - 30 / 500))
    assert found["complaints"].values[1, 0] == pytest.approx(100 * 5 / 500)
    assert found["mark"].values[:, 1].tolist() == [2, 4]
    assert (found["mark"].against[:, 1] > 0).tolist() == [True, False]  # a low mark is the bad one


def test_a_cell_is_told_with_counts_intervals_and_verdict(view):
    said = cell_html(view, compare_groups(*two_hotels()), (0, 0))
    assert "30% of <bdi>Madrid&#x27;s reviews</bdi> (68 of 227) mention <b><bdi>Noise" in said
    assert "6% of the others: 5 times as often, between 3.3 and 7.3 times. More than chance" in said
    assert "22% complain about it (50)" in said
    said = cell_html(view, compare_groups(*two_hotels()), (0, 1))
    assert "This may be chance." in said and "as often" in said


def test_periods_end_on_their_last_day():
    day = datetime.date
    assert period_ends("month", "2024-02") == (day(2024, 2, 1), day(2024, 2, 29))
    assert period_ends("quarter", "2025-Q4") == (day(2025, 10, 1), day(2025, 12, 31))
    assert period_ends("year", "2025") == (day(2025, 1, 1), day(2025, 12, 31))
    assert period_ends("stayed", "2025-06") == (day(2025, 6, 1), day(2025, 6, 30))


def test_two_sides_leave_out_what_is_in_both(view):
    themes, groups = two_hotels()
    rows = np.arange(727)
    sides = Side("A", rows < 300, ""), Side("B", rows >= 227, "")
    found, both = compare_sides(view, themes, sides, np.ones(727, bool))
    assert both == 73 and found.groups.sizes.tolist() == [227, 427]
    assert found.mentions.counts[0, 0] == 68 == says(themes, 0)[:227].sum()
    none = compare_sides(view, themes, sides, rows < 300)
    assert none == (None, 73)
    assert Groups("", ("A", "B"), groups.codes).names == found.groups.names


@pytest.fixture(scope="module")
def page(file_cache):
    """The page with a file in which one of three hotels is loud."""
    rows = [
        f"{WORDS['noise' if n < loud else 'pool']} guest{n},{2 if n < loud else 4},{hotel},"
        f"2025-{1 + n % 4:02}-10,en"
        for hotel, loud in ((LOUD, 40), ("Lyon", 10), ("Porto", 10))
        for n in range(80)
    ]
    reviews = read_reviews("\n".join(["review,rating,hotel,date,language", *rows]).encode())
    settings = Settings(topic_count=2, unit="review", space="raw", with_map=False, model="fake")
    analysis = analyse(reviews, settings, encoder=FakeEncoder(), use_cache=False)
    at = new()
    at.query_params["analysis"] = catalogue().add(analysis, name="Loud", file="loud.csv").token
    at.run()
    return go(at)


def go(at):
    at.switch_page("ui/pages/compare.py").run()
    assert not at.exception
    return at


def test_the_loud_hotel_is_named_and_its_reviews_open_on_explore(page):
    said = pieces(page)
    assert "Mentioned more" in [each.value for each in page.header]
    assert "of &lt;b&gt;Madrid&lt;/b&gt;&#x27;s reviews" in said and "<b>Madrid</b>" not in said
    next(button for button in page.button if button.label == "Read").click().run()
    assert not page.exception
    view = session(page).view
    chosen = view.original.units.review[list(session(page).analysis.selected)]
    assert len(chosen) >= 35 and set(view.attributes.hotels[chosen].tolist()) == {LOUD}
    assert page.session_state["hotels"] == [LOUD]
    # What was opened is named and listed in full above the map, with the way back.
    body = pieces(page)
    assert "&lt;b&gt;Madrid&lt;/b&gt;</bdi></h2>" in body
    assert body.index("pg-opened") < body.index('class="pg-hit"')
    press(page, "Back to Compare")  # with the filters as they were
    assert page.session_state["hotels"] == []
    assert "Mentioned more" in [each.value for each in page.header]


def test_a_cell_that_is_chosen_in_the_boxes_is_read_with_quotes(page):
    box = next(box for box in page.selectbox if box.label == "Hotel")
    box.select_index(box.options.index(LOUD)).run()
    next(box for box in page.selectbox if box.label == "Topic").select_index(0).run()
    assert not page.exception
    assert "mention <b><bdi>" in pieces(page) and 'class="pg-quote"><span lang="en"' in pieces(page)


def test_two_groups_are_hotels_or_filters(page):
    page.segmented_control(key="compare-part").set_value("Two groups").run()
    assert not page.exception and "says more" in pieces(page)
    page.selectbox(key="compare-sides").set_value("A filter in words").run()
    for side, typed in (("First", "rating <= 2"), ("Second", "rating >= 4")):
        next(box for box in page.text_input if box.label == side).set_value(typed).run()
    assert not page.exception and "What <bdi>rating &lt;= 2</bdi> says more" in pieces(page)
    page.segmented_control(key="compare-part").set_value("Impact on marks").run()
    assert not page.exception
    page.segmented_control(key="compare-part").set_value("All groups").run()


def test_a_link_names_both_groups(page):
    page.segmented_control(key="compare-part").set_value("Two groups").run()
    page.selectbox(key="compare-sides").set_value("hotel").run()
    page.selectbox(key="compare-first").set_value("Porto").run()
    named = {name: page.query_params[name] for name in ("analysis", "compare", "sides", "first")}
    second = page.query_params["second"]
    page.segmented_control(key="compare-part").set_value("All groups").run()
    assert (named["first"], second) == ("Porto", "Lyon")
    other = opened(named | {"second": "nowhere"})
    assert other.selectbox(key="compare-first").value == "Porto"
    assert other.selectbox(key="compare-second").value == "Lyon"  # the usual one
    typed = {"sides": "*", "first": "rating <= 2", "second": "rating >= 4"}
    other = opened(named | typed)
    assert "What <bdi>rating &lt;= 2</bdi> says more" in pieces(other)
    assert other.query_params["second"] == "rating >= 4"


def opened(query):
    """The page as a link of this query shows it."""
    at = new()
    for name, value in query.items():
        at.query_params[name] = value
    at.run()
    return go(at)


def test_the_table_shows_each_measure_and_finds_names(page):
    page.segmented_control(key="compare-measure").set_value("mark").run()
    assert not page.exception
    page.text_input(key="compare-find").set_value("nothing is called so").run()
    assert not page.exception and "Nothing has this name." in [each.value for each in page.info]
    page.text_input(key="compare-find").set_value("lyon").run()
    names = [name for name in page.dataframe[0].value.columns if name.startswith("g")]
    assert len(names) == 1
