"""Sign-ins that were ended, as files and in a database: they stay ended, on every server."""

import os
import threading
import time

import psycopg
import pytest

from pipeline.access import database_signed_out, rooms
from pipeline.access.database_signed_out import DatabaseSignedOut
from pipeline.access.signed_out import FileSignedOut
from pipeline.common.errors import InputError
from tests.support.waiting import wait_until


@pytest.fixture(params=["files", "database"])
def open_ended(request, tmp_path, monkeypatch):
    """Opens the sign-ins that were ended, each time as another server would."""
    if request.param == "files":
        return lambda: FileSignedOut(tmp_path / "ended", seconds=3600)
    address = request.getfixturevalue("database_address")
    monkeypatch.setattr(database_signed_out, "_PATIENCE", 60.0)
    return lambda: DatabaseSignedOut(address, seconds=3600)


def test_a_sign_in_that_was_ended_stays_ended(open_ended):
    ended, elsewhere = open_ended(), open_ended()
    assert "cookie" not in ended and "cookie" not in elsewhere
    ended.add("cookie")
    ended.add("cookie")
    assert "cookie" in ended and "another" not in ended
    wait_until(lambda: "cookie" in elsewhere)
    assert "cookie" in open_ended() and "another" not in open_ended()


def test_files_have_no_cookie_and_go_when_it_has_ended_anyway(tmp_path):
    ended = FileSignedOut(tmp_path / "ended", seconds=3600)
    ended.add("cookie")
    (file,) = (tmp_path / "ended").iterdir()
    assert "cookie" not in file.name
    os.utime(file, (1, 1))
    ended.add("another")
    assert len(list((tmp_path / "ended").iterdir())) == 1


def test_rows_have_no_cookie_and_go_when_it_has_ended_anyway(database_address):
    ended = DatabaseSignedOut(database_address, seconds=3600)
    ended.add("cookie")
    with psycopg.connect(database_address) as connection:
        ((digest,),) = connection.execute("select digest from signed_out").fetchall()
        assert len(digest) == 32 and b"cookie" not in digest
        connection.execute("update signed_out set at = at - interval '2 hours'")
    ended.add("another")
    with psycopg.connect(database_address) as connection:
        assert connection.execute("select count(*) from signed_out").fetchone() == (1,)


def test_a_database_that_goes_away_keeps_what_is_known_and_nobody_waiting(
    database_address, monkeypatch
):
    monkeypatch.setattr(database_signed_out, "_FRESH", 0.0)
    ended = DatabaseSignedOut(database_address, seconds=3600)
    ended.add("cookie")
    wait_until(lambda: _knows(ended))
    away = threading.Event()
    monkeypatch.setattr(ended, "_load", lambda: away.wait(60) and set())
    begin = time.monotonic()
    assert all("cookie" in ended and "another" not in ended for _time in range(200))
    assert time.monotonic() - begin < 20  # one wait of a quarter of a second
    away.set()


def _knows(ended):
    try:
        return "another" not in ended
    except InputError:
        return False


def test_nobody_comes_in_before_the_database_has_said_who_signed_out():
    ended = DatabaseSignedOut("postgresql://127.0.0.1:1/none", seconds=3600)
    with pytest.raises(InputError, match="database can't be used"):
        assert "cookie" in ended


def test_the_setting_chooses_the_database(database_address, monkeypatch):
    assert isinstance(rooms.signed_out(12), DatabaseSignedOut)
    assert rooms.signed_out(12) is rooms.signed_out(12)
    monkeypatch.delenv("POLYGUEST_DATABASE")
    assert isinstance(rooms.signed_out(12), FileSignedOut)
