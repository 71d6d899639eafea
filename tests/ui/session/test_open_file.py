"""The parts of an open file without a worker and without pages."""

from functools import partial

import pytest

from pipeline.access.grant import Grant
from pipeline.analysis.edits.history import apply_edit
from pipeline.analysis.notes import note_on_topic
from pipeline.analysis.storage import save_analysis
from pipeline.common.workspace import Workspace
from pipeline.library.catalogue import Catalogue
from tests.ui.session.test_session import SETTINGS, made, write
from ui.session.autosave import Autosave
from ui.session.folders import SessionFolder
from ui.session.open_file import OpenFile
from ui.session.view import open_view


@pytest.fixture
def file(tmp_path):
    """A file whose analysis is shown."""
    workspace = Workspace(tmp_path / "data", tmp_path / "cache")
    folder, source = SessionFolder(workspace.sessions), write(tmp_path / "reviews.csv")
    file = OpenFile(folder, Grant(), Autosave(workspace), source)
    path = folder.new_path()
    save_analysis(made(source), path)
    assert file.show(open_view(folder.next_number(), path, language="en")) == ""
    return file


def rename(file, name):
    key = file.analysis.view.original.topics[0].key
    return file.change(partial(apply_edit, edit={"do": "rename", "topic": key, "name": name}), name)


def name_of_first(file):
    return file.analysis.view.original.topics[0].name


def test_an_edit_is_kept_and_travels_both_ways(file, tmp_path):
    before = name_of_first(file)
    assert rename(file, "Beds") == ""
    assert [step.label for step in file.history.past] == ["Beds"]
    (entry,) = Catalogue(tmp_path / "data" / "analyses").entries()
    assert file.link == entry.token == file.rights.logged_as()[0]
    assert file.undo() == "" and name_of_first(file) == before
    assert file.redo() == "" and name_of_first(file) == "Beds"
    assert file.redo() == ""  # pressed twice
    refused = file.change(partial(apply_edit, edit={"do": "rename", "topic": "none"}), "")
    assert refused and len(file.history.past) == 1


def test_a_request_repeats_the_edits_and_goes_on_from_nothing_complete(file):
    request = file.request_analysis(SETTINGS)
    assert (request.edits_from, request.partial_base) == (None, None)
    rename(file, "Beds")
    request = file.request_analysis(SETTINGS)
    assert request.edits_from == file.analysis.view.folder
    assert file.analysis.requested == SETTINGS


def test_a_note_saves_what_was_not_saved(file):
    view = file.analysis.view.original
    assert file.autosave.revision is None
    note = note_on_topic(view, view.topics[0], "told them", "Ana")
    assert file.add_note(note) == ""
    assert file.autosave.revision is not None and file.notebook.notes() == (note,)
    assert file.remove_note(note) == "" and file.notebook.removed == note


def test_a_file_is_known_by_its_bytes(file, tmp_path):
    assert file.is_same_as(write(tmp_path / "copy.csv"))
    assert not file.is_same_as(write(tmp_path / "other.csv", ["One"]))
