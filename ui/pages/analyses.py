"""The page "Analyses": open, rename, export, import, delete and restore saved analyses."""

import streamlit as st

from pipeline.common.settings import saves_analyses
from pipeline.common.translation import gettext as _
from ui.components.widgets import error_box, lead
from ui.library.import_export import export_shown, import_file
from ui.library.listing import list_entries, offer_to_save, show_list, show_trash
from ui.library.search import show_search
from ui.session.current import current_session

session = current_session()

st.title(_("Analyses"))
if saves_analyses() and not session.grant.is_open:
    room = session.grant.room
    lead(
        _(
            "The analyses of the workspace {name}. Everybody in it sees this list; what you may do "
            "here depends on your role.",
            name=room.title if room else "",
        )
    )
elif saves_analyses():
    lead(
        _(
            "Every analysis stays here with your names, changes and saved searches, until you "
            "delete it. Everybody who can open this page sees the same list and can open, change "
            "and delete its analyses."
        )
    )
else:
    lead(
        _(
            "This server keeps no analyses: each ends with its session. Export yours as a file, "
            "and open that file here next time."
        )
    )
if session.problem:
    error_box(session.problem)
if saves_analyses():
    show_search(session, list_entries(session))
    offer_to_save(session)
    show_list(session)
    import_file(session)
    show_trash(session)
else:
    export_shown(session)
    import_file(session)
