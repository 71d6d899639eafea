"""The session without Streamlit: a fake client stands for the worker, analyses are real."""

import gc
from dataclasses import replace
from functools import partial

import pytest

from pipeline.analysis.analysis import Settings
from pipeline.analysis.edits.history import apply_edit
from pipeline.analysis.run import analyse
from pipeline.analysis.storage import save_analysis
from pipeline.common.errors import InputError
from pipeline.common.workspace import Workspace
from pipeline.jobs.job import Job
from pipeline.jobs.requests import AddRequest, AnalyseRequest
from pipeline.library.catalogue import Catalogue
from pipeline.reviews.source import ReviewSource
from tests.support.fake_encoder import FakeEncoder
from ui.session.open_analysis import Shown
from ui.session.page_paths import CHANGES, EXPLORE
from ui.session.session import Session

SETTINGS = Settings(topic_count=2, unit="review", with_map=False)
ROWS = [f"{thing} was {how}" for thing in ("Bed", "Pool", "Bar") for how in ("big", "old", "odd")]


class FakeWorker:
    """Takes requests; a test says what becomes of each."""

    def __init__(self):
        self.requests, self.jobs = [], []

    def submit(self, request, *, rows, **_asked):
        job = Job(len(self.jobs), request, rows)
        self.requests.append(request)
        self.jobs.append(job)
        return job

    def stop(self, job):
        if not job.finished:
            job.state = "stopped"

    def pause(self, job):
        job.state = "paused"

    def resume(self, job):
        job.state = "waiting"


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path / "data", tmp_path / "cache")


@pytest.fixture
def session(workspace):
    return Session(FakeWorker(), workspace)


@pytest.fixture
def source(tmp_path):
    return write(tmp_path / "reviews.csv")


def write(path, rows=ROWS):
    path.write_text("review\n" + "\n".join(rows))
    return ReviewSource(path.name, path, len(rows))


def made(source, settings=SETTINGS):
    """What the worker makes of a file."""
    encoder = FakeEncoder()
    return analyse(source.read(), settings, name=source.name, encoder=encoder)


def finish(session, analysis=None):
    """Let the worker end the job under way, with this analysis."""
    request = session.worker.requests[-1]
    if analysis is None:
        analysis = made(request.source, getattr(request, "settings", SETTINGS))
    save_analysis(analysis, request.target)
    session.job.state = "done"
    return session.update()


def opened(session, source):
    session.analyse(source, SETTINGS)
    finish(session)
    return session


def test_nothing_is_open_at_first(session):
    assert session.analysis.shown is Shown.NOTHING
    assert (session.view, session.source, session.job) == (None, None, None)
    assert not session.is_working and not session.is_locked and not session.has_news
    assert session.update() == ""
    session.undo()
    session.jobs.stop()
    session.save()
    assert session.problem == ""


def test_a_file_is_analysed_shown_and_kept(session, source, workspace):
    session.analyse(source, SETTINGS)
    assert session.is_working and session.is_locked and session.opened_file
    assert session.update() == ""  # nothing has come yet
    assert finish(session) == EXPLORE
    assert session.analysis.shown is Shown.COMPLETE and not session.is_working
    assert session.settings_changed and session.analysis.requested == SETTINGS
    assert not session.file.history.past  # there is nothing to go back to
    (entry,) = Catalogue(workspace.analyses).entries()
    assert entry.token == session.file.autosave.revision.token and entry.reviews == len(ROWS)


def test_other_settings_replace_what_is_shown_and_can_be_undone(session, source):
    first = opened(session, source).view
    session.analyse(source, replace(SETTINGS, topic_count=3), label="Three topics")
    assert session.view is first and session.is_locked
    assert finish(session) == ""  # the page that is open stays
    assert len(session.view.original.topics) == 3
    assert [step.label for step in session.file.history.past] == ["Three topics"]
    session.undo()
    assert session.analysis.requested.topic_count == 2 and session.file.history.future
    session.redo()
    assert session.analysis.requested.topic_count == 3


def test_a_job_that_was_refused_says_why_and_leaves_what_is_shown(session, source):
    view = opened(session, source).view
    session.analyse(source, replace(SETTINGS, topic_count=9))
    session.job.state, session.job.message = "refused", "Too many topics"
    assert session.update() == ""
    assert session.view is view and session.problem == "Too many topics"
    assert session.analysis.requested == SETTINGS and not session.is_working


def test_a_result_that_is_gone_is_a_problem_not_a_crash(session, source):
    session.analyse(source, SETTINGS)
    session.job.state = "done"
    assert session.update() == ""
    assert session.problem and session.view is None and not session.is_working


def test_stop_pause_and_resume_reach_the_worker(session, source):
    session.analyse(source, SETTINGS)
    session.jobs.pause()
    assert session.job.state == "paused"
    session.jobs.resume()
    assert session.job.state == "waiting"
    session.jobs.stop()
    assert session.is_working  # until the page has taken note of it
    session.update()
    assert not session.is_working


def test_an_edit_can_be_undone_and_is_kept(session, source, workspace):
    key = opened(session, source).view.original.topics[0].key
    edit = {"do": "rename", "topic": key, "name": "Mine"}
    number = session.view.number
    session.change(partial(apply_edit, edit=edit), "Renamed")
    assert session.view.original.topics[0].name == "Mine" and session.view.number == number
    (entry,) = Catalogue(workspace.analyses).entries()
    assert Catalogue(workspace.analyses).open(entry.token).topics[0].name == "Mine"
    session.undo()
    assert session.view.original.topics[0].name != "Mine"
    session.change(partial(apply_edit, edit=edit | {"topic": "no such"}), "Renamed")
    assert session.problem and not session.file.history.past


def test_added_files_are_added_again_to_a_new_analysis(session, source, tmp_path):
    opened(session, source)
    more = write(tmp_path / "june.csv", [f"June {row}" for row in ROWS])
    session.add(more)
    both = made(write(tmp_path / "both.csv", [*ROWS, *(f"June {row}" for row in ROWS)]))
    assert finish(session, both) == CHANGES
    assert session.view.added == (more,) and session.analysis.sources == (source, more)
    session.analyse(source, replace(SETTINGS, topic_count=3))
    assert session.work.to_add == (more,)
    assert finish(session) == ""
    request = session.worker.requests[-1]
    assert isinstance(request, AddRequest) and request.source == more
    assert session.is_working and session.work.to_add == ()
    finish(session, both)
    assert session.view.added == (more,) and not session.is_working


def partial_result(session, source, count):
    """A partial result of the job under way."""
    request = next(r for r in session.worker.requests[::-1] if isinstance(r, AnalyseRequest))
    folder = request.partial_base.with_name(f"{request.partial_base.name}-first-{count}")
    analysis = made(write(source.path.with_name(f"part{count}.csv"), ROWS[:count]))
    early = {"reviews": count, "of": len(ROWS), "steps": [count]}
    save_analysis(replace(analysis, report=analysis.report | {"early": early}), folder)
    return folder


def test_partial_results_are_shown_until_all_reviews_are_in(session, source, announce, workspace):
    session.analyse(source, SETTINGS)
    announce(session, partial_result(session, source, 5), 5)
    assert session.has_news
    assert session.update() == EXPLORE
    assert session.analysis.shown is Shown.PARTIAL and session.is_locked and not session.has_news
    session.change(lambda analysis: analysis, "Nothing")
    assert "first results" in session.problem
    session.save(requested=True)
    assert Catalogue(workspace.analyses).entries() == []
    folder = session.view.folder
    session.search.judge("big", session.view.original.ids[0], True)
    assert finish(session) == ""  # the user is there already
    assert session.analysis.shown is Shown.COMPLETE and session.file.partial.replaced is not None
    assert session.file.partial.completed == (session.view.number, 5) and not folder.exists()
    assert not session.file.history.past and len(session.search.golden) == 1
    assert (session.view.folder / "golden.json").is_file()  # judged in the partial result


def test_a_stopped_partial_result_stays_and_its_job_is_continued(session, source, announce):
    session.analyse(source, SETTINGS)
    base = session.file.partial.base
    announce(session, partial_result(session, source, 5), 5)
    session.update()
    session.jobs.stop()
    session.update()
    assert session.analysis.shown is Shown.PARTIAL and not session.is_working
    session.continue_partial()
    assert session.is_working and session.worker.requests[-1].partial_base == base
    assert session.worker.requests[-1].settings == SETTINGS


@pytest.fixture
def announce():
    """Lets the job under way say that there is a partial result."""
    from pipeline.jobs.job import PartialResult

    def say(session, folder, count):
        session.job.partial_result = PartialResult(folder, count, len(ROWS))

    return say


def test_a_kept_analysis_is_opened_with_its_file(session, source, workspace):
    opened(session, source)
    token = session.file.autosave.revision.token
    other = Session(FakeWorker(), workspace)
    other.open_kept(token)
    assert other.analysis.shown is Shown.COMPLETE and other.opened_file
    assert other.source.path.read_bytes() == source.path.read_bytes()
    assert other.source.path.parent == other.folder.path
    assert other.file.autosave.revision.token == token
    other.close()
    assert other.source is None and other.analysis.shown is Shown.NOTHING


def test_the_same_file_takes_over_edits_and_judgements(session, source, workspace):
    key = opened(session, source).view.original.topics[0].key
    edit = {"do": "rename", "topic": key, "name": "Mine"}
    session.change(partial(apply_edit, edit=edit), "Renamed")
    session.search.judge("big", session.view.original.ids[0], True)
    session.save_searches()
    other = Session(FakeWorker(), workspace)
    other.analyse(source, SETTINGS)
    assert (other.worker.requests[-1].edits_from / "analysis.json").is_file()
    finish(other)
    assert other.search.golden == session.search.golden
    assert len(Catalogue(workspace.analyses).entries()) == 2


def test_a_view_that_was_left_is_read_from_its_folder_again(session, source):
    first = opened(session, source).view
    session.analyse(source, replace(SETTINGS, space="raw"), label="Raw")
    finish(session)
    step = session.file.history.past[-1]
    assert step.view.load().original.settings == first.original.settings


def rename_first_topic(session):
    edit = {"do": "rename", "topic": session.view.original.topics[0].key, "name": "Beds"}
    session.change(partial(apply_edit, edit=edit), "Renamed")


def another(workspace):
    """The session of another tab, or of the page that was loaded again."""
    return Session(FakeWorker(), workspace)


def test_a_saved_analysis_is_found_by_its_address(session, source, workspace):
    rename_first_topic(opened(session, source))
    again = another(workspace)
    again.open_linked(session.link)
    assert again.link == session.link == session.file.autosave.revision.token
    assert again.view.original.topics[0].name == session.view.original.topics[0].name == "Beds"
    again.undo()  # of the other session: nothing happens
    assert again.view.original.topics[0].name == "Beds" and again.problem == ""


def test_an_unsaved_analysis_is_found_while_its_session_lives(
    session, source, workspace, monkeypatch
):
    monkeypatch.setenv("POLYGUEST_KEEP", "0")
    rename_first_topic(opened(session, source))
    link = session.link
    assert len(link) == 32 and session.file.autosave.revision is None
    again = another(workspace)
    again.open_linked(link)
    assert again.link != link  # from now on they go their own ways
    assert again.view.original.topics[0].name == "Beds"
    session.undo()
    assert session.view.original.topics[0].name != "Beds" == again.view.original.topics[0].name
    session.close()
    assert again.source.path.is_file() and again.view.folder.is_dir()
    with pytest.raises(InputError, match="no longer here"):
        another(workspace).open_linked(link)


def test_files_of_a_session_stay_while_another_shows_them(session, workspace, monkeypatch):
    monkeypatch.setenv("POLYGUEST_KEEP", "0")
    opened(session, write(session.folder.path / "reviews.csv"))
    again, third = another(workspace), another(workspace)
    again.open_linked(session.link)
    third.open_linked(again.link)
    path = session.folder.path
    session.close()
    again.close()
    for ended in (session, again):
        del ended.folder, ended.jobs, ended.file
    gc.collect()
    assert third.source.path.is_file() and path.is_dir()


def test_an_address_of_what_is_gone_says_what_to_do(session, source, workspace):
    link = opened(session, source).link
    session.catalogue().delete(link)
    with pytest.raises(InputError, match="was deleted: restore it on the page Analyses"):
        another(workspace).open_linked(link)
    for unknown in ("0" * 16, "0" * 32, "../../etc", ""):
        with pytest.raises(InputError, match="no longer here"):
            another(workspace).open_linked(unknown)


def test_an_address_names_complete_analyses_only(session, source):
    assert session.link is None
    session.analyse(source, SETTINGS)
    assert session.link is None
    finish(session)
    assert session.link
    session.close()
    assert session.link is None


def test_other_settings_that_were_under_way_are_followed(session, source, workspace):
    opened(session, source)
    session.analyse(session.source, replace(SETTINGS, topic_count=3))
    again = another(workspace)
    again.open_linked(session.link)
    request = session.worker.requests[-1]
    again.follow(session.job, request.source, request.settings, request.partial_base)
    assert again.view is not None and again.is_working
    save_analysis(made(source, request.settings), request.target)
    session.job.state = "done"
    assert again.update() == ""
    assert len(again.view.original.topics) == 3 and again.link == session.link


def test_a_job_of_another_file_does_not_take_the_place_of_what_is_saved(
    session, source, workspace, tmp_path
):
    link = opened(session, source).link
    other = opened(another(workspace), write(tmp_path / "other.csv", ROWS[:5]))
    other.analyse(other.source, SETTINGS)
    again = another(workspace)
    again.open_linked(link)
    request = other.worker.requests[-1]
    again.follow(other.job, request.source, request.settings, request.partial_base)
    assert again.view is None and again.file.autosave.revision is None
