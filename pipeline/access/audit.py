"""The audit log of a workspace: who did what, when, and in which role.

No text of a review, no query and no note is in it.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout

from pipeline.common.errors import InputError
from pipeline.common.rights import keep_private

log = logging.getLogger(__name__)

AUDIT_FILE = "audit.jsonl"
DONE, REFUSED = "done", "refused"
_READ_AT_ONCE = 1 << 16  # bytes


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@dataclass(frozen=True)
class AuditEvent:
    """Something that a user did, or was refused.

    Attributes:
        user: who.
        role: in which role; "machine" for commands.
        action: what; see :class:`pipeline.access.policy.Action`, and "enter".
        outcome: :data:`DONE` or :data:`REFUSED`.
        analysis: token of the analysis that it concerns; "" for none.
        name: of the analysis.
        detail: what of it, such as the name of the exported file.
        at: when, UTC.
    """

    user: str
    role: str
    action: str
    outcome: str = DONE
    analysis: str = ""
    name: str = ""
    detail: str = ""
    at: str = field(default_factory=_now)


class AuditLog(Protocol):
    """The log of one workspace: a file, or in a database that several servers share."""

    def record(self, event: AuditEvent) -> None:
        """Append an event; it is on the disk when this returns.

        Raises:
            InputError: it can't be written.
        """

    def events(self) -> Iterator[AuditEvent]:
        """The events, the newest first.

        Raises:
            InputError: they can't be read.
        """


class JsonAuditLog:
    """The log as a file of JSON lines that is only ever appended to.

    Args:
        folder: of the workspace; made when missing.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / AUDIT_FILE

    def record(self, event: AuditEvent) -> None:
        """Append an event; see :class:`AuditLog`."""
        line = line_of_event(event).encode()
        try:
            keep_private(self._path.parent)
            with FileLock(self._path.with_suffix(".lock"), timeout=30):
                handle = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
                try:
                    # What a power failure has left of a line stays a line of its own.
                    end = os.lseek(handle, 0, os.SEEK_END)
                    torn = end and _last_byte(self._path) != b"\n"
                    data = (b"\n" if torn else b"") + line + b"\n"
                    while data:
                        data = data[os.write(handle, data) :]
                    os.fsync(handle)
                finally:
                    os.close(handle)
        except (OSError, Timeout) as error:
            raise unwritable(getattr(error, "strerror", None) or error) from error

    def events(self) -> Iterator[AuditEvent]:
        """The events; see :class:`AuditLog`. A line that can't be read is logged and left out."""
        try:
            for line in _lines_backwards(self._path):
                try:
                    yield event_of_line(line)
                except (ValueError, TypeError):
                    log.warning("a line of the audit log can't be read")
        except FileNotFoundError:
            return
        except OSError as error:
            raise InputError(
                "The audit log can't be read: {problem}", problem=error.strerror
            ) from error


def line_of_event(event: AuditEvent) -> str:
    """An event as a line of JSON."""
    line = json.dumps(asdict(event), ensure_ascii=False)
    return line.encode("utf-8", "replace").decode()


def event_of_line(line: str | bytes) -> AuditEvent:
    """The event of a line.

    Raises:
        ValueError: it is no JSON.
        TypeError: it is no event.
    """
    values = json.loads(line)
    known = {each.name for each in fields(AuditEvent)}
    return AuditEvent(**{name: str(values[name]) for name in known if name in values})


def unwritable(problem: object) -> InputError:
    """The error of a log that can't be written."""
    return InputError(
        "The audit log can't be written, and without it nothing is done: {problem}", problem=problem
    )


def _last_byte(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1)


def _lines_backwards(path: Path) -> Iterator[bytes]:
    """The lines of a file from its end, without reading it whole."""
    with path.open("rb") as file:
        position, rest = file.seek(0, os.SEEK_END), b""
        while position:
            size = min(_READ_AT_ONCE, position)
            position -= size
            file.seek(position)
            first, *lines = (file.read(size) + rest).split(b"\n")
            yield from filter(None, reversed(lines))
            rest = first
        if rest:
            yield rest
