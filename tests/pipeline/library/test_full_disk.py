"""Full and read-only disks: nothing is lost, the user is told, caches are done without."""

import logging
import os
import subprocess

import pytest

from pipeline.analysis.analysis import Settings
from pipeline.analysis.edits.history import apply_edit
from pipeline.analysis.run import analyse
from pipeline.analysis.storage import load_analysis, save_analysis, save_state
from pipeline.cli.main import main
from pipeline.common import paths
from pipeline.common.errors import InputError
from pipeline.embedding.embed import embed_documents
from pipeline.jobs.queue import JobFiles
from pipeline.library.backup import write_backup
from pipeline.library.catalogue import Catalogue
from pipeline.library.cross_search import search_all
from pipeline.library.search_store import update_search_store
from pipeline.reviews.read import read_reviews
from pipeline.search.query import parse_query
from tests.support.fake_encoder import FakeEncoder

THINGS = ("pool", "noise", "staff")
ROWS = [f"A{n},en,the {THINGS[n % 3]} was number {n}" for n in range(24)]


@pytest.fixture(scope="module")
def analysis(file_cache):
    reviews = read_reviews("\n".join(["review_id,language,review", *ROWS]).encode())
    settings = Settings(topic_count=3, with_map=False)
    return analyse(reviews, settings, encoder=FakeEncoder(), use_cache=False)


@pytest.fixture
def disk(tmp_path):
    """A disk of 4 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        pytest.skip(f"no disk can be mounted here: {error}")
    if done.returncode:
        pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(disk):
    """Leave no byte on a disk."""
    with open(disk / "ballast", "wb", buffering=0) as file:
        for size in (2**16, 1):
            try:
                while file.write(bytes(size)):
                    pass
            except OSError:
                continue


def remount(disk, how):
    subprocess.run(["mount", "-o", f"remount,{how}", str(disk)], check=True)


def left(folder):
    return [path.name for path in folder.rglob(".*")]


def search(catalogue):
    encoder = FakeEncoder()
    query = parse_query("pool")
    return search_all(catalogue, query, lambda text, _: encoder.encode_queries([text])[0])


def renamed(analysis):
    edit = {"do": "rename", "topic": analysis.topics[0].key, "name": "Mine"}
    return apply_edit(analysis, edit, encoder=FakeEncoder())


def test_deleting_makes_room_on_a_full_disk(analysis, disk):
    catalogue = Catalogue(disk / "analyses")
    first, second = (catalogue.add(analysis, name=name).token for name in ("A", "B"))
    fill(disk)
    with pytest.raises(InputError, match="can't be kept: No space left"):
        catalogue.add(analysis, name="C")
    catalogue.delete(first)
    catalogue.delete(second)
    assert {entry.token for entry in Catalogue(disk / "analyses").trashed()} == {first, second}
    catalogue.undelete(second)
    assert catalogue.open(second).texts == analysis.texts
    catalogue.remove(first)
    assert not (disk / "analyses" / "trash" / first).exists() and not left(disk)
    assert catalogue.add(analysis, name="C").reviews == 24


def test_a_save_on_a_full_disk_leaves_the_old_analysis(analysis, disk):
    folder = disk / "out"
    save_analysis(analysis, folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    fill(disk)
    for save in (save_analysis, save_state):
        with pytest.raises(InputError, match="can't be written: No space left"):
            save(renamed(analysis), folder)
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    with pytest.raises(InputError, match="can't be written: No space left"):
        save_analysis(analysis, disk / "new")
    assert not (disk / "new").exists()
    catalogue = Catalogue(disk.parent / "analyses")
    catalogue.add(analysis, name="A")
    with pytest.raises(InputError, match="can't be written: No space left"):
        write_backup(catalogue, disk / "all.zip")
    assert not (disk / "all.zip").exists() and not left(disk)


def test_a_read_only_disk(analysis, disk):
    catalogue, folder = Catalogue(disk / "analyses"), disk / "out"
    token = catalogue.add(analysis, name="A").token
    save_analysis(analysis, folder)
    (folder / ".next").mkdir()  # a replacement that nobody could complete
    (folder / "report.json").rename(folder / ".next" / "report.json")
    update_search_store(catalogue.path(token))
    remount(disk, "ro")
    assert search(catalogue).hits
    assert load_analysis(folder).texts == analysis.texts
    assert Catalogue(disk / "analyses").open(token).texts == analysis.texts
    for change in (catalogue.delete, lambda token: catalogue.rename(token, "B")):
        with pytest.raises(InputError, match="can't be changed: Read-only"):
            change(token)
    with pytest.raises(InputError, match="can't be written: Read-only"):
        save_state(renamed(analysis), folder)


def test_a_search_store_that_does_not_fit(analysis, disk):
    catalogue = Catalogue(disk / "analyses")
    first, second = (catalogue.add(analysis, name=name).token for name in ("A", "B"))
    update_search_store(catalogue.path(first))
    fill(disk)
    with pytest.raises(InputError, match="full|No space|can't be prepared"):
        update_search_store(catalogue.path(second))
    found = search(catalogue)
    assert found.hits and [entry.token for entry in found.pending] == [second]
    (disk / "ballast").unlink()
    assert update_search_store(catalogue.path(second))


@pytest.mark.parametrize("state", ["full", "ro", "no folder"])
def test_caches_are_done_without(analysis, disk, monkeypatch, caplog, state):
    monkeypatch.setenv("POLYGUEST_CACHE", str(disk / "cache"))
    monkeypatch.setattr(paths, "_reported", set())
    if state == "full":
        embed_documents(FakeEncoder(), ["warm"])
        fill(disk)
    elif state == "ro":
        remount(disk, "ro")
    else:
        (disk / "cache").write_text("in the way")
    with caplog.at_level(logging.ERROR):
        for texts in (["one", "two"], ["three" * 50_000] * 2):
            assert embed_documents(FakeEncoder(), texts).shape == (2, 64)
        assert len(analysis.search_index.lexical.vocabulary) > 20
        JobFiles(disk / "cache" / "jobs").close()
    assert [record.getMessage() for record in caplog.records if "going on" in record.getMessage()]
    assert len(caplog.records) == 1


def test_the_command_says_what_is_full(analysis, disk, monkeypatch, capsys):
    monkeypatch.setenv("POLYGUEST_DATA", str(disk))
    save_analysis(analysis, disk.parent / "out")
    fill(disk)
    assert main(["analyses", "add", str(disk.parent / "out")]) == 2
    shown = capsys.readouterr().err
    assert shown == "error: The analysis can't be kept: No space left on device\n"


def test_refused_memory_and_faults_of_the_disk_are_one_line(monkeypatch, capsys, tmp_path):
    from pipeline.cli import main as module

    for error, says in (
        (MemoryError(), "There is not enough memory"),
        (RuntimeError("std::bad_alloc"), "There is not enough memory"),
        (ImportError("libx.so: failed to map segment from shared object"), "not enough memory"),
        (OSError(28, os.strerror(28), str(tmp_path)), f"The disk is full at '{tmp_path}'"),
        (OSError(30, os.strerror(30), str(tmp_path)), "(Read-only file system)"),
    ):

        def fail(_options, error=error):
            raise error

        monkeypatch.setattr("pipeline.cli.analyses.run", fail)
        monkeypatch.setattr(module, "COMMANDS", (module.analyses.add_parser,))
        assert main(["analyses", "list"], commands=(module.analyses.add_parser,)) == 2
        shown = capsys.readouterr().err
        assert says in shown and len(shown.splitlines()) == 1
