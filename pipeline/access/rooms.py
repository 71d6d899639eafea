"""Where the workspaces of the administrator's file lie."""

from __future__ import annotations

from pipeline.access.access_file import configured_access
from pipeline.access.audit import AuditLog, JsonAuditLog
from pipeline.access.grant import Grant
from pipeline.access.signed_out import SignedOut
from pipeline.common.errors import InputError
from pipeline.common.settings import ACCESS, cache_root, data_root
from pipeline.common.workspace import Workspace


def workspace_of(slug: str) -> Workspace:
    """The folders of a workspace.

    Args:
        slug: of :class:`pipeline.access.access_file.Room`; never what a user has typed.
    """
    return Workspace(data_root() / "workspaces" / slug, cache_root())


def audit_log(workspace: Workspace) -> AuditLog:
    """The audit log of a workspace."""
    return JsonAuditLog(workspace.data)


def signed_out(hours: float) -> SignedOut:
    """The sign-ins that were ended."""
    return SignedOut(data_root() / "signed-out", seconds=hours * 3600)


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
