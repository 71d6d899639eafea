"""The page "Start": upload a file, check how it was read, and analyse it."""

import streamlit as st

from pipeline.access.policy import Action
from pipeline.common.settings import database_address, ray_address
from pipeline.common.translation import gettext as _
from pipeline.common.translation import ngettext
from ui.components.tour import offer_tour
from ui.components.widgets import error_box, escape_markdown, job_progress, lead
from ui.library.gallery import show_gallery
from ui.library.listing import show_newest
from ui.session.current import current_session
from ui.session.page_paths import EXPLORE
from ui.upload.upload import upload_and_preview
from ui.upload.welcome import show_welcome

session = current_session()

st.title(_("What do your guests say, in every language?"))
lead(
    _(
        "Drop a file of hotel reviews. You get a map of what guests talk about, whatever language "
        "they write in, and a search that finds “Loud music at night” in Japanese, Chinese or "
        "Spanish. Everything stays on this computer."
    )
    if not (database_address() or ray_address())
    else _(
        "Drop a file of hotel reviews. You get a map of what guests talk about, whatever language "
        "they write in, and a search that finds “Loud music at night” in Japanese, Chinese or "
        "Spanish. Everything stays on your organisation's servers."
    )
)
offer = st.container()
if session.problem:
    error_box(session.problem)

if session.is_working and session.view is None and session.source is not None:
    with st.container(border=True):
        st.header(_("Analysing your reviews"), anchor=False)
        st.text(
            ngettext(
                "{file}: {n} review",
                "{file}: {n} reviews",
                session.source.rows,
                file=session.source.name,
            )
        )
        job_progress()
    with offer:
        offer_tour()  # while there is time
else:
    if session.view is not None and session.source is not None:
        with st.container(
            border=True, horizontal=True, vertical_alignment="center", key="open-file"
        ):
            st.markdown(_("**{file}** is open.", file=escape_markdown(session.source.name)))
            st.page_link(EXPLORE, label=_("Back to its map"), icon=":material/arrow_forward:")
    may_analyse = session.may(Action.ANALYSE)
    if may_analyse:
        upload_and_preview(session)
    else:
        st.info(_("Your role in this workspace is to read: open one of its analyses."))
    if session.preview is None:
        with offer:
            offer_tour()
        show_newest(session)
        if may_analyse:
            show_gallery(session)
        show_welcome()
