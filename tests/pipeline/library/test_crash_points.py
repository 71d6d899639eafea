"""Killed before any step, a change leaves the old or the new state, and the next run works."""

import os
import re
import shutil

import pytest

from pipeline.analysis.add_file import add_reviews
from pipeline.analysis.analysis import Settings
from pipeline.analysis.edits.history import apply_edit
from pipeline.analysis.manifest import damaged_files
from pipeline.analysis.run import analyse
from pipeline.analysis.storage import TABLES, load_analysis, save_analysis, save_state
from pipeline.common.progress import StageLog
from pipeline.jobs.job import Job, JobState
from pipeline.jobs.queue import JobFiles
from pipeline.jobs.requests import AnalyseRequest
from pipeline.library.catalogue import Catalogue
from pipeline.library.checkout import add_folder, checkout, commit, damaged_extras
from pipeline.library.cross_search import search_all
from pipeline.library.search_store import update_search_store
from pipeline.reviews.read import read_reviews
from pipeline.reviews.source import ReviewSource
from pipeline.search.query import parse_query
from pipeline.search.saved import SavedSearch, load_searches, save_searches
from tests.support.crash_points import crash_points
from tests.support.fake_encoder import FakeEncoder

pytestmark = pytest.mark.slow  # hundreds of small folders

THINGS = ("pool", "noise", "staff")


def reviews(count, start=0):
    rows = [f"A{n},en,the {THINGS[n % 3]} was number {n}. It is so" for n in range(start, count)]
    return read_reviews("\n".join(["review_id,language,review", *rows]).encode(), name="made.csv")


def renamed(analysis, name):
    edit = {"do": "rename", "topic": analysis.topics[0].key, "name": name}
    return apply_edit(analysis, edit, encoder=FakeEncoder())


@pytest.fixture(scope="module")
def old(file_cache):
    settings = Settings(topic_count=3, with_map=False, unit="sentence")
    analysis = analyse(reviews(12), settings, encoder=FakeEncoder(), use_cache=False)
    return renamed(analysis, "Mine")


@pytest.fixture(scope="module")
def new(old):
    """Of other reviews, grouped otherwise, with the user's edit."""
    settings = Settings(topic_count=3, with_map=False, unit="review")
    analysis = analyse(reviews(15), settings, encoder=FakeEncoder(), use_cache=False)
    return renamed(analysis, "Mine")


@pytest.fixture(scope="module")
def added(old):
    return add_reviews(
        old,
        reviews(18, start=12),
        name="more.csv",
        encoder=FakeEncoder(),
        log=StageLog(lambda *_: None),
        use_cache=False,
    )


def seen(folder):
    """What a user finds in an analysis folder, its tables included."""
    analysis = load_analysis(folder)
    assert damaged_files(folder) == []
    tables = tuple((folder / name).is_file() and (folder / name).read_text() for name in TABLES)
    named = tuple(topic.name for topic in analysis.topics)
    return analysis.texts, named, analysis.edits, tables


def names_in(point):
    """The names in a folder without what is within scratch folders, and with random parts cut."""
    paths = [path.relative_to(point).as_posix() for path in point.rglob("*")]
    return tuple(sorted({re.sub(r"[0-9a-f]{16}(\.tmp/.*)?", "", path) for path in paths}))


def old_or_new(points, state, again):
    """Check all points, and that the change can be made again; how many points there were."""
    before, after = state(points[0]), state(points[-1])
    assert before != after
    names: set[tuple[str, ...]] = set()
    for point in points:
        left = names_in(point)
        assert state(point) in (before, after), point.name
        if left in names:
            continue
        names.add(left)
        again(point)
        assert state(point) == after, point.name
        leftovers = [path.name for path in point.rglob(".*") if path.name != ".gitignore"]
        assert not leftovers, (point.name, leftovers)
    return len(points)


@pytest.mark.parametrize("change", ["analyse", "add"])
def test_an_analysis_folder_is_replaced_as_a_whole(old, new, added, tmp_path, change):
    folder = tmp_path / "work" / "out"
    save_analysis(old, folder)
    (folder / "notes.txt").write_text("mine")
    result = new if change == "analyse" else added
    points = crash_points(
        tmp_path / "work", tmp_path / "points", lambda: save_analysis(result, folder)
    )
    count = old_or_new(
        points, lambda at: seen(at / "out"), lambda at: save_analysis(result, at / "out")
    )
    assert count > 15
    assert all((at / "out" / "notes.txt").read_text() == "mine" for at in points)


@pytest.mark.parametrize("tables", [True, False])
def test_edits_are_saved_as_a_whole(old, tmp_path, tables):
    folder, edited = tmp_path / "work" / "out", renamed(old, "Yours")
    save_analysis(old, folder)
    points = crash_points(
        tmp_path / "work",
        tmp_path / "points",
        lambda: save_state(edited, folder, tables=tables),
    )
    assert old_or_new(
        points,
        lambda at: seen(at / "out"),
        lambda at: save_state(edited, at / "out", tables=tables),
    )


@pytest.mark.parametrize("change", ["edit", "replace"])
def test_a_session_commits_as_a_whole(old, new, tmp_path, change):
    work, own = tmp_path / "work", tmp_path / "own"
    (tmp_path / "made.csv").write_text("a file")
    save_analysis(old, own)
    catalogue = Catalogue(work)
    revision, entry = add_folder(
        catalogue, old, own, name="One", file="made.csv", notes={}, files=[tmp_path / "made.csv"]
    )
    result = renamed(old, "Yours") if change == "edit" else new
    if change == "edit":
        save_state(result, own, tables=False)
    else:
        own = tmp_path / "newer"
        save_analysis(new, own)
    save_searches(own, [SavedSearch("Loud", "loud at night")])

    def make(at):
        found = Catalogue(at)
        base = checkout(found, entry.token, tmp_path / f"session-{at.name}")[0]
        shutil.rmtree(tmp_path / f"session-{at.name}")
        files = [tmp_path / "made.csv"]
        commit(found, base, result, own, notes={"files": ["it"]}, files=files)

    def state(at):
        (entry,) = Catalogue(at).entries()
        folder = Catalogue(at).path(entry.token)
        assert damaged_extras(folder, everything=True) == []
        return seen(folder), entry.reviews, load_searches(folder)

    points = crash_points(work, tmp_path / "points", lambda: make(work))
    assert old_or_new(points, state, make) > 10


def listed(at):
    catalogue = Catalogue(at)
    for entry in catalogue.entries():
        assert catalogue.open(entry.token).edits
    names = [[e.name for e in entries] for entries in (catalogue.entries(), catalogue.trashed())]
    return sorted(names[0]), sorted(names[1])


def once(action):
    """An action on the only analysis, unless it was done before the process was killed."""

    def act(at):
        catalogue = Catalogue(at)
        entries = catalogue.entries() if action == "delete" else catalogue.trashed()
        for entry in entries:
            getattr(catalogue, action)(entry.token)

    return act


@pytest.mark.parametrize("action", ["add", "import", "rename", "delete", "undelete", "remove"])
def test_the_list_is_changed_as_a_whole(old, tmp_path, action):
    work = tmp_path / "work"
    catalogue = Catalogue(work)
    if action == "import":
        token = catalogue.add(old, name="One").token
        catalogue.export(token, tmp_path / "one.zip")
        catalogue.delete(token)
        catalogue.remove(token)
    elif action != "add":
        token = catalogue.add(old, name="One").token
        if action in ("undelete", "remove"):
            catalogue.delete(token)

    def act(at):
        if action in ("add", "import"):
            if not Catalogue(at).entries():
                if action == "add":
                    Catalogue(at).add(old, name="One")
                else:
                    Catalogue(at).import_archive(tmp_path / "one.zip")
        elif action == "rename":
            Catalogue(at).rename(token, "Two")
        else:
            once(action)(at)

    points = crash_points(work, tmp_path / "points", lambda: act(work))
    assert old_or_new(points, listed, act)


def test_a_search_store_is_filled_from_any_point(old, tmp_path):
    work = tmp_path / "work"
    folder = Catalogue(work).path(Catalogue(work).add(old, name="One").token)

    def fill(at):
        update_search_store(at / folder.name)

    def found(at):
        result = search_all(
            Catalogue(at),
            parse_query("the pool was number 3"),
            lambda text, model: FakeEncoder().encode_queries([text])[0],
        )
        assert result.hits or result.pending
        return [(hit.text, hit.topic, hit.score) for hit in result.hits]

    points = crash_points(work, tmp_path / "points", lambda: fill(work))
    assert old_or_new(points, found, fill) > 10


def test_job_files_are_read_from_any_point(tmp_path):
    work, source = tmp_path / "work", tmp_path / "made.csv"
    source.write_text("review\nfine")
    request = AnalyseRequest(ReviewSource("made.csv", source, 1), tmp_path / "out", Settings())
    job = Job(1, request, 1)
    files = JobFiles(work)
    files.save(job)
    files.close()

    def save(at):
        job.state = JobState.PAUSED
        files = JobFiles(at)
        files.save(job)
        files.close()

    def state(at):
        files = JobFiles(at)
        try:
            return [(job.token, job.state) for job in files.load()]
        finally:
            files.close()

    points = crash_points(work, tmp_path / "points", lambda: save(work))
    job.state = JobState.WAITING
    assert old_or_new(points, state, save)


def test_what_is_kept_is_on_the_disk(old, new, tmp_path, monkeypatch):
    """Files and the folders that have their names are synced before "kept" is said."""
    synced = set()
    monkeypatch.setattr(os, "fsync", lambda handle: synced.add(os.fstat(handle).st_ino))

    def check(*folders):
        for folder in folders:
            kept = [folder, *(path for path in folder.iterdir() if path.is_file())]
            unsynced = [path.name for path in kept if path.stat().st_ino not in synced]
            assert unsynced in ([], ["lock"]), (folder, unsynced)
        synced.clear()

    own = tmp_path / "own"
    save_analysis(old, own)
    check(tmp_path, own)
    catalogue = Catalogue(tmp_path / "kept")
    (tmp_path / "made.csv").write_text("a file")
    about = {"name": "One", "file": "made.csv", "notes": {}, "files": [tmp_path / "made.csv"]}
    revision, entry = add_folder(catalogue, old, own, **about)
    folder = catalogue.path(entry.token)
    check(catalogue.folder, folder)
    save_state(renamed(old, "Yours"), own, tables=False)
    revision = commit(catalogue, revision, renamed(old, "Yours"), own, notes={})
    assert {folder.stat().st_ino, (folder / "entry.json").stat().st_ino} <= synced
    synced.clear()
    save_analysis(new, tmp_path / "newer")
    commit(catalogue, revision, new, tmp_path / "newer", notes={})
    check(folder)
    catalogue.delete(entry.token)
    check(catalogue.folder, catalogue.folder / "trash")
    catalogue.undelete(entry.token)
    check(catalogue.folder, catalogue.folder / "trash")
