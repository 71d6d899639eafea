"""The menu of who has signed in, in the head of every page; there is none without logins."""

from __future__ import annotations

import streamlit as st

from pipeline.access.policy import Action, Role
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from ui.access.gate import SIGN_OUT
from ui.components.widgets import escape
from ui.session.page_paths import AUDIT, WAITING
from ui.session.visitor import Visitor, choose_room

_KEY = "workspace-choice"
ROLES = {
    Role.VIEWER: N_("Viewer"),
    Role.ANALYST: N_("Analyst"),
    Role.ADMIN: N_("Administrator"),
}


def show_account_menu(visitor: Visitor, page: str) -> None:
    """Draw the menu: who it is, the workspace and the role, and the way out.

    Args:
        visitor: who looks at the page.
        page: the path of the page; on another one the menu is closed again.
    """
    grant, room = visitor.grant, visitor.grant.room
    if grant.user is None or room is None:
        return
    with (
        st.container(key="account"),
        st.popover(
            _("Account"),
            icon=":material/account_circle:",
            type="tertiary",
            key=f"account-menu-{page}-{grant.slug}",
        ),
    ):
        role = grant.role
        title = _(ROLES[role]) if role else ""
        st.html(
            f'<div class="pg-account"><b><bdi>{escape(grant.user.label)}</bdi></b>'
            f"<span><bdi>{escape(room.title)}</bdi> · {escape(title)}</span>"
            "</div>"
        )
        if len(visitor.rooms) > 1:
            titles = {each.slug: each.title for each in visitor.rooms}
            st.session_state[_KEY] = grant.slug
            st.selectbox(
                _("Workspace"),
                titles,
                format_func=titles.__getitem__,
                key=_KEY,
                on_change=_change_room,
            )
        st.page_link(WAITING, label=_("Who waits"), icon=":material/hourglass_empty:")
        if grant.may(Action.SEE_LOG):
            st.page_link(AUDIT, label=_("Audit log"), icon=":material/fact_check:")
        if not visitor.by_proxy:
            st.html(f'<a class="pg-link" href="{SIGN_OUT}">{escape(_("Sign out"))}</a>')


def _change_room() -> None:
    choose_room(st.session_state[_KEY])
