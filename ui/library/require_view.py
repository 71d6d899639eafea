"""What a page of an analysis shows while none is open: saved analyses to open, else examples."""

from __future__ import annotations

import streamlit as st

from pipeline.access.policy import Action
from pipeline.common.translation import gettext as _
from ui.components.page_switch import switch_page
from ui.components.widgets import error_box, job_progress
from ui.library.gallery import show_gallery
from ui.library.listing import list_entries, show_newest
from ui.session.current import current_session
from ui.session.page_paths import START
from ui.session.session import Session
from ui.session.view import View


def require_view(title: str) -> tuple[Session, View]:
    """The session and its view; without a view the page ends here, with ways to open one.

    Args:
        title: of the page while there is nothing on it.
    """
    session = current_session()
    if session.view is None or session.source is None:
        _offer_start(session, title)
        st.stop()
    return session, session.view


def _offer_start(session: Session, title: str) -> None:
    st.title(title)
    if session.is_working:
        job_progress()
        return
    if session.problem:
        error_box(session.problem)
    kept, may_analyse = bool(list_entries(session)), session.may(Action.ANALYSE)
    if kept:
        st.write(_("Open one of your analyses, or a new file of reviews."))
    elif may_analyse:
        st.write(_("Open a file of reviews first, or look around in an example."))
    if may_analyse and st.button(_("Open a file"), icon=":material/upload_file:", type="primary"):
        switch_page(START)
    if kept:
        show_newest(session, stay=True)
    elif may_analyse:
        show_gallery(session)
