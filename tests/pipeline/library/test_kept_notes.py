"""Notes on saved analyses: shared, never lost, and there in trash, export, backup and edits."""

import json
import zipfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from pipeline.analysis.edits.history import apply_edit
from pipeline.analysis.notes import NOTES_FILE, load_notes, note_on_review, note_on_topic
from pipeline.analysis.storage import load_analysis, save_analysis, save_state
from pipeline.cli.main import main
from pipeline.common.errors import InputError
from pipeline.database.connection import open_database
from pipeline.library.backup import restore_backup, write_backup
from pipeline.library.catalogue import Catalogue
from pipeline.library.checkout import add_folder, checkout, commit
from pipeline.library.database_home import DatabaseHome
from pipeline.library.kept_notes import change_kept_notes, load_kept_notes
from pipeline.library.verification import find_damage
from tests.support.analyses import three_topics
from tests.support.fake_encoder import FakeEncoder


@pytest.fixture(scope="module")
def analysis(file_cache):
    return three_topics(FakeEncoder())


@pytest.fixture(params=["folder", "database"])
def catalogue(request, tmp_path):
    if request.param == "folder":
        return Catalogue(tmp_path / "analyses")
    database = open_database(request.getfixturevalue("database_address"))
    return Catalogue(DatabaseHome(database, tmp_path / "analyses"))


@pytest.fixture
def token(catalogue, analysis):
    return catalogue.add(analysis, name="March").token


def written(catalogue, token, analysis):
    notes = (
        note_on_topic(analysis, analysis.topics[0], "told the chief engineer", "Ana"),
        note_on_review(analysis, 2, "answered", "Om"),
    )
    for note in notes:
        change_kept_notes(catalogue, token, add=note)
    return notes


def test_writers_at_once_lose_nothing(catalogue, token, analysis):
    notes = [note_on_review(analysis, row, f"note {row}", "Ana") for row in range(24)]
    lists = [Catalogue(catalogue.folder) for _ in range(4)]  # as of four processes
    with ThreadPoolExecutor(4) as pool:
        list(
            pool.map(
                lambda n: change_kept_notes(lists[n[0] % 4], token, add=n[1]), enumerate(notes)
            )
        )
    assert set(load_kept_notes(catalogue, token)) == set(notes)


def test_notes_go_to_the_trash_and_come_back(catalogue, token, analysis):
    notes = written(catalogue, token, analysis)
    catalogue.delete(token)
    with pytest.raises(InputError):
        change_kept_notes(catalogue, token, add=notes[0])
    catalogue.undelete(token)
    assert load_kept_notes(catalogue, token) == notes


def test_notes_stay_when_somebody_else_commits_edits_or_another_analysis(
    catalogue, token, analysis, tmp_path
):
    base, *_ = checkout(catalogue, token, tmp_path / "own")
    notes = written(catalogue, token, analysis)  # meanwhile
    edit = {"do": "rename", "topic": analysis.topics[0].key, "name": "Mine"}
    edited = apply_edit(analysis, edit)
    save_state(edited, tmp_path / "own")
    base = commit(catalogue, base, edited, tmp_path / "own", notes={})
    assert load_kept_notes(catalogue, token) == notes
    save_analysis(analysis, tmp_path / "other")  # as with other settings
    commit(catalogue, base, analysis, tmp_path / "other", notes={})
    assert load_kept_notes(catalogue, token) == notes
    assert load_analysis(catalogue.path(token)).topics == analysis.topics
    checkout(catalogue, token, tmp_path / "again")
    assert load_notes(tmp_path / "again") == notes
    revision, _ = add_folder(
        catalogue, analysis, tmp_path / "again", name="Beside", file="", notes={}
    )
    change_kept_notes(catalogue, revision.token, remove=notes[0].id)
    assert load_kept_notes(catalogue, token) == load_notes(tmp_path / "again") == notes


def test_notes_are_exported_imported_backed_up_and_restored(catalogue, token, analysis, tmp_path):
    notes = written(catalogue, token, analysis)
    catalogue.export(token, tmp_path / "one.zip")
    imported = catalogue.import_archive(tmp_path / "one.zip")
    assert load_kept_notes(catalogue, imported.token) == notes
    write_backup(catalogue, tmp_path / "backup.zip")
    other = Catalogue(tmp_path / "other")
    assert all(each.is_new for each in restore_backup(other, tmp_path / "backup.zip"))
    assert load_kept_notes(other, token) == notes


def test_a_note_in_a_foreign_archive_is_checked(catalogue, token, analysis, tmp_path):
    notes = written(catalogue, token, analysis)
    catalogue.export(token, tmp_path / "one.zip")
    bad = {**notes[0].to_json(), "author": ["<script>"]}
    with (
        zipfile.ZipFile(tmp_path / "one.zip") as old,
        zipfile.ZipFile(tmp_path / "bad.zip", "w") as new,
    ):
        for member in old.infolist():
            data = old.read(member)
            if member.filename == NOTES_FILE:
                data = json.dumps({"notes": [bad, notes[1].to_json()]}).encode()
            new.writestr(member, data)
    imported = catalogue.import_archive(tmp_path / "bad.zip")
    assert load_kept_notes(catalogue, imported.token) == notes[1:]


def test_damaged_notes_are_found(catalogue, token, analysis):
    written(catalogue, token, analysis)
    assert find_damage(catalogue.path(token)) == []
    (catalogue.path(token) / NOTES_FILE).write_text("{}")
    assert find_damage(catalogue.path(token)) == [f"{NOTES_FILE} is not what was written"]


def test_the_command_lists_notes(analysis, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("POLYGUEST_DATA", str(tmp_path))
    catalogue = Catalogue(tmp_path / "analyses")
    token = catalogue.add(analysis, name="March").token
    run = partial(main, program="polyguest")
    assert run(["analyses", "notes", "March"]) == 0
    assert capsys.readouterr().out == "no notes yet\n"
    written(catalogue, token, analysis)
    assert run(["analyses", "notes", str(catalogue.path(token)), "--json"]) == 0
    on_topic, on_review = json.loads(capsys.readouterr().out)
    assert on_topic["topic"] == analysis.topics[0].name and on_topic["review"] is None
    assert on_topic["text"] == "told the chief engineer" and on_topic["author"] == "Ana"
    assert on_review["review"] == analysis.ids[2] and on_review["topic"] is None
    assert run(["analyses", "notes", "March"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 and lines[1].endswith(f"review {analysis.ids[2]}: answered")
    assert run(["analyses", "notes", "April"]) == 2
    assert "no analysis 'April'" in capsys.readouterr().err
