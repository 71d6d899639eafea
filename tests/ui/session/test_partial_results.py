"""A large file in the app: first results, pause, reload, stop; the model is a slow fake."""

import gc

import pytest

from pipeline.analysis.analysis import Settings
from pipeline.common.workspace import Workspace
from pipeline.jobs import server_client
from pipeline.jobs.client import WorkerClient
from pipeline.jobs.requests import AnalyseRequest
from pipeline.reviews.source import ReviewSource
from tests.support.apptest import catalogue, new, press, run_until, session, start, upload
from tests.support.command import SLOW_WORKER
from ui.session import server
from ui.session.folders import SessionFolder

THINGS = ("bed", "bath", "view", "pool", "bar", "lift", "breakfast", "parking")
ROWS = 1500
LARGE = "review,hotel,language\n" + "\n".join(
    f"The {THINGS[n % 8]} of guest{n} was {THINGS[n % 8]} {THINGS[n % 3]},H{n % 3},en"
    for n in range(ROWS)
)


@pytest.fixture(scope="module", autouse=True)
def slow_worker(tmp_path_factory):
    """The server's worker, for this file; its jobs are written down in a folder of their own."""
    folder = tmp_path_factory.mktemp("early")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("POLYGUEST_START", raising=False)
        patch.setenv("POLYGUEST_CACHE", str(folder))
        patch.setenv("POLYGUEST_EARLY_SECONDS", "0.4")
        worker = WorkerClient(SLOW_WORKER, files=folder / "jobs")
        patch.setattr(server_client, "_shared", worker)
        server.worker.clear()
        yield worker
        worker.close()
    server.worker.clear()


def analyse(at, data):
    """As the button does, with settings that take less time than the program's own choice."""
    upload(at, data.encode(), "large.csv")
    source = ReviewSource("large.csv", session(at).preview.path, ROWS)
    session(at).analyse(source, Settings(topic_count=4, unit="review", with_map=False))
    return at.run()


def said(at):
    return " ".join(m.value.replace("\\", "") for m in (*at.markdown, *at.caption))


def test_first_results_pause_reload_and_the_end(slow_worker):
    at = analyse(start(), LARGE)
    token = session(at).job.token
    assert at.query_params["job"] == token
    run_until(at, lambda: session(at).view is not None)
    look = session(at).view
    assert look.partial[0] == len(look.analysis.texts) < look.partial[1] == ROWS
    assert f"First results: {look.partial[0]:,} of 1,500 reviews" in said(at)
    assert look.file_name("reviews") == f"reviews-first-{look.partial[0]}.csv"

    at.text_input(key="query").set_value("a loud pool")
    press(at, "Search")
    topic = look.analysis.topics[0]
    at.multiselect(key=f"topics-{look.number}").set_value([topic.id]).run()
    session(at).analysis.selected = (3, 5)
    chosen = {look.analysis.texts[unit] for unit in (3, 5)}
    run_until(at, lambda: session(at).view.partial != look.partial)
    grown = session(at).view
    assert grown.number == look.number and grown.analysis.texts[3] == look.analysis.texts[3]
    assert at.text_input(key="query").value == "a loud pool"
    assert at.multiselect(key=f"topics-{look.number}").value == [topic.id]
    assert grown.analysis.topics[0].reviews > topic.reviews

    press(at, "Pause")
    assert session(at).job.state == "paused"
    assert at.button(key="resume").label == "Continue"
    session(at).save(requested=True)
    session(at).change(lambda analysis: analysis.edited(topics=()), "nothing")
    assert "first results" in session(at).problem and session(at).view.analysis.topics
    assert catalogue().entries() == []

    again = new()
    again.query_params["job"] = token
    again.run()
    assert not again.exception
    run_until(again, lambda: session(again).view is not None)
    assert (
        session(again).job is session(at).job
        and session(again).folder.path != session(at).folder.path
    )
    assert session(again).source.name == "large.csv" and "First results" in said(again)
    press(again, "Continue")
    run_until(at, lambda: not session(at).is_working)
    run_until(again, lambda: not session(again).is_working)
    for each in (at, again):
        view = session(each).view
        assert view.partial is None and len(view.analysis.texts) == ROWS, session(each).problem
        assert "All 1,500 reviews are in" in said(each)
        assert "job" not in each.query_params
        assert view.folder.parent == session(each).folder.path
        assert not list(view.folder.parent.glob("*-first-*"))
    assert session(again).view.folder != session(at).view.folder
    view = session(at).view
    assert {view.analysis.texts[unit] for unit in session(at).analysis.selected} == chosen
    kept = at.multiselect(key=f"topics-{view.number}").value
    assert [view.analysis.topics[id].colour for id in kept] == [topic.colour]
    assert not session(at).file.history.past and catalogue().entries()


def test_all_reviews_are_on_the_map_while_passages_are_embedded(slow_worker):
    rows = (
        f"The {THINGS[n % 8]} of guest{n} was {THINGS[n % 3]} - but the {THINGS[n % 8]} was bad,en"
        for n in range(600)
    )
    at = start()
    upload(at, "\n".join(("review,language", *rows)).encode(), "clauses.csv")
    source = ReviewSource("clauses.csv", session(at).preview.path, 600)
    session(at).analyse(source, Settings(topic_count=4, unit="review"))
    at.run()
    run_until(at, lambda: (view := session(at).view) is not None and view.lacks_passages)
    shown = session(at).view
    assert "All 600 reviews are on the map" in said(at)
    assert shown.partial == (600, 600) and shown.analysis.coordinates is not None
    assert shown.file_name("reviews") == "reviews.csv"
    assert shown.analysis.searched_passages.raw.shape[0] == 600
    press(at, "Stop")
    run_until(at, lambda: not session(at).is_working)
    assert "Stopped: all 600 reviews are on the map" in said(at)
    press(at, "Continue")
    run_until(at, lambda: not session(at).is_working)
    whole = session(at).view
    assert not whole.is_partial and whole.number != shown.number
    assert len(whole.analysis.searched_passages) == len(whole.analysis.passages) == 1200
    assert (whole.analysis.coordinates == shown.analysis.coordinates).all()
    assert "All 600 reviews are in" in said(at)


def test_what_is_stopped_stays_and_goes_on(slow_worker):
    at = analyse(start(), LARGE.replace("guest", "guestX"))
    run_until(at, lambda: session(at).view is not None)
    press(at, "Stop")
    run_until(at, lambda: not session(at).is_working)
    reviews = session(at).view.partial[0]
    assert f"Stopped: this is {reviews:,} of 1,500 reviews" in said(at)
    assert "job" not in at.query_params
    at.switch_page("ui/pages/topics.py").run()
    assert not at.exception
    assert all(button.disabled for button in at.button if button.label == "Create topic")
    at.switch_page("ui/pages/explore.py").run()
    topics = [topic.name for topic in session(at).view.analysis.topics[:4]]
    press(at, "Continue")
    run_until(at, lambda: session(at).view.partial is None or session(at).view.partial[0] > reviews)
    assert [topic.name for topic in session(at).view.analysis.topics[:4]] == topics
    before = session(at).view
    if before.is_partial:  # other settings, before all is in: other topics, from anew
        at.multiselect(key=f"topics-{before.number}").set_value([3]).run()
        session(at).analysis.selected = (7,)
        text = before.analysis.texts[7]
        at.slider(key="topic_count").set_value(2).run()
        run_until(at, lambda: session(at).view is not before and not session(at).has_news)
        after = session(at).view
        assert len([topic for topic in after.analysis.topics if not topic.is_outlier]) == 2
        assert after.number != before.number and session(at).problem == ""
        assert {after.analysis.texts[unit] for unit in session(at).analysis.selected} <= {text}
    press(at, "Close and open another file")
    assert session(at).view is None and "job" not in at.query_params


def test_an_unknown_job_in_the_address_is_no_fault():
    at = new()
    at.query_params["job"] = "../../etc"
    at.run()
    assert not at.exception and session(at).job is None and "job" not in at.query_params


def test_a_folder_stays_while_a_job_works_in_it(slow_worker):
    one = SessionFolder(Workspace.current().sessions)
    folder = one.path
    (folder / "upload1").write_text(LARGE.replace("guest", "guestY"))
    source = ReviewSource("f", folder / "upload1", ROWS)
    request = AnalyseRequest(source, folder / "analysis2", Settings())
    job = slow_worker.submit(request, rows=ROWS)
    slow_worker.pause(job)
    del one
    gc.collect()
    assert (folder / "upload1").exists()
    other = SessionFolder(Workspace.current().sessions)
    other.hold(folder)
    slow_worker.stop(job)
    assert folder.exists()
    del other
    gc.collect()
    assert not folder.exists()
