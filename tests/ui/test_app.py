"""From the start page to an analysis, bad files and sessions, driven by Streamlit's AppTest."""

import gc
import os

import pytest

from pipeline.analysis.analysis import Settings
from pipeline.common.workspace import Workspace
from pipeline.reviews.source import ReviewSource
from tests.support.apptest import SMALL, THINGS, finish, press, session, start, upload
from tests.support.command import SAMPLE
from ui.components.widgets import escape_markdown, stars, stars_html, time_left
from ui.session.folders import SessionFolder, remove_abandoned

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20


@pytest.fixture(autouse=True)
def no_start(monkeypatch):
    monkeypatch.delenv("POLYGUEST_START", raising=False)


def test_every_page_opens_without_an_analysis():
    at = start()
    assert at.title[0].value == "What do your guests say, in every language?"
    at.switch_page("ui/pages/explore.py").run()
    assert at.title[0].value == "Nothing to explore yet"
    assert not at.exception
    at.switch_page("ui/pages/how_it_works.py").run()
    assert at.title[0].value == "How it works"
    assert not at.exception


def test_the_start_page_says_where_data_stay(request, monkeypatch):
    def says(at, where):
        return any(f"Everything stays on {where}" in text.value for text in at.markdown)

    assert says(start(), "this computer")  # which starts the workers as well
    with monkeypatch.context() as with_cluster:
        with_cluster.setenv("POLYGUEST_RAY", "10.0.0.5:6379")
        assert says(start(), "your organisation")
    request.getfixturevalue("database_address")
    assert says(start(), "your organisation")


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
    assert at.toggle(key="auto_topic_count").value
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


def test_two_sessions_share_nothing():
    one, other = upload(start(), SMALL), upload(start(), SMALL + b"\nThe bed was by the sea")
    finish(press(one, "Analyse"))
    finish(press(other, "Analyse"))
    assert session(other).folder.path != session(one).folder.path
    assert len(session(other).view.analysis.texts) == 65
    one.run()
    assert len(session(one).view.analysis.texts) == 64


def test_a_session_takes_its_files_with_it():
    one = SessionFolder(Workspace.current().sessions)
    folder = one.path
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
    remove_abandoned(tmp_path)
    assert not old.exists()
    assert new.exists()


def test_start_over_goes_back_to_the_beginning():
    at = start()
    upload(at, SMALL)
    finish(press(at, "Analyse"))
    press(at, "Close and open another file")
    assert session(at).view is None
    assert at.title[0].value == "What do your guests say, in every language?"


def test_make_run_starts_with_the_sample(monkeypatch):
    monkeypatch.setenv("POLYGUEST_START", "sample")
    at = start()
    assert session(at).is_working
    session(at).jobs.stop()
    finish(at.run())
    assert session(at).view is None
    assert not session(at).is_working  # it starts by itself once, not again


def test_an_upload_that_is_gone_is_told(tmp_path):
    at = start()
    session(at).analyse(ReviewSource("lost.csv", tmp_path / "no such file", 10), Settings())
    finish(at.run())
    assert at.error
    assert SAMPLE.exists()


def test_small_helpers():
    assert escape_markdown("a*b\n![x](y) :red[z] $m$") == r"a\*b \!\[x\]\(y\) \:red\[z\] \$m\$"
    assert stars(3.5) == "★★★½☆" and stars(3.25) == "★★★½☆" and stars(4.75) == "★★★★★"
    assert stars(2.24) == "★★☆☆☆" and stars(0.5) == "½☆☆☆☆" and stars(float(9)) == "★★★★★"
    assert 'title="7.6 of 10"' in stars_html(3.8, 10) and "★★★★☆ 7.6 of 10" in stars_html(3.8, 10)
    assert stars_html(4, 5) == '<span class="stars" title="4 of 5">★★★★☆</span>'
    assert time_left(3) == "a few seconds left"
    assert time_left(31) == "about 35 seconds left"
    assert time_left(100) == "about 2 minutes left"
    assert time_left(60) == "about 1 minute left"
