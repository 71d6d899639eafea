"""The audit log, as a file and in a database: appended to, read from its end, and never changed."""

import os
import signal
import stat
import subprocess
import sys
import threading

import psycopg
import pytest

from pipeline.access import database_audit
from pipeline.access.audit import AUDIT_FILE, AuditEvent, JsonAuditLog
from pipeline.access.database_audit import DatabaseAuditLog
from pipeline.access.rooms import audit_log, workspace_of
from pipeline.common.errors import InputError
from pipeline.database.connection import Database, open_database
from pipeline.diagnosis import logins
from tests.support.command import ROOT

OPENED = AuditEvent("ada", "admin", "open")


@pytest.fixture(params=["file", "database"])
def open_log(request, tmp_path):
    """Opens the log of a workspace, each time as another server would."""
    if request.param == "file":
        yield lambda room: JsonAuditLog(tmp_path / room)
        return
    address, opened = request.getfixturevalue("database_address"), []

    def open_log(room):
        opened.append(Database(address))
        return DatabaseAuditLog(opened[-1], room)

    yield open_log
    for database in opened:
        database.close()


@pytest.fixture
def in_database(database_address):
    """The log of a workspace in a database, and what executes a statement as its owner."""
    database = Database(database_address)

    def execute(statement):
        with psycopg.connect(database_address) as connection:
            connection.execute(statement)

    yield DatabaseAuditLog(database, "europe"), execute
    database.close()


def test_events_come_back_newest_first(open_log, monkeypatch):
    monkeypatch.setattr(database_audit, "_PAGE", 7)
    log = open_log("europe")
    events = [AuditEvent("ada", "admin", "open", name=f"Spring {n} – 春\0") for n in range(50)]
    for event in events:
        log.record(event)
    assert list(open_log("europe").events()) == events[::-1]
    assert list(open_log("asia").events()) == []


def test_only_its_owner_can_read_the_file(tmp_path):
    JsonAuditLog(tmp_path / "europe").record(OPENED)
    assert stat.S_IMODE((tmp_path / "europe" / AUDIT_FILE).stat().st_mode) == 0o600


def test_a_line_that_was_cut_off_hides_no_other(tmp_path):
    log = JsonAuditLog(tmp_path)
    first, last = AuditEvent("ada", "admin", "open"), AuditEvent("ben", "analyst", "delete")
    log.record(first)
    with (tmp_path / AUDIT_FILE).open("ab") as file:
        file.write(b'{"user": "ada", "ro')
    log.record(last)
    assert list(log.events()) == [last, first]


def test_a_name_with_a_line_break_makes_no_line(open_log):
    log = open_log("europe")
    log.record(AuditEvent("ada", "admin", "open", name='x"}\n{"user": "eve"}'))
    assert [event.user for event in log.events()] == ["ada"]


def test_many_at_once(open_log):
    logs = [open_log("europe") for _server in range(8)]

    def write(number):
        log = logs[number]
        for _time in range(20):
            log.record(AuditEvent(str(number), "admin", "open", name="x" * 5000))

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    users = [event.user for event in open_log("europe").events()]
    assert all(users.count(str(n)) == 20 for n in range(8))


def test_a_log_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "europe").write_text("a file, not a folder")
    with pytest.raises(InputError, match="audit log"):
        JsonAuditLog(tmp_path / "europe").record(AuditEvent("ada", "admin", "open"))


_WRITER = """
from pipeline.access.audit import AuditEvent
from pipeline.access.rooms import audit_log, workspace_of

log = audit_log(workspace_of("europe"))
for number in range(10_000):
    log.record(AuditEvent("ada", "admin", "open", name=str(number)))
    print(number, flush=True)
"""


@pytest.mark.parametrize("home", ["file", "database"])
def test_kill_9_loses_nothing_that_was_recorded(home, request, tmp_path, monkeypatch):
    monkeypatch.setenv("POLYGUEST_DATA", str(tmp_path / "data"))
    if home == "database":
        request.getfixturevalue("database_address")
    command = [sys.executable, "-c", _WRITER]
    writer = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    said = [int(next(writer.stdout)) for _ in range(20)]
    os.kill(writer.pid, signal.SIGKILL)
    said += [int(line) for line in writer.communicate()[0].split()]
    log = audit_log(workspace_of("europe"))
    assert [int(event.name) for event in log.events()][::-1][: len(said)] == said
    log.record(OPENED)
    assert next(log.events()) == OPENED


@pytest.mark.parametrize(
    "statement",
    [
        "update audit_events set event = '{}'",
        "delete from audit_events",
        "truncate audit_events",
        "update audit_events set room = 'asia' where number = 99",
    ],
)
def test_the_database_refuses_to_change_the_log(in_database, statement):
    log, execute = in_database
    log.record(OPENED)
    with pytest.raises(psycopg.errors.RaiseException, match="only appended to"):
        execute(statement)
    assert list(log.events()) == [OPENED]


@pytest.mark.parametrize(
    ("statement", "number", "left"),
    [
        ("update audit_events set event = replace(event, 'ada', 'eve') where number = 2", 2, 5),
        ("update audit_events set event = 'none' where number = 3", 3, 4),
        ("delete from audit_events where number = 4", 5, 4),
        ("delete from audit_events where number = 1", 2, 4),
        ("update audit_events set number = 9 where number = 5", 9, 5),
        ("update audit_events set digest = sha256('x') where number = 5", 5, 5),
    ],
)
def test_what_the_owner_of_the_database_changes_is_said(in_database, statement, number, left):
    log, execute = in_database
    for _time in range(5):
        log.record(OPENED)
    (finding,) = logins.check_audit_logs()
    assert finding.found == "5 entries, none changed or removed between them"
    execute(f"alter table audit_events disable trigger user; {statement}")
    found = log.events()
    assert len([next(found) for _time in range(left)]) == left  # the rest can still be read
    with pytest.raises(InputError, match=f"not what was written: entry {number},"):
        next(found)
    (finding,) = logins.check_audit_logs()
    assert f"entry {number}," in finding.found and "backup" in finding.advice


def test_a_database_that_is_away_says_so(in_database, monkeypatch):
    log, execute = in_database
    execute("drop table audit_events")
    with pytest.raises(InputError, match="audit log can't be written, and without it nothing"):
        log.record(OPENED)


def test_the_setting_chooses_the_database(database_address, tmp_path, monkeypatch):
    monkeypatch.setenv("POLYGUEST_DATA", str(tmp_path / "data"))
    audit_log(workspace_of("europe")).record(OPENED)
    assert not (tmp_path / "data").exists()
    database = open_database(database_address)
    assert list(DatabaseAuditLog(database, "workspaces/europe").events()) == [OPENED]
    monkeypatch.delenv("POLYGUEST_DATABASE")
    assert list(audit_log(workspace_of("europe")).events()) == []
