"""The policy: which role may do what. There is no other place that says so."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, StrEnum


class Role(StrEnum):
    """What a member is in a workspace."""

    VIEWER = "viewer"
    ANALYST = "analyst"
    ADMIN = "admin"


class Action(StrEnum):
    """What can be done in a workspace."""

    OPEN = "open"  # an analysis, also by a link
    SEARCH = "search"
    EXPORT = "export"  # anything that leaves as a file
    EDIT = "edit"  # topics, notes, saved searches, judgements
    ANALYSE = "analyse"  # upload, analyse, add a file, compare models
    RENAME = "rename"
    DELETE = "delete"  # into the trash
    RESTORE = "restore"  # from the trash
    PURGE = "purge"  # for good
    IMPORT = "import"
    SEE_LOG = "see log"  # who did what
    SEE_NAMES = "see names"  # of those who wait; everybody sees how many


class Reach(Enum):
    """Which analyses of the workspace an action may concern."""

    NONE = "none"
    OWN = "own"
    ALL = "all"


_ROLES = (Role.VIEWER, Role.ANALYST, Role.ADMIN)
_TABLE = {
    Action.OPEN: (Reach.ALL, Reach.ALL, Reach.ALL),
    Action.SEARCH: (Reach.ALL, Reach.ALL, Reach.ALL),
    Action.EXPORT: (Reach.NONE, Reach.ALL, Reach.ALL),
    Action.EDIT: (Reach.NONE, Reach.ALL, Reach.ALL),
    Action.ANALYSE: (Reach.NONE, Reach.ALL, Reach.ALL),
    Action.RENAME: (Reach.NONE, Reach.OWN, Reach.ALL),
    Action.DELETE: (Reach.NONE, Reach.OWN, Reach.ALL),
    Action.RESTORE: (Reach.NONE, Reach.OWN, Reach.ALL),
    Action.PURGE: (Reach.NONE, Reach.NONE, Reach.ALL),
    Action.IMPORT: (Reach.NONE, Reach.ALL, Reach.ALL),
    Action.SEE_LOG: (Reach.NONE, Reach.NONE, Reach.ALL),
    Action.SEE_NAMES: (Reach.NONE, Reach.NONE, Reach.ALL),
}
POLICY: Mapping[Action, Mapping[Role, Reach]] = {
    action: dict(zip(_ROLES, reaches, strict=True)) for action, reaches in _TABLE.items()
}


def is_allowed(role: Role, action: Action, *, is_owner: bool = False) -> bool:
    """Whether a role may do something.

    Args:
        role: in the workspace.
        action: to be done.
        is_owner: whether the analysis that it concerns is one's own.
    """
    reach = POLICY[action][role]
    return reach is Reach.ALL or (reach is Reach.OWN and is_owner)
