"""Notes in sessions: shared where an analysis is saved, carried along where it isn't."""

from dataclasses import replace
from functools import partial

import pytest

from pipeline.analysis.edits.history import apply_edit
from pipeline.analysis.notes import load_notes, note_on_review, note_on_topic
from pipeline.common.workspace import Workspace
from tests.ui.session.test_session import (
    SETTINGS,
    FakeWorker,
    another,
    finish,
    opened,
    rename_first_topic,
    write,
)
from ui.session.session import Session


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path / "data", tmp_path / "cache")


@pytest.fixture
def session(workspace, tmp_path):
    return opened(Session(FakeWorker(), workspace), write(tmp_path / "reviews.csv"))


def on_topic(session, text="told the chief engineer", author="Ana"):
    view = session.view.original
    note = note_on_topic(view, view.topics[0], text, author)
    session.add_note(note)
    assert session.problem == ""
    return note


def test_sessions_of_a_saved_analysis_see_each_others_notes(session, workspace):
    colleague = another(workspace)
    colleague.open_kept(session.link)
    mine, theirs = on_topic(session), on_topic(colleague, "done", "Om")
    assert session.file.notebook.notes() == colleague.file.notebook.notes() == (mine, theirs)
    session.remove_note(theirs)
    assert colleague.file.notebook.notes() == (mine,)
    session.add_note(session.file.notebook.removed)
    assert (
        colleague.file.notebook.notes() == (mine, theirs) and session.file.notebook.removed is None
    )
    assert session.file.notebook.author == "Om"  # of the note that was added last


def test_notes_outlive_edits_undo_other_settings_and_a_conflict(session, workspace):
    note = on_topic(session)
    rename_first_topic(session)
    session.undo()
    assert session.file.notebook.notes() == (note,)
    session.analyse(session.source, replace(SETTINGS, topic_count=3))
    finish(session)
    assert session.file.notebook.notes() == (note,)
    colleague = another(workspace)
    colleague.open_kept(session.link)
    late = on_topic(session, "and the manager")
    rename_first_topic(session)
    topic = colleague.view.original.topics[1].key
    colleague.change(partial(apply_edit, edit={"do": "hide", "topic": topic, "hidden": True}), "")
    assert "your work is kept as" in colleague.problem and colleague.link != session.link
    assert colleague.file.notebook.notes() == session.file.notebook.notes() == (note, late)


@pytest.mark.parametrize("keeps", ["0", "1"])
def test_notes_on_what_is_not_saved_go_from_folder_to_folder(
    session, workspace, monkeypatch, tmp_path, keeps
):
    monkeypatch.setenv("POLYGUEST_KEEP", "0")
    own = opened(another(workspace), write(tmp_path / "other.csv"))
    assert own.file.autosave.revision is None
    monkeypatch.setenv("POLYGUEST_KEEP", keeps)
    note = on_topic(own)
    assert (own.file.autosave.revision is not None) == (keeps == "1")  # worth saving from now on
    own.analyse(own.source, replace(SETTINGS, topic_count=3))
    finish(own)
    assert own.file.notebook.notes() == (note,) == load_notes(own.view.folder)
    colleague = another(workspace)
    colleague.open_linked(own.link)
    assert colleague.file.notebook.notes() == (note,)


def test_a_deleted_analysis_takes_no_note(session):
    note = on_topic(session)
    session.catalogue().delete(session.link)
    session.add_note(note_on_review(session.view.original, 0, "late", "Ana"))
    assert "no such analysis any more" in session.problem
    assert session.file.notebook.notes() in ((note,), ())
