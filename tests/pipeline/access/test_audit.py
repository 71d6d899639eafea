"""The audit log: appended to, read from its end, and whole after a power failure."""

import stat
import threading

import pytest

from pipeline.access.audit import AUDIT_FILE, AuditEvent, JsonAuditLog
from pipeline.common.errors import InputError


def test_events_come_back_newest_first(tmp_path):
    log = JsonAuditLog(tmp_path / "europe")
    events = [AuditEvent("ada", "admin", "open", name=f"Spring {n} – 春") for n in range(300)]
    for event in events:
        log.record(event)
    assert list(log.events()) == events[::-1]
    assert stat.S_IMODE((tmp_path / "europe" / AUDIT_FILE).stat().st_mode) == 0o600


def test_no_events_where_nothing_was_done(tmp_path):
    assert list(JsonAuditLog(tmp_path).events()) == []


def test_a_line_that_was_cut_off_hides_no_other(tmp_path):
    log = JsonAuditLog(tmp_path)
    first, last = AuditEvent("ada", "admin", "open"), AuditEvent("ben", "analyst", "delete")
    log.record(first)
    with (tmp_path / AUDIT_FILE).open("ab") as file:
        file.write(b'{"user": "ada", "ro')
    log.record(last)
    assert list(log.events()) == [last, first]


def test_a_name_with_a_line_break_makes_no_line(tmp_path):
    log = JsonAuditLog(tmp_path)
    log.record(AuditEvent("ada", "admin", "open", name='x"}\n{"user": "eve"}'))
    assert [event.user for event in log.events()] == ["ada"]


def test_many_at_once(tmp_path):
    def write(number):
        log = JsonAuditLog(tmp_path)
        for _time in range(20):
            log.record(AuditEvent(str(number), "admin", "open", name="x" * 5000))

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    users = [event.user for event in JsonAuditLog(tmp_path).events()]
    assert all(users.count(str(n)) == 20 for n in range(8))


def test_a_log_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "europe").write_text("a file, not a folder")
    with pytest.raises(InputError, match="audit log"):
        JsonAuditLog(tmp_path / "europe").record(AuditEvent("ada", "admin", "open"))
