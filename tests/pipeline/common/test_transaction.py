"""Several files replaced together, scratch files that go, and what is synced."""

import json
import os
import subprocess
import sys

import pytest

from pipeline.common.files import atomic_write
from pipeline.common.scratch import discard, remove_abandoned, scratch_folder
from pipeline.common.transaction import complete_replacement, current_file, replace_files
from tests.support.command import ROOT


def write(**texts):
    def into(folder):
        for name, text in texts.items():
            (folder / name).write_text(text)
        return ["gone"]

    return into


def test_files_are_replaced_and_removed(tmp_path):
    folder = tmp_path / "deep" / "out"
    replace_files(folder, write(a="1", gone="1"))
    (folder / "mine").write_text("stays")
    replace_files(folder, write(a="2", b="2"))
    found = {path.name: path.read_text() for path in folder.iterdir()}
    assert found == {"a": "2", "b": "2", "mine": "stays"}


def test_a_failure_leaves_everything_as_it_was(tmp_path):
    def fail(folder):
        (folder / "a").write_text("2")
        raise OSError("no space")

    with pytest.raises(OSError, match="no space"):
        replace_files(tmp_path / "new", fail)
    assert not (tmp_path / "new").exists()
    replace_files(tmp_path / "new", write(a="1"))
    with pytest.raises(OSError, match="no space"):
        replace_files(tmp_path / "new", fail)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["a"]


def test_an_interrupted_replacement_counts_before_it_is_completed(tmp_path):
    (tmp_path / "a").write_text("old")
    (tmp_path / "gone").write_text("old")
    (tmp_path / ".next").mkdir()
    (tmp_path / ".next" / "a").write_text("new")
    (tmp_path / ".next" / ".removed").write_text('["gone", "../elsewhere", "", ".."]')
    (tmp_path.parent / "elsewhere").write_text("stays")
    assert current_file(tmp_path, "a").read_text() == "new"
    complete_replacement(tmp_path)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a": "new"}
    assert (tmp_path.parent / "elsewhere").exists()


def test_a_link_is_no_replacement(tmp_path):
    """Somebody else's folder may link to one whose files would then move."""
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "a").write_text("theirs")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / ".next").symlink_to(tmp_path / "theirs")
    complete_replacement(tmp_path / "mine")
    assert (tmp_path / "theirs" / "a").exists() and not (tmp_path / "mine" / "a").exists()


def test_files_that_are_the_same_already(tmp_path):
    def link(folder):
        os.link(tmp_path / "a", folder / "a")
        return []

    (tmp_path / "a").write_text("1")
    replace_files(tmp_path, link)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


HOLDER = """
import os, sys
from pathlib import Path
from pipeline.common.scratch import scratch_folder
with scratch_folder(Path(sys.argv[1]), "new"):
    print("ready", flush=True)
    sys.stdin.readline()
    os._exit(9)
"""


def test_scratch_folders_go_with_their_process(tmp_path):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    holder.stdout.readline()
    remove_abandoned(tmp_path)
    assert len(list(tmp_path.iterdir())) == 1  # it is alive
    holder.communicate(b"\n")
    (tmp_path / ".vimrc.swp").touch()
    (tmp_path / ".a.0123456789abcdef.tmp").touch()
    remove_abandoned(tmp_path, "b")
    assert len(list(tmp_path.iterdir())) == 3
    with scratch_folder(tmp_path, "mine"):
        remove_abandoned(tmp_path)
        assert len(list(tmp_path.iterdir())) == 2
    assert [path.name for path in tmp_path.iterdir()] == [".vimrc.swp"]


def test_discarded(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a").touch()
    discard(tmp_path / "in", tmp_path)
    assert not list(tmp_path.iterdir())


def test_files_and_folders_are_synced(tmp_path, monkeypatch):
    synced = set()
    monkeypatch.setattr(os, "fsync", lambda handle: synced.add(os.fstat(handle).st_ino))
    replace_files(tmp_path / "out", write(a="1", b="1"))
    with atomic_write(tmp_path / "out" / "c", "w") as file:
        json.dump([1], file)
    kept = [tmp_path, tmp_path / "out", *(tmp_path / "out").iterdir()]
    assert {path.stat().st_ino for path in kept} <= synced and len(kept) == 5
