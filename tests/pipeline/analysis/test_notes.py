"""Notes on topics and reviews: written, read back, checked, and found again in other topics."""

import json
from dataclasses import replace

import numpy as np
import pytest

from pipeline.analysis import notes
from pipeline.analysis.notes import (
    NOTES_FILE,
    NoteSubjects,
    change_notes,
    load_notes,
    note_on_review,
    note_on_topic,
    notes_are_damaged,
    parse_note,
    save_notes,
)
from pipeline.common.errors import InputError
from pipeline.common.files import sealed
from tests.support.analyses import three_topics
from tests.support.fake_encoder import FakeEncoder


@pytest.fixture(scope="module")
def analysis(file_cache):
    return three_topics(FakeEncoder())


def test_notes_are_read_as_they_were_written(analysis, tmp_path):
    topic = analysis.topics[1]
    first = note_on_topic(analysis, topic, "  told the chief engineer\n12 May ", "Ana  García")
    second = note_on_review(analysis, 3, "أُبلغ المدير", "Om\u202ear")
    assert first.text == "told the chief engineer\n12 May" and first.author == "Ana García"
    assert second.author == "Om ar" and second.key == analysis.ids[3]
    assert load_notes(tmp_path) == () and not notes_are_damaged(tmp_path)
    change_notes(tmp_path, add=first)
    change_notes(tmp_path, add=second)
    assert load_notes(tmp_path) == (first, second)
    change_notes(tmp_path, remove=first.id)
    assert load_notes(tmp_path) == (second,)


@pytest.mark.parametrize(
    ("text", "author"), [("", "Ana"), (" \n ", "Ana"), ("x", " "), ("x" * 2001, "Ana")]
)
def test_a_note_needs_text_and_author_within_bounds(analysis, text, author):
    with pytest.raises(InputError):
        note_on_review(analysis, 0, text, author)


def test_at_most_so_many_notes_are_kept(analysis, tmp_path, monkeypatch):
    monkeypatch.setattr(notes, "MAX_NOTES", 2)
    note = note_on_review(analysis, 0, "x", "Ana")
    save_notes(tmp_path, [note, replace(note, id="0" * 16)])
    with pytest.raises(InputError, match="at most 2 notes"):
        change_notes(tmp_path, add=replace(note, id="1" * 16))
    assert len(load_notes(tmp_path)) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "../../etc"},
        {"about": "hotel"},
        {"about": ["topic"]},
        {"key": ""},
        {"key": 3},
        {"text": "x" * 2001},
        {"text": "\x1b[31m"},
        {"text": "\ud800"},
        {"author": None},
        {"written": "yesterday"},
        {"written": "2025-05-12T10:00:00"},
        {"title": ["x"]},
        {"examples": "R0"},
        {"examples": ["R0"] * 13},
        {"examples": [{}]},
    ],
)
def test_each_field_of_a_foreign_note_is_checked(wrong, analysis, tmp_path):
    right = note_on_topic(analysis, analysis.topics[0], "x", "Ana")
    assert parse_note(right.to_json() | {"more": 1}) == right
    with pytest.raises(ValueError):
        parse_note(right.to_json() | wrong)
    values = [right.to_json() | wrong, right.to_json(), right.to_json()]
    (tmp_path / NOTES_FILE).write_text(json.dumps({"notes": values}))
    assert load_notes(tmp_path) == (right,)  # and the same one only once


@pytest.mark.parametrize("damage", ["{", "[]", '{"notes": 3}', "[" * 5000])
def test_damaged_notes_are_not_written_over(damage, analysis, tmp_path):
    path = tmp_path / NOTES_FILE
    path.write_text(damage)
    assert load_notes(tmp_path) == () and notes_are_damaged(tmp_path)
    with pytest.raises(InputError, match="damaged: restore it from a backup"):
        change_notes(tmp_path, add=note_on_review(analysis, 0, "x", "Ana"))
    assert path.read_text() == damage


def test_a_changed_file_is_noticed(analysis, tmp_path):
    save_notes(tmp_path, [note_on_review(analysis, 0, "before", "Ana")])
    path = tmp_path / NOTES_FILE
    path.write_text(path.read_text().replace("before", "after"))
    assert notes_are_damaged(tmp_path) and load_notes(tmp_path) == ()
    path.write_text(json.dumps(sealed({"notes": []})))
    assert not notes_are_damaged(tmp_path)


def test_a_note_follows_its_topic_where_keys_mean_others(analysis):
    pool, breakfast = analysis.topics[:2]
    note = note_on_topic(analysis, breakfast, "new chef", "Ana")
    assert NoteSubjects(analysis).topic_of(note) == breakfast
    swapped = analysis.edited(
        topics=(replace(pool, key=breakfast.key), replace(breakfast, key=pool.key))
        + analysis.topics[2:]
    )
    assert NoteSubjects(swapped).topic_of(note).name == breakfast.name
    merged = analysis.edited(
        assignments=np.where(analysis.assignments == breakfast.id, pool.id, analysis.assignments)
    )
    assert NoteSubjects(merged).topic_of(note) == pool
    row = analysis.ids.index(note.examples[0])
    on_review = note_on_review(analysis, row, "seen", "Ana")
    assert NoteSubjects(analysis).row_of(on_review) == row
    assert NoteSubjects(analysis).topic_of(on_review) is None
    gone = replace(note, examples=("nobody",)), replace(on_review, key="nobody")
    assert NoteSubjects(analysis).topic_of(gone[0]) is None
    assert NoteSubjects(analysis).row_of(gone[1]) is None
