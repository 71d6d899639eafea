"""The page "Similar hotels": a table of hotels, and the hotels of the open file."""

from types import SimpleNamespace

import numpy as np
import pytest

from pipeline.analysis.storage import save_analysis
from pipeline.jobs.job import JobState
from pipeline.reviews.source import ReviewSource
from tests.support.analyses import synthetic_analysis
from tests.support.apptest import pieces, press, session, start
from ui.session.autosave import Autosave
from ui.session.kept_analysis import KeptAnalysis
from ui.session.view import open_view
from ui.similar_hotels import compared
from ui.similar_hotels.choice import EXAMPLE
from ui.similar_hotels.compared import ComparedHotels, HotelTable

PAGE = "ui/pages/similar_hotels.py"


def go(at):
    at.switch_page(PAGE).run()
    assert not at.exception
    return at


def table_of(at):
    return at.dataframe[0].value


class NoWorker:
    """A worker that never begins: what it does is tested elsewhere, and takes seconds."""

    def submit(self, request, *, rows, **_asked):
        assert rows and request.source.columns.text
        return SimpleNamespace(finished=False, fraction_done=lambda: 0.3)

    def stop(self, job):
        pass


@pytest.fixture(autouse=True)
def no_worker(monkeypatch):
    monkeypatch.setattr(compared, "worker", NoWorker)


def test_the_example_shows_words_in_common_before_it_is_analysed():
    at = press(go(start()), "Try it with 40 invented hotels")
    table = at.session_state["hotel-table"]
    assert (table.columns.hotel, table.columns.text) == ("name", "description")
    hotels = at.selectbox(key="similar-hotel-hotels.csv-40")
    hotels.set_value(list(table.compared.texts.names).index("Larchwood Mountain Lodge")).run()
    assert not at.exception
    rows = table_of(at)
    assert list(rows.columns) == ["rank", "hotel", "likeness", "shared"]
    assert 5 < len(rows) <= 10 and rows["likeness"].is_monotonic_decreasing
    assert "Larchwood Mountain Lodge" not in set(rows["hotel"])
    assert "Ski-in, ski-out in winter" in pieces(at)  # the chosen one, beside another


def with_open_file(tmp_path, **changes):
    """The page beside an open analysis of four hotels, which no worker has made."""
    at = start()
    one = session(at)
    folder = one.folder.new_path()
    report = {"agreement_with_language": {"before": 0.5, "after": 0.1}}
    save_analysis(synthetic_analysis(report=report, **changes), folder)
    view = open_view(one.folder.next_number(), folder, language="en")
    source = ReviewSource("made up.csv", tmp_path, 60)
    one.show(KeptAnalysis(view, (source,), Autosave(one.workspace, automatic=False)))
    return go(at)


def test_the_hotels_of_the_open_file(tmp_path):
    at = with_open_file(tmp_path)
    assert at.segmented_control(key="similar-source").value == "The open file"
    assert at.segmented_control(key="similar-method-True").value == "embedding"
    at.segmented_control(key="similar-method-True").set_value("topics").run()
    assert not at.exception
    rows = table_of(at)
    assert set(rows["hotel"]) <= {"Hotel 1", "Hotel 2", "Hotel 3"} and len(rows)
    assert "15 reviews" in pieces(at) and " of 5" in pieces(at)
    assert not at.info


def test_a_hotel_that_is_like_no_other_is_said_to_be(tmp_path, monkeypatch):
    alike = SimpleNamespace(
        scores=lambda hotels: np.array([[1.0, -0.3, 0.002, -0.1]]),
        shared=lambda one, other, most: (),
    )
    monkeypatch.setattr(ComparedHotels, "similarity", lambda self, method: alike)
    at = with_open_file(tmp_path)
    assert [info.value.startswith("No other hotel is more like") for info in at.info] == [True]
    assert list(table_of(at)["hotel"]) == ["Hotel 2", "Hotel 3", "Hotel 1"]


def test_a_strangers_names_and_texts_are_shown_as_they_are(tmp_path):
    naughty = "<img src=x onerror=alert(1)> **bold** [link](http://x)"
    file = tmp_path / "upload"
    lines = [f'"{naughty} {n}","{naughty} a garden and a pond near the old mill {n}"' for n in "ab"]
    file.write_text("\n".join(["name,description", *lines]), "utf-8")
    at = go(start())
    table = HotelTable("upload", "x.csv", EXAMPLE)
    table.path = EXAMPLE  # so that the page keeps it without a file in the uploader
    at.session_state["hotel-table"] = table
    real, table.path = table.path, file
    table.read()
    table.path = real
    at.run()
    assert not at.exception
    assert "<img" not in pieces(at).replace("&lt;img", "")
    assert "&lt;img" in pieces(at)


def test_the_analysis_is_taken_in_when_it_is_done(tmp_path):
    folder = tmp_path / "analysis"
    analysis = synthetic_analysis()
    save_analysis(analysis, folder)
    table = HotelTable("k", "x.csv", tmp_path)
    texts = SimpleNamespace(names=("a", "b"), text_counts=np.array([1, 1]))
    table.compared = ComparedHotels("x.csv", texts)
    job = SimpleNamespace(finished=False, state=JobState.RUNNING, target=folder, message="")
    table.job = job
    table.update()
    assert table.job is job and not table.compared.has("embedding")
    job.finished, job.state = True, JobState.DONE
    table.update()
    assert table.job is None and table.compared.has("embedding")
    assert table.compared.texts.names == ("Hotel 0", "Hotel 1", "Hotel 2", "Hotel 3")


def test_a_refused_analysis_leaves_words_in_common_and_says_why(tmp_path):
    texts = SimpleNamespace(names=("a", "b"), text_counts=np.array([1, 1]))
    table = HotelTable("k", "x.csv", tmp_path, compared=ComparedHotels("x.csv", texts))
    table.job = SimpleNamespace(
        finished=True,
        state=JobState.REFUSED,
        target=tmp_path,
        message="{n} is too few",
        values={"n": 7},
    )
    table.update()
    assert table.problem == "7 is too few"
    assert table.compared.has("tfidf") and not table.compared.has("topics")


def test_an_open_file_without_hotels_says_so(tmp_path):
    at = with_open_file(tmp_path, columns={"text": "x"})
    said = " ".join(element.value for element in at.caption)
    assert "no column of hotels" in said
    assert any(button.label == "Try it with 40 invented hotels" for button in at.button)
