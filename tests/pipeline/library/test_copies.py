"""Copies of a database's analyses: the least recently used go first, and come back when wanted."""

import os
import shutil
import time

import pytest
from filelock import FileLock

from pipeline.common.measures import EVICTED, MEASURES
from pipeline.common.workspace import Workspace
from pipeline.database.connection import Database
from pipeline.diagnosis import parts
from pipeline.diagnosis.check import Outcome
from pipeline.library import copies
from pipeline.library.catalogue import Catalogue
from pipeline.library.copies import evict, size_of_copies
from pipeline.library.database_home import DatabaseHome
from tests.support.analyses import three_topics
from tests.support.fake_encoder import FakeEncoder

TOKENS = [f"{n}" * 16 for n in range(4)]


@pytest.fixture(autouse=True)
def nothing_measured(monkeypatch):
    monkeypatch.setattr(copies, "_sizes", {})


@pytest.fixture
def folder(tmp_path):
    """Four copies of 1,000 bytes, the first not used for the longest."""
    for number, token in enumerate(TOKENS):
        (tmp_path / token / "store").mkdir(parents=True)
        (tmp_path / token / "reviews.csv").write_bytes(b"x" * 600)
        (tmp_path / token / "store" / "rows").write_bytes(b"x" * 400)
        copies.note_use(tmp_path, token)
        used = time.time() - 10_000 + number
        os.utime(tmp_path / f"{token}.used", (used, used))
    return tmp_path


def remove(folder):
    def discard(token):
        shutil.rmtree(folder / token)
        return True

    return discard


def left(folder):
    return [token for token in TOKENS if (folder / token).exists()]


def test_the_least_recently_used_go_first(folder):
    before = MEASURES.counts(EVICTED, ["copies"])["copies"]
    assert evict(folder, 4_000, remove(folder)) == 0
    os.utime(folder / f"{TOKENS[0]}.used", (time.time() - 700,) * 2)  # used since the others
    assert evict(folder, 2_500, remove(folder)) == 2
    assert left(folder) == [TOKENS[0], TOKENS[3]]
    assert size_of_copies(folder) == 2_000
    assert MEASURES.counts(EVICTED, ["copies"])["copies"] == before + 2


def test_what_is_in_use_or_being_written_stays(folder):
    copies.note_use(folder, TOKENS[0])
    assert evict(folder, 1, lambda token: token == TOKENS[1] and remove(folder)(token)) == 1
    assert left(folder) == [TOKENS[0], TOKENS[2], TOKENS[3]]


def test_no_limit(folder, tmp_path):
    assert evict(folder, 0, remove(folder)) == 0
    assert size_of_copies(folder) == 4_000 and size_of_copies(tmp_path / "none") == 0


@pytest.fixture
def server(database_address, cache, monkeypatch):
    monkeypatch.setenv("POLYGUEST_COPIES_MB", "1")
    database = Database(database_address)
    yield Catalogue(DatabaseHome(database, Workspace.current().copies))
    database.close()


def test_a_copy_that_went_is_fetched_again(server, monkeypatch):
    monkeypatch.setattr(copies, "_IN_USE", 0.0)
    analysis = three_topics(FakeEncoder())
    first, second = (server.add(analysis, name=name).token for name in "AB")
    for token in (first, second):
        (server.path(token) / "store").mkdir(exist_ok=True)
        (server.path(token) / "store" / "rows").write_bytes(b"x" * 900_000)
    os.utime(server.folder / f"{second}.used", (1, 1))
    with FileLock(server.folder / f"{second}.lock"):  # another process is writing it
        server._home._copies.make_room()
        assert (server.folder / second).exists() and not (server.folder / first).exists()
    assert server.open(first).texts == analysis.texts  # fetched again: there is room for one alone
    assert server.open(second).texts == analysis.texts


def test_doctor_says_how_much_there_is(server, monkeypatch):
    server.add(three_topics(FakeEncoder()), name="A")
    (finding,) = parts.check_copies()
    assert finding.outcome == Outcome.OK and "MB of at most 1 MB in " in finding.found
    monkeypatch.setenv("POLYGUEST_COPIES_MB", str(10**12))
    (finding,) = parts.check_copies()
    assert finding.outcome == Outcome.WARNING and "POLYGUEST_COPIES_MB" in finding.advice
    monkeypatch.setenv("POLYGUEST_COPIES_MB", "0")
    assert "without a limit" in next(parts.check_copies()).found
    monkeypatch.delenv("POLYGUEST_DATABASE")
    assert list(parts.check_copies()) == []
