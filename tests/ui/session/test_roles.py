"""A session in a workspace: what each role may do, and what one workspace knows of another."""

import json
from functools import partial

import pytest

from pipeline.access.access_file import AccessSource
from pipeline.access.audit import JsonAuditLog
from pipeline.access.grant import Grant
from pipeline.access.user import User
from pipeline.analysis.edits.history import apply_edit
from pipeline.analysis.notes import Note
from pipeline.common.errors import InputError
from pipeline.common.workspace import Workspace
from pipeline.jobs.job import Job
from pipeline.jobs.requests import AnalyseRequest
from tests.support.access import (
    ADMIN,
    ANALYST,
    HEADER,
    OTHER,
    ROOMS,
    STRANGER,
    VIEWER,
    write_access,
)
from tests.ui.session.test_session import SETTINGS, FakeWorker, finish, write
from ui.jobs.waiting import turns_for
from ui.session import address
from ui.session.session import Session


def rename(analysis):
    return apply_edit(analysis, {"do": "rename", "topic": analysis.topics[0].key, "name": "Pools"})


@pytest.fixture
def rooms(tmp_path):
    """Makes sessions of users in workspaces."""
    source = AccessSource(write_access(tmp_path, HEADER, ROOMS))

    def of(email, slug="europe"):
        workspace = Workspace(tmp_path / slug, tmp_path / "cache")
        grant = Grant(User(email, email), slug, source, JsonAuditLog(workspace.data))
        return Session(FakeWorker(), workspace, grant)

    return of


@pytest.fixture
def source(tmp_path):
    return write(tmp_path / "reviews.csv")


@pytest.fixture
def kept(rooms, source):
    """A session of ANALYST whose analysis is in the list."""
    session = rooms(ANALYST)
    session.analyse(source, SETTINGS)
    finish(session)
    assert not session.problem and session.link
    return session


def last(session):
    event = next(session.grant.audit.events())
    return event.user, event.action, event.outcome


def test_who_analyses_owns(kept):
    (entry,) = kept.catalogue().entries()
    assert entry.owner == ANALYST
    actions = [(e.action, e.outcome) for e in kept.grant.audit.events()]
    assert actions == [("analyse", "done")]


CHANGES = {
    "analyse": lambda session, source: session.analyse(source, SETTINGS),
    "analyse the sample": lambda session, _source: session.analyse_sample(),
    "other settings": lambda session, _source: session.analyse(
        session.source, SETTINGS.__class__(topic_count=3, unit="review", with_map=False)
    ),
    "edit": lambda session, _source: session.edit({"do": "split", "topic": 0}, "Split"),
    "change": lambda session, _source: session.change(rename, "Renamed"),
    "add": lambda session, source: session.add(source),
    "undo": lambda session, _source: session.undo(),
    "redo": lambda session, _source: session.redo(),
    "note": lambda session, _source: session.add_note(
        Note("0" * 16, "topic", "0", "Told them", "Vera", "2026-01-01T00:00:00+00:00")
    ),
    "save": lambda session, _source: session.save(requested=True),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_viewer_changes_nothing(rooms, kept, tmp_path, change):
    viewer = rooms(VIEWER)
    viewer.open_linked(kept.link)
    assert viewer.view is not None and viewer.is_locked
    before = {path.name: path.read_bytes() for path in files_of(kept)}
    CHANGES[change](viewer, write(tmp_path / "more.csv"))
    assert "Your role" in viewer.problem
    assert viewer.worker.requests == [] and viewer.job is None
    assert {path.name: path.read_bytes() for path in files_of(kept)} == before
    assert last(viewer)[0::2] == (VIEWER, "refused")


def files_of(session):
    folder = session.catalogue().path(session.link)
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_colleague_who_analyses_may_change_it(rooms, kept):
    colleague = rooms(OTHER)
    colleague.open_linked(kept.link)
    colleague.change(rename, "Renamed")
    assert not colleague.problem
    assert rooms(VIEWER).catalogue().open(kept.link).topics[0].name == "Pools"
    assert last(colleague) == (OTHER, "edit", "done")


def test_a_link_of_another_workspace_says_as_little_as_one_of_nothing(rooms, kept, source):
    unsaved = rooms(ANALYST)
    unsaved.analyse_sample()
    finish(unsaved, kept.view.original)
    assert unsaved.file.autosave.revision is None
    deleted = kept.catalogue().add(kept.view.original, name="Old", file="a.csv").token
    kept.catalogue().delete(deleted)
    said = set()
    for link in (kept.link, unsaved.link, deleted, "0" * 16, "0" * 32, "../europe", ""):
        stranger = rooms(STRANGER, "asia")
        with pytest.raises(InputError) as refused:
            stranger.open_linked(link)
        said.add(str(refused.value))
        assert stranger.view is None
    assert len(said) == 1
    assert STRANGER not in {e.user for e in kept.grant.audit.events()}
    friend = rooms(VIEWER)
    friend.open_linked(unsaved.link)  # within the workspace it is shared
    assert friend.view is not None


def test_a_job_is_followed_by_who_asked_for_it(rooms, source, monkeypatch):
    asked = rooms(ANALYST)
    request = AnalyseRequest(source, asked.folder.new_path(), SETTINGS)
    job = Job(1, request, 5, user=ANALYST, room="europe")
    monkeypatch.setattr(FakeWorker, "find", lambda self, token: job, raising=False)
    for other in (rooms(OTHER), rooms(VIEWER), rooms(STRANGER, "asia"), rooms(ADMIN, "asia")):
        address._follow(other, job.token)
        assert other.job is None and other.source is None
    address._follow(asked, job.token)
    assert asked.job is job


def test_jobs_have_their_user(rooms, source):
    asked = {}
    session = rooms(ANALYST)
    session.worker.submit = lambda request, **options: asked.update(options) or Job(0, request, 1)
    session.analyse(source, SETTINGS)
    assert (asked["user"], asked["room"]) == (ANALYST, "europe")


def test_who_waits_is_told_to_administrators_alone(rooms, source, tmp_path):
    job = partial(Job, 1, AnalyseRequest(source, tmp_path / "a", SETTINGS), 5)
    jobs = [job(user=ANALYST, room="europe"), job(user=STRANGER, room="asia"), job(user=OTHER)]
    jobs[2].room = "europe"

    def seen(email, slug="europe"):
        turns = turns_for(rooms(email, slug).grant, jobs)
        assert [turn.place for turn in turns] == [1, 2, 3]
        return [(turn.is_own, turn.user, turn.file) for turn in turns]

    mine, hidden = (True, ANALYST, "reviews.csv"), (False, "", "")
    assert seen(ANALYST) == [mine, hidden, hidden]
    assert seen(VIEWER) == [hidden] * 3
    assert seen(ADMIN) == [(False, *mine[1:]), hidden, (False, OTHER, "reviews.csv")]
    assert seen(ADMIN, "asia") == [hidden] * 3  # an analyst there
    assert seen(STRANGER, "asia") == [hidden, (True, STRANGER, "reviews.csv"), hidden]
    assert [turn.is_own for turn in turns_for(Grant(), jobs)] == [True] * 3


def test_the_log_names_no_text_of_a_review(kept, rooms):
    viewer = rooms(VIEWER)
    viewer.open_linked(kept.link)
    lines = (kept.workspace.data / "audit.jsonl").read_text()
    assert all(json.loads(line)["user"] for line in lines.splitlines())
    assert not any(text in lines for text in kept.view.original.texts)


def test_who_is_taken_out_does_nothing_more(rooms, kept):
    path = kept.grant.source.path
    path.write_text(HEADER + ROOMS.replace(f'"{ANALYST}", ', ""))
    kept.change(rename, "Renamed")
    assert "no longer signed in" in kept.problem
    with pytest.raises(InputError, match="no longer signed in"):
        kept.catalogue()


def test_a_viewer_saves_no_search_and_judges_no_hit(rooms, kept):
    viewer = rooms(VIEWER)
    viewer.open_linked(kept.link)
    viewer.search.set_searches(["pool"])
    viewer.search.judge("pool", kept.view.original.ids[0], True)
    assert viewer.search.searches == [] and viewer.search.golden == ()
    assert "Your role" in viewer.search.problem
    kept.search.judge("pool", kept.view.original.ids[0], True)
    assert kept.search.golden and not kept.search.problem
    assert last(kept) == (ANALYST, "edit", "done")
