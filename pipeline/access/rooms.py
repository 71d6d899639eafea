"""Where the workspaces of the administrator's file lie."""

from __future__ import annotations

from functools import lru_cache

from pipeline.access.access_file import configured_access
from pipeline.access.audit import AuditLog, JsonAuditLog
from pipeline.access.grant import Grant
from pipeline.access.signed_out import FileSignedOut, SignedOut
from pipeline.common.errors import InputError
from pipeline.common.settings import cache_root, data_root, database_address
from pipeline.common.variables import ACCESS
from pipeline.common.workspace import Workspace
from pipeline.database.connection import shared_database


def workspace_of(slug: str) -> Workspace:
    """The folders of a workspace.

    Args:
        slug: of :class:`pipeline.access.access_file.Room`; never what a user has typed.
    """
    return Workspace(data_root() / "workspaces" / slug, cache_root())


def audit_log(workspace: Workspace) -> AuditLog:
    """The audit log of a workspace: in the database that servers share, or in its folder.

    Raises:
        InputError: the database can't be used.
    """
    database = shared_database()
    if database is None:
        return JsonAuditLog(workspace.data)
    from pipeline.access.database_audit import DatabaseAuditLog

    return DatabaseAuditLog(database, workspace.room)


def signed_out(hours: float) -> SignedOut:
    """The sign-ins that were ended: in the database that servers share, or in the data folder.

    Args:
        hours: after which people must sign in again anyway.

    Raises:
        InputError: the setting of the database is no address.
    """
    if address := database_address():
        return _shared_signed_out(address, hours * 3600)
    return FileSignedOut(data_root() / "signed-out", seconds=hours * 3600)


@lru_cache(maxsize=8)
def _shared_signed_out(address: str, seconds: float) -> SignedOut:
    from pipeline.access.database_signed_out import DatabaseSignedOut

    return DatabaseSignedOut(address, seconds=seconds)


def command_workspace(named: str | None) -> tuple[Workspace, Grant]:
    """The workspace that a command works in, and its grant.

    Args:
        named: by the command's option; None where it names none.

    Raises:
        InputError: it must name one and doesn't, or there is none of this name.
    """
    source = configured_access()
    if source is None:
        if named is not None:
            raise InputError(f"There are no workspaces: {ACCESS.name} names no file of logins")
        return Workspace.current(), Grant()
    rooms = source.current().rooms
    if named is None or named not in rooms:
        choice = ", ".join(rooms)
        found = "Name a workspace" if named is None else f"There is no workspace '{named[:40]}'"
        raise InputError(f"{found}: --workspace takes one of {choice}")
    workspace = workspace_of(named)
    return workspace, Grant.of_machine(named, audit_log(workspace))
