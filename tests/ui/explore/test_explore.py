"""The page "Explore": map, search, filters, choice and settings."""

import numpy as np
import pytest

from pipeline.analysis.analysis import Settings
from tests.support.apptest import finish, pieces, press, session, start, upload
from tests.support.command import SAMPLE
from tests.support.waiting import wait_until
from ui.explore.map import selected_units


@pytest.fixture(scope="module")
def explored(analysed_sample):
    """A session that has gone from the sample button to its map."""
    return analysed_sample[0]


def test_the_sample_is_one_press_from_its_map(explored):
    view = session(explored).view
    assert len(view.analysis.texts) == 789
    body = pieces(explored)
    assert "789" in body
    assert "hotel_reviews.csv" in body
    agreement = session(explored).analysis.agreement
    assert agreement["raw"] > 0.5
    assert agreement["neutral"] < 0.15
    assert "Language effect removed" in body
    assert "How far topics follow the language" not in body  # means nothing to a manager
    explored.switch_page("ui/pages/how_it_works.py").run()
    body = pieces(explored)
    assert "Without the correction" in body
    assert f"<b>{agreement['neutral']:.2f}</b>" in body
    explored.switch_page("ui/pages/explore.py").run()
    assert not explored.exception


def test_a_query_finds_reviews_in_other_languages(explored):
    explored.text_input(key="query").set_value("Loud music at night")
    press(explored, "Search")
    body = pieces(explored)
    assert body.count('class="pg-hit"') == 20
    assert "Japanese (ja)" in body
    assert "Chinese (zh)" in body
    assert 'dir="auto"' in body
    explored.session_state["top"] = 10
    assert pieces(explored.run()).count('class="pg-hit"') == 10
    press(explored, "Clear")
    assert 'class="pg-hit"' not in pieces(explored)


def test_filters_apply_before_ranking_and_can_leave_nothing(explored):
    at = explored
    at.text_input(key="query").set_value("Loud music at night")
    press(at, "Search")
    at.multiselect(key="languages").set_value(["th"]).run()
    body = pieces(at)
    thai = int((session(at).view.analysis.languages == "th").sum())
    assert body.count("Thai (th)") == min(thai, 10)
    assert "Korean (ko)" not in body
    topics = next(box for box in at.multiselect if box.label == "Topics")
    empty = [topic.id for topic in session(at).view.analysis.topics if "sv" not in topic.languages]
    at.multiselect(key="languages").set_value(["sv"]).run()
    topics = next(box for box in at.multiselect if box.label == "Topics")
    topics.set_value(empty[:1]).run()
    assert any("No reviews match" in info.value for info in at.info)
    assert not at.exception
    press(at, "Clear filters")
    assert not at.multiselect(key="languages").value
    press(at, "Clear")


def test_chosen_reviews_stand_beneath_the_map_and_stay(explored, monkeypatch):
    at = explored
    view = session(at).view
    event = {"selection": {"points": [{"customdata": [3]}, {"customdata": 1}, {"customdata": [3]}]}}

    def ready():  # what the first search needs is made while the page is read
        under_way = view.preparing
        made = {"calibration", "lexical"} <= vars(view.original.search_index).keys()
        assert made or under_way
        return made

    wait_until(ready)
    session(at).analysis.selected = selected_units(event)
    kind = view.analysis.units.kind
    at.run()
    assert any(header.value == f"2 chosen {kind}s" for header in at.header)
    assert not any("The table has the first" in caption.value for caption in at.caption)
    monkeypatch.setattr("ui.explore.selection._TABLED", 1)
    at.session_state["colour"] = "language"
    at.run()
    assert len(at.dataframe[0].value) == 1
    assert list(at.dataframe[0].value) == ["text", "language", "hotel", "date", "rating", "topic"]
    assert any("The table has the first 1;" in caption.value for caption in at.caption)
    assert any(header.value == f"2 chosen {kind}s" for header in at.header)
    press(at, "Clear selection")
    assert not any("chosen" in header.value for header in at.header)
    assert selected_units(None) == ()


def test_a_review_is_read_in_full_and_named_by_the_address(explored, monkeypatch):
    at = explored
    view = session(at).view
    row = int(np.flatnonzero(np.bincount(view.analysis.searched_passages.review) > 2)[0])
    session(at).search.review = row
    monkeypatch.setenv("POLYGUEST_TRANSLATE_URL", "http://localhost:1")
    at.run()
    assert not at.exception
    body = pieces(at)
    _, _, said = body.partition("What it says")
    assert said.count("<li>") == np.count_nonzero(view.analysis.searched_passages.review == row)
    assert any("localhost" in caption.value for caption in at.caption)
    assert at.query_params["review"] in (str(row), [str(row)])
    session(at).search.review = None
    assert "What it says" not in pieces(at.run()) and "review" not in at.query_params


def test_settings_are_followed_and_undone():
    lines = SAMPLE.read_bytes().splitlines(keepends=True)
    at = finish(press(upload(start(), b"".join(lines[:101])), "Analyse"))
    first = session(at).view
    at.toggle(key="correction").set_value(False).run()
    assert session(at).is_working
    assert session(at).view is first  # the old view stays until the new one is there
    finish(at)
    assert session(at).view.analysis.settings.space == "raw"
    assert "Language effect not removed" in pieces(at)
    at.toggle(key="auto_topic_count").set_value(False).run()
    at.slider(key="topic_count").set_value(5).run()
    finish(at)
    assert sum(not topic.is_outlier for topic in session(at).view.analysis.topics) == 5
    press(at, "Undo: number of topics\\: 5")
    assert session(at).view.analysis.settings == Settings(space="raw")
    assert at.toggle(key="auto_topic_count").value
    assert not at.toggle(key="correction").value
    press(at, "Undo: language correction off")
    assert session(at).view.analysis.settings == first.analysis.settings
    assert np.array_equal(session(at).view.analysis.assignments, first.analysis.assignments)
    assert at.toggle(key="correction").value


def test_a_stopped_analysis_leaves_the_view_and_the_switches(explored):
    at = explored
    view = session(at).view
    at.toggle(key="correction").set_value(False).run()
    if session(at).is_working:
        press(at, "Stop")
        finish(at)
    if session(at).view is view:  # it was stopped in time
        assert at.toggle(key="correction").value
        assert not at.error
    else:
        press(at, "Undo: language correction off")
