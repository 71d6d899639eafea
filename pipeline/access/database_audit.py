"""The audit log in a database that several servers share.

An entry can't be changed or deleted: a trigger refuses it. Whoever owns the database can switch
that off, so that each entry also has a number and a digest over itself and all before it: what was
changed or removed between others is said where the log is read, and by ``polyguest doctor``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pipeline.access.audit import AuditEvent, event_of_line, line_of_event, unwritable
from pipeline.common.errors import InputError
from pipeline.database.connection import Database

if TYPE_CHECKING:
    from pipeline.database.connection import Connection

_LOCK = 0x61756469  # "audi": of the advisory locks under which entries get their numbers
_PAGE = 1000  # entries of a query


class DatabaseAuditLog:
    """The log of one workspace, a :class:`pipeline.access.audit.AuditLog`.

    Args:
        database: that servers share.
        room: the workspace's name in it.
    """

    def __init__(self, database: Database, room: str) -> None:
        self._database, self._room = database, room

    def record(self, event: AuditEvent) -> None:
        """Append an event; it is on the database's disk when this returns."""
        line = line_of_event(event)
        try:
            with self._database.transaction() as connection:
                connection.execute("set local synchronous_commit to on")
                connection.execute(
                    "select pg_advisory_xact_lock(hashtextextended(%s, %s))", (self._room, _LOCK)
                )
                number, before = _last(connection, self._room)
                connection.execute(
                    "insert into audit_events (room, number, event, digest)"
                    " values (%s, %s, %s, %s)",
                    (self._room, number + 1, line, _digest(before, line)),
                )
        except InputError as error:
            raise unwritable(error) from error

    def events(self) -> Iterator[AuditEvent]:
        """The events, the newest first.

        Raises:
            InputError: they can't be read; or, after the oldest, entries were changed or removed.
        """
        damaged = 0
        later: tuple[int, str, bytes] | None = None  # the entry that was written next
        for entry in self._entries():
            number, line, digest = entry
            if later is not None and not _follows(digest, number, later):
                damaged = later[0]
            later = entry
            try:
                event = event_of_line(line)
            except (ValueError, TypeError):
                damaged = number
                continue
            yield event
        if later is not None and not _follows(_first(self._room), 0, later):
            damaged = later[0]
        if damaged:
            raise InputError(
                "The audit log is not what was written: entry {number}, or the one before it, was "
                "changed or removed in the database",
                number=damaged,
            )

    def _entries(self) -> Iterator[tuple[int, str, bytes]]:
        """Number, line and digest of each entry, the newest first."""
        before = 2**63 - 1
        while True:
            with self._database.transaction() as connection:
                rows = connection.execute(
                    "select number, event, digest from audit_events"
                    " where room = %s and number < %s order by number desc limit %s",
                    (self._room, before, _PAGE),
                ).fetchall()
            yield from rows
            if len(rows) < _PAGE:
                return
            before = rows[-1][0]


def audited_rooms(database: Database) -> list[str]:
    """The workspaces of which there is a log.

    Raises:
        InputError: the database can't be used.
    """
    with database.transaction() as connection:
        rows = connection.execute("select distinct room from audit_events order by room").fetchall()
    return [room for (room,) in rows]


def _last(connection: Connection[Any], room: str) -> tuple[int, bytes]:
    """Number and digest of the newest entry."""
    found = connection.execute(
        "select number, digest from audit_events where room = %s order by number desc limit 1",
        (room,),
    ).fetchone()
    return found or (0, _first(room))


def _first(room: str) -> bytes:
    """What the first entry's digest goes on from; no log can stand for another workspace's."""
    return hashlib.sha256(room.encode()).digest()


def _digest(before: bytes, line: str) -> bytes:
    return hashlib.sha256(before + line.encode()).digest()


def _follows(digest: bytes, number: int, later: tuple[int, str, bytes]) -> bool:
    """Whether an entry is what was written after the one with a digest and a number."""
    return later[0] == number + 1 and later[2] == _digest(digest, later[1])
