"""A grant: what one user may do in one workspace now. Whatever is done asks it first."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.access.access_file import AccessSource, Room
from pipeline.access.audit import DONE, REFUSED, AuditEvent, AuditLog
from pipeline.access.policy import Action, Role, is_allowed
from pipeline.access.user import User, user_of_machine
from pipeline.common.errors import InputError
from pipeline.common.translation import gettext_noop as N_

log = logging.getLogger(__name__)

MACHINE = "machine"  # the role of commands
ENTER = "enter"  # a workspace: the first event of each session
_UNLOGGED = {Action.SEARCH, Action.SEE_LOG, Action.SEE_NAMES}
# Room is made by deleting: a full disk must not keep anybody from it.
_EVEN_UNWRITTEN = {Action.DELETE, Action.PURGE}
_REFUSAL = N_("Your role in this workspace doesn't allow that: ask one of its administrators")
_NOT_OWNER = N_("Only its owner and the workspace's administrators can do that")
ENDED = N_("You are no longer signed in here: load the page again")


class NotAllowedError(InputError):
    """Something that the user's role doesn't allow."""


@dataclass(frozen=True)
class Grant:
    """What a user may do in a workspace.

    The role is looked up each time: who is taken out of the file can do nothing from then on, also
    on a page that is open, or with a button that was drawn before.

    Attributes:
        user: who; None where there are no logins, and everything is allowed and nothing logged.
        slug: of the workspace; "" where there are no logins.
        source: the administrator's file; None for commands, which may do everything.
        audit: where it is logged; None where there are no logins.
        ends: when the user must sign in again, in seconds since 1970; None for never.
        is_signed_in: whether the user has not signed out.
    """

    user: User | None = None
    slug: str = ""
    source: AccessSource | None = None
    audit: AuditLog | None = None
    ends: float | None = None
    is_signed_in: Callable[[], bool] = lambda: True

    @classmethod
    def of_machine(cls, slug: str, audit: AuditLog) -> Grant:
        """What a command on the machine may do: everything, and it is logged."""
        return cls(user_of_machine(), slug, audit=audit)

    @property
    def is_open(self) -> bool:
        """Whether there are no logins."""
        return self.user is None

    @property
    def user_id(self) -> str:
        """Who owns what is made now; "" where there are no logins."""
        return self.user.id if self.user else ""

    @property
    def room(self) -> Room | None:
        """The workspace; None where there is none, or none any more."""
        return self.source.current().rooms.get(self.slug) if self.source else None

    @property
    def role(self) -> Role | None:
        """The user's role now; None where it has none, or must sign in again."""
        if self.source is None:
            return Role.ADMIN
        if self.ends is not None and time.time() >= self.ends:
            return None
        room = self.room
        if room is None or self.user is None or not self.is_signed_in():
            return None
        return room.role_of(self.user)

    def may(self, action: Action, *, owner: str = "") -> bool:
        """Whether an action is allowed.

        Args:
            action: to be done.
            owner: of the analysis that it concerns.
        """
        role = self.role
        return role is not None and is_allowed(role, action, is_owner=self._owns(owner))

    def require(
        self,
        action: Action,
        *,
        owner: str = "",
        analysis: str = "",
        name: str = "",
        detail: str = "",
    ) -> None:
        """Allow an action, and log it before it is done; or refuse it, and log that.

        Args:
            action: to be done.
            owner: of the analysis that it concerns.
            analysis, name, detail: for the log; see :class:`pipeline.access.audit.AuditEvent`.

        Raises:
            NotAllowedError: the role doesn't allow it.
            InputError: the log can't be written; nothing is done then.
        """
        if self.is_open:
            return
        role = self.role
        allowed = role is not None and is_allowed(role, action, is_owner=self._owns(owner))
        if not allowed or action not in _UNLOGGED:
            event = self._event(
                role, action, outcome=DONE if allowed else REFUSED, analysis=analysis, name=name
            )
            self._record(event, detail, required=allowed and action not in _EVEN_UNWRITTEN)
        if allowed:
            return
        if role is None:
            raise NotAllowedError(ENDED)
        with_own = is_allowed(role, action, is_owner=True)
        raise NotAllowedError(_NOT_OWNER if with_own else _REFUSAL)

    def enter(self) -> None:
        """Log that the user has come into the workspace.

        Raises:
            InputError: the log can't be written.
        """
        if not self.is_open:
            self._record(self._event(self.role, ENTER), "", required=True)

    def _owns(self, owner: str) -> bool:
        return bool(owner) and owner == self.user_id

    def _event(
        self,
        role: Role | None,
        action: str,
        *,
        outcome: str = DONE,
        analysis: str = "",
        name: str = "",
    ) -> AuditEvent:
        shown = MACHINE if self.source is None else str(role or "")
        return AuditEvent(self.user_id, shown, str(action), outcome, analysis, name)

    def _record(self, event: AuditEvent, detail: str, *, required: bool) -> None:
        if self.audit is None:
            return
        try:
            self.audit.record(AuditEvent(**{**event.__dict__, "detail": detail}))
        except InputError:
            if required:
                raise
            log.exception("the audit log can't be written: %s by %s", event.action, event.user)
