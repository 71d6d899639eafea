"""The button with the link to what is shown."""

from __future__ import annotations

import streamlit as st

from pipeline.common.translation import gettext as _
from ui.session.address import current_link
from ui.session.session import Session


def copy_link(session: Session, *, key: str = "copy-link") -> None:
    """The button of a key and, in its popover, the link to copy."""
    link = current_link()
    if link is None:
        return
    with st.popover(_("Copy link"), icon=":material/link:", type="tertiary", key=key):
        st.caption(
            _(
                "Opens this page as you see it, with its search, filters and colours, for "
                "everybody who can open this server."
            )
        )
        st.code(link, language=None, wrap_lines=True)
        if session.file.autosave.revision is None:
            st.caption(_("This analysis isn't saved: the link holds while this window is open."))
