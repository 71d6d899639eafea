"""This computer's copies of what a database has, without the database."""

import pytest
from filelock import FileLock

from pipeline.common.errors import InputError
from pipeline.library.database_copies import NOTHING, DatabaseCopies, State, names_of_files
from pipeline.library.entry import ENTRY_FILE

TOKEN = "0123456789abcdef"
FIRST = State("1", {ENTRY_FILE: "a", "texts": "b"})


@pytest.fixture
def copies(tmp_path):
    (tmp_path / "copies").mkdir()
    return DatabaseCopies(tmp_path / "copies")


@pytest.fixture
def written(tmp_path):
    """A folder as it was just written to the database."""
    folder = tmp_path / "written"
    folder.mkdir()
    (folder / ENTRY_FILE).write_text("{}")
    (folder / "texts").write_text("clean")
    return folder


def test_a_folder_that_was_written_becomes_the_copy(copies, written, tmp_path):
    assert not copies.has(TOKEN, "1")
    copies.publish(written, TOKEN, NOTHING, FIRST)
    copy = tmp_path / "copies" / TOKEN
    assert copies.has(TOKEN, "1") and not copies.has(TOKEN, "2")
    assert copies.tokens() == [TOKEN]
    assert names_of_files(copy) == sorted((ENTRY_FILE, "texts"))
    assert (copy / "texts").samefile(written / "texts")


def test_only_what_has_changed_is_replaced_and_what_is_gone_goes(copies, written, tmp_path):
    copies.publish(written, TOKEN, NOTHING, FIRST)
    copy = tmp_path / "copies" / TOKEN
    entry = (copy / ENTRY_FILE).stat().st_ino
    (written / "map").write_text("drawn")
    copies.publish(written, TOKEN, FIRST, State("2", {ENTRY_FILE: "a", "map": "c"}))
    assert copies.has(TOKEN, "2")
    assert names_of_files(copy) == sorted((ENTRY_FILE, "map"))
    assert (copy / ENTRY_FILE).stat().st_ino == entry


def test_a_copy_that_is_of_another_revision_is_left_alone(copies, written):
    copies.publish(written, TOKEN, NOTHING, FIRST)
    copies.publish(written, TOKEN, State("0", {}), State("9", {}))
    assert copies.has(TOKEN, "1")


def test_a_copy_that_is_being_written_stays(copies, written, tmp_path):
    copies.publish(written, TOKEN, NOTHING, FIRST)
    with FileLock(tmp_path / "copies" / f"{TOKEN}.lock"):
        assert not copies.discard(TOKEN, seconds=0)
        with (
            pytest.raises(InputError, match="Another program is opening"),
            copies.locked(TOKEN, seconds=0),
        ):
            pass
    assert copies.has(TOKEN, "1")
    assert copies.discard(TOKEN)
    assert copies.tokens() == [] and not copies.has(TOKEN, "1")
