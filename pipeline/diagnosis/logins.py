"""Checks of the logins: the administrator's file, its workspaces, and the proxy's header."""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from pipeline.access.access_file import Access, configured_access, digest_of_members
from pipeline.access.loopback import is_loopback
from pipeline.access.policy import Role
from pipeline.common import settings, variables
from pipeline.common.errors import InputError
from pipeline.common.paths import PROJECT
from pipeline.diagnosis.check import Finding, failed, ok, warning

_ADDRESS = "STREAMLIT_SERVER_ADDRESS"


def check_logins() -> Iterator[Finding]:
    """Whether the file of logins can be used, and nothing of it is without effect."""
    try:
        source = configured_access()
    except InputError as error:
        advice = "correct the file; the server doesn't start with it. docs/guides/logins.md has one"
        yield failed("logins", str(error), advice)
        return
    if source is None:
        yield ok("logins", f"none: {variables.ACCESS.name} names no file")
        return
    access, clear = source.current(), True
    for finding in (
        *_rights(source.path),
        *_workspaces(access),
        *_way_in(access),
        *_left_outside(),
    ):
        clear = False
        yield finding
    if clear:
        way = f"header {access.header}" if access.header else "OpenID Connect"
        yield ok("logins", f"by {way}, {len(access.rooms)} workspaces: {', '.join(access.rooms)}")
    if variables.DATABASE.given:
        found = f"members {digest_of_members(access)}, which must be the same on all servers"
        yield ok("file of logins", found)


def check_audit_logs() -> Iterator[Finding]:
    """Whether the audit logs in a database that servers share are what was written."""
    from pipeline.database.connection import shared_database

    if not variables.DATABASE.given:
        return
    try:
        database = shared_database()
    except InputError:  # another check says so
        return
    assert database is not None  # noqa: S101  it is set
    from pipeline.access.database_audit import DatabaseAuditLog, audited_rooms

    for room in audited_rooms(database):
        subject = f"audit log of {room.rpartition('/')[2]}"
        try:
            count = sum(1 for _event in DatabaseAuditLog(database, room).events())
        except InputError as error:
            advice = "compare with a backup, and see who may change the database's tables"
            yield failed(subject, str(error), advice)
        else:
            yield ok(subject, f"{count} entries, none changed or removed between them")


def _rights(path: Path) -> Iterator[Finding]:
    if os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        advice = f"'chmod 600 {path}': it has secrets, and says who may do what"
        yield warning("logins", f"others may open {path}", advice)


def _workspaces(access: Access) -> Iterator[Finding]:
    for room in access.rooms.values():
        if not any(room.members.values()):
            advice = f"name somebody in [workspaces.{room.slug}]"
            yield warning("logins", f"nobody may open the workspace '{room.slug}'", advice)
        elif not room.members.get(Role.ADMIN):
            advice = f"name one in admins of [workspaces.{room.slug}]"
            yield warning("logins", f"the workspace '{room.slug}' has no administrator", advice)


def _way_in(access: Access) -> Iterator[Finding]:
    if access.provider is not None and find_spec("authlib") is None:
        advice = "'pip install -r requirements-logins.txt'"
        yield failed("logins", "the package Authlib is missing, by which people sign in", advice)
    if access.header and not is_loopback(address := bound_address()):
        advice = "start the server with --server.address 127.0.0.1, behind the proxy"
        found = f"the header {access.header} is ignored, as others may reach {address or 'it'}"
        yield failed("logins", f"{found}: nobody can sign in", advice)


def _left_outside() -> Iterator[Finding]:
    folder = settings.data_root() / "analyses"
    if folder.is_dir() and any(folder.glob("*/entry.json")):
        advice = "move the folder into that of a workspace, see docs/guides/logins.md"
        yield warning(
            "logins", f"analyses in {folder} are in no workspace: nobody sees them", advice
        )


def bound_address() -> str:
    """The address that the server is bound to, as far as its environment and settings say."""
    if given := os.environ.get(_ADDRESS, "").strip():
        return given
    try:
        values = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text("utf-8"))
        return str(values.get("server", {}).get("address", ""))
    except (OSError, ValueError, AttributeError):
        return ""
