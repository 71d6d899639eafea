"""The user whose page is drawn: the workspace that is open, and what may be done in it.

Without logins there is one workspace, everything may be done in it, and nothing is asked.
"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from pipeline.access.access_file import AccessSource, Room, configured_access
from pipeline.access.grant import Grant
from pipeline.access.rooms import audit_log, signed_out, workspace_of
from pipeline.common.translation import gettext as _
from pipeline.common.workspace import Workspace
from ui.access.owners import note_session
from ui.access.sign_in import SignIn, find_sign_in

WORKSPACE_PARAMETER = "workspace"  # of the query
_GRANT, _CHOSEN = "grant", "workspace-chosen"  # in the session's state
_KEPT = ("interface-language", "chosen-language", "language-choice", _GRANT, _CHOSEN)


@dataclass(frozen=True)
class Visitor:
    """Who looks at the page.

    Attributes:
        grant: what may be done.
        rooms: the workspaces that the user may open; none without logins.
        by_proxy: whether a proxy has signed the user in, and not this program.
    """

    grant: Grant
    rooms: tuple[Room, ...] = ()
    by_proxy: bool = False


def find_visitor() -> Visitor | None:
    """Who looks at the page that is drawn; None for somebody who must sign in (again)."""
    source = configured_access()
    if source is None:
        return Visitor(Grant())
    access = source.current()
    sign_in = find_sign_in(access, st.context.cookies, list(st.context.headers.items()))
    rooms = access.rooms_of(sign_in.user) if sign_in is not None else ()
    if sign_in is None or not rooms:
        return None
    note_session(sign_in.user.id)
    return Visitor(_grant(source, sign_in, rooms), rooms, bool(access.header))


def current_grant() -> Grant:
    """What the user whose page is drawn may do."""
    grant: Grant | None = st.session_state.get(_GRANT)
    if grant is not None:
        return grant
    source = configured_access()
    return Grant() if source is None else Grant(source=source)  # nobody has signed in


def current_workspace() -> Workspace:
    """The folders of the workspace that is open."""
    grant = current_grant()
    return workspace_of(grant.slug) if grant.slug else Workspace.current()


def choose_room(slug: str) -> None:
    """Open another workspace; the next run of the page begins there with nothing open."""
    st.session_state[_CHOSEN] = slug


def is_foreign_link() -> bool:
    """Whether the address names a workspace that isn't the one that is open."""
    named = st.query_params.get(WORKSPACE_PARAMETER)
    return named is not None and not current_grant().is_open and named != current_grant().slug


def show_ended() -> None:
    """Say that the user must sign in again; there is nothing else on the page."""
    st.title(_("You are no longer signed in"))
    st.write(
        _(
            "Your session has ended, or no workspace has you as a member any more. What you "
            "analysed is saved."
        )
    )
    st.html(f'<a class="pg-link" href="/" target="_self">{_("Sign in again")}</a>')


def _grant(source: AccessSource, sign_in: SignIn, rooms: tuple[Room, ...]) -> Grant:
    """The grant of the session: the same object as long as nothing of it has changed."""
    known = {room.slug for room in rooms}
    before: Grant | None = st.session_state.get(_GRANT)
    wanted = st.session_state.pop(_CHOSEN, None)
    if wanted is None and before is None:  # a page that is opened
        wanted = st.query_params.get(WORKSPACE_PARAMETER)
    if wanted not in known:
        wanted = before.slug if before is not None and before.slug in known else rooms[0].slug
    if before is not None and (before.user, before.slug, before.ends) == (
        sign_in.user,
        wanted,
        sign_in.ends,
    ):
        return before
    if before is not None:
        _forget_everything()
    hours, cookie = source.current().hours, sign_in.cookie
    grant = Grant(
        sign_in.user,
        wanted,
        source,
        audit_log(workspace_of(wanted)),
        sign_in.ends,
        lambda: not cookie or cookie not in signed_out(hours),
    )
    grant.enter()
    st.session_state[_GRANT] = grant
    return grant


def _forget_everything() -> None:
    """Leave nothing of a workspace, or of another user, in the session's state."""
    for key in list(st.session_state):
        if key not in _KEPT:
            del st.session_state[key]
    st.query_params.clear()
