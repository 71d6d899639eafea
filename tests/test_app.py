"""The pages, driven by Streamlit's AppTest, with the real worker and the real model."""

import gc
import os
import time
from pathlib import Path

import numpy as np
import pytest
from conftest import SAMPLE
from streamlit.testing.v1 import AppTest

from pipeline.analysis import Settings
from ui.scatter import chosen_rows
from ui.state import Session, Source, forget_old_sessions
from ui.widgets import plain, stars, time_left

APP = str(Path(__file__).parent.parent / "app.py")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20
THINGS = ("bed", "bath", "view", "pool", "bar", "lift", "breakfast", "parking")
SMALL = (
    "review\n" + "\n".join(f"The {a} was near the {b}" for a in THINGS for b in THINGS)
).encode()


@pytest.fixture(autouse=True)
def no_start(monkeypatch):
    monkeypatch.delenv("POLYGUEST_START", raising=False)


def start():
    at = AppTest.from_file(APP, default_timeout=60).run()
    assert not at.exception
    return at


def session(at):
    return at.session_state["session"]


def upload(at, data, name="reviews.csv"):
    at.file_uploader[0].upload(name, data, "text/csv").run()
    assert not at.exception
    return at


def finish(at, seconds=180):
    """Run until no analysis is under way, as the page does by itself."""
    until = time.monotonic() + seconds
    while session(at).working:
        assert time.monotonic() < until, session(at).job
        time.sleep(0.3)
        at.run()
        assert not at.exception
    return at


def press(at, label):
    next(button for button in at.button if button.label == label).click().run()
    assert not at.exception
    return at


def pieces(at):
    return " ".join(element.body for element in at.html)


@pytest.fixture(scope="module")
def explored():
    """A session that has gone from the sample button to its map."""
    at = start()
    press(at, "Try it with sample reviews")
    assert session(at).working
    return finish(at)


def test_every_page_opens_without_an_analysis():
    at = start()
    assert at.title[0].value == "What do your guests say, in every language?"
    at.switch_page("ui/explore.py").run()
    assert at.title[0].value == "Nothing to explore yet"
    assert not at.exception
    at.switch_page("ui/about.py").run()
    assert at.title[0].value == "How it works"
    assert not at.exception


@pytest.mark.parametrize(
    ("data", "name", "told"),
    [
        (b"", "empty.csv", "is empty"),
        (b"\n\n \n", "blank.csv", "is empty"),
        (PNG, "picture.csv", "PNG"),
        (b"review\n", "header.csv", "no rows"),
        (b"price,nights\n100,2\n200,3\n", "numbers.csv", "No column looks like review text"),
        (b"review,hotel\n,Roma\n  ,Roma\n", "blank.csv", "is blank"),
    ],
)
def test_bad_files_give_a_box_and_the_app_goes_on(data, name, told):
    at = upload(start(), data, name)
    assert len(at.error) == 1
    assert told in at.error[0].value.replace("\\", "")
    assert not any(button.label == "Analyse" for button in at.button)
    upload(at, SMALL)
    assert not at.error
    assert any("64 kept" in text.value for text in at.markdown)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"review\nThe pool was warm and the water clean\n", "1 different review"),
        (b"review\n" + b"The pool was warm\n" * 10, "1 different review"),
    ],
)
def test_too_few_reviews_are_refused_after_the_preview(data, told):
    at = upload(start(), data)
    finish(press(at, "Analyse"))
    assert told in at.error[0].value.replace("\\", "")
    assert session(at).view is None
    upload(at, SMALL, "other.csv")
    assert not at.error
    finish(press(at, "Analyse"))
    assert len(session(at).view.analysis.texts) == 64


def test_a_new_analysis_that_is_refused_leaves_the_view_as_it_was():
    at = upload(start(), SMALL)
    finish(press(at, "Analyse"))
    view = session(at).view
    assert at.toggle(key="auto").value
    session(at).source.path.unlink()
    at.toggle(key="correction").set_value(False).run()
    finish(at)
    assert "reviews.csv is no longer here" in at.error[0].value.replace("\\", "")
    assert session(at).view is view
    assert at.toggle(key="correction").value


def test_other_columns_give_other_counts():
    rows = [
        f"the {thing} was good and the room clean,{'Nice ' + thing if i % 2 else ''},{i}"
        for i, thing in enumerate(THINGS)
    ]
    at = upload(start(), "\n".join(["a,b,c", *rows]).encode())
    text = next(box for box in at.selectbox if box.label == "Review text")
    assert text.value == "a"
    assert any("8 kept, 0 rejected" in m.value.replace("\\", "") for m in at.markdown)
    text.set_value("b").run()
    assert not at.exception
    shown = " ".join(m.value.replace("\\", "") for m in at.markdown)
    assert "4 kept, 4 rejected" in shown
    assert any("Rejected rows (4)" in expander.label for expander in at.expander)


def test_hostile_names_and_texts_are_escaped():
    at = upload(start(), SMALL, "![a](b) <b>.csv")
    shown = " ".join(m.value for m in at.markdown)
    assert "![a](b)" not in shown
    assert "\\!\\[a\\]\\(b\\)" in shown


def test_the_sample_is_one_press_from_its_map(explored):
    view = session(explored).view
    assert len(view.analysis.texts) == 789
    body = pieces(explored)
    assert "789" in body
    assert "hotel_reviews.csv" in body
    agreement = session(explored).agreement
    assert agreement["raw"] > 0.5
    assert agreement["neutral"] < 0.15
    assert f"<b>{agreement['neutral']:.2f}</b>" in body
    explored.switch_page("ui/about.py").run()
    assert "Without the correction" in pieces(explored)
    explored.switch_page("ui/explore.py").run()
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
    assert any("No review passes" in info.value for info in at.info)
    assert not at.exception
    press(at, "Clear the filters")
    assert not at.multiselect(key="languages").value
    press(at, "Clear")


def test_chosen_reviews_stand_beneath_the_map_and_stay(explored):
    at = explored
    event = {"selection": {"points": [{"customdata": [3]}, {"customdata": 1}, {"customdata": [3]}]}}
    session(at).selected = chosen_rows(event)
    at.run()
    assert any(header.value == "2 chosen reviews" for header in at.subheader)
    at.session_state["colour"] = "language"
    at.run()
    assert any(header.value == "2 chosen reviews" for header in at.subheader)
    press(at, "Clear the choice")
    assert not any("chosen" in header.value for header in at.subheader)
    assert chosen_rows(None) == ()


def test_settings_are_followed_and_undone(explored):
    at = explored
    first = session(at).view
    at.toggle(key="correction").set_value(False).run()
    assert session(at).working
    assert session(at).view is first  # the old view stays until the new one is there
    finish(at)
    assert session(at).view.analysis.settings.space == "raw"
    assert "while the correction is off" in pieces(at)
    at.toggle(key="auto").set_value(False).run()
    at.slider(key="count").set_value(5).run()
    finish(at)
    assert len(session(at).view.analysis.topics) == 5
    press(at, "Undo")
    assert session(at).view.analysis.settings == Settings(space="raw")
    assert at.toggle(key="auto").value
    assert not at.toggle(key="correction").value
    press(at, "Undo")
    assert session(at).view.analysis.settings == first.analysis.settings
    assert np.array_equal(session(at).view.analysis.assignments, first.analysis.assignments)
    assert at.toggle(key="correction").value


def test_a_stopped_analysis_leaves_the_view_and_the_switches(explored):
    at = explored
    view = session(at).view
    at.toggle(key="correction").set_value(False).run()
    if session(at).working:
        press(at, "Stop")
        finish(at)
    if session(at).view is view:  # it was stopped in time
        assert at.toggle(key="correction").value
        assert not at.error
    else:
        press(at, "Undo")


def test_two_sessions_share_nothing(explored):
    other = upload(start(), SMALL)
    finish(press(other, "Analyse"))
    assert session(other).folder != session(explored).folder
    assert len(session(other).view.analysis.texts) == 64
    explored.run()
    assert len(session(explored).view.analysis.texts) == 789


def test_a_session_takes_its_files_with_it():
    one = Session()
    folder = one.folder
    (folder / "upload1").write_bytes(SMALL)
    del one
    gc.collect()
    assert not folder.exists()


def test_what_a_killed_server_left_is_removed_after_a_day(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    for folder in (old, new):
        folder.mkdir()
        (folder / "upload1").write_bytes(b"x")
    os.utime(old, (0, 0))
    forget_old_sessions(tmp_path)
    assert not old.exists()
    assert new.exists()


def test_start_over_goes_back_to_the_beginning(explored):
    at = start()
    upload(at, SMALL)
    finish(press(at, "Analyse"))
    press(at, "Start over with another file")
    assert session(at).view is None
    assert at.title[0].value == "What do your guests say, in every language?"


def test_make_run_starts_with_the_sample(monkeypatch):
    monkeypatch.setenv("POLYGUEST_START", "sample")
    at = start()
    assert session(at).working
    session(at).stop()
    finish(at.run())
    assert session(at).view is None
    assert not session(at).working  # it starts by itself once, not again


def test_an_upload_that_is_gone_is_told(tmp_path):
    at = start()
    session(at).analyse(Source("lost.csv", tmp_path / "no such file", 10), Settings())
    finish(at.run())
    assert at.error
    assert SAMPLE.exists()


def test_small_helpers():
    assert plain("a*b\n![x](y) :red[z] $m$") == r"a\*b \!\[x\]\(y\) \:red\[z\] \$m\$"
    assert stars(3.5) == "★★★★☆"
    assert time_left(3) == "a few seconds left"
    assert time_left(31) == "about 35 seconds left"
    assert time_left(100) == "about 2 minutes left"
    assert time_left(60) == "about 1 minute left"
