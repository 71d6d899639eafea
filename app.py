"""Polyguest, the web app: ``streamlit run app.py``. The pages are in ``ui/``.

Streamlit imports this file for its server, ``app``, and runs it for each page that it draws.
"""

import streamlit as st
from starlette.middleware import Middleware

from pipeline.access.access_file import configured_access
from pipeline.access.policy import Action
from pipeline.common.settings import starts_with_sample
from pipeline.common.translation import gettext as _
from ui.access.gate import LoginGate, allow_long_cookies
from ui.access.sign_in import streamlit_secrets
from ui.changes import address as changes_address
from ui.compare import address as compare_address
from ui.components import review_dialog
from ui.components.account_menu import show_account_menu
from ui.components.help_menu import show_help_menu
from ui.components.language_choice import show_language_choice
from ui.components.page_switch import switch_page
from ui.components.tour import show_tour
from ui.explore import map as explore_map
from ui.explore import selection_address
from ui.explore.restore_selection import restore_topic_filter
from ui.filters import filter_address
from ui.hotels import choose_hotel
from ui.search import search_box
from ui.server.guard import RequestGuard
from ui.server.index_page import IndexPage
from ui.server.late_refreshes import LateRefreshFilter
from ui.server.lifespan import open_browser
from ui.session import server, widget_state
from ui.session.address import follow_address, names_analysis, note_page, open_address
from ui.session.current import current_session, sync_widgets
from ui.session.language import begin_language
from ui.session.visitor import find_visitor, show_ended
from ui.style.document import SidebarMargin, set_up_document
from ui.topics import cards, parts

ADDRESS = (  # what the address of a page names, in the order in which it is set
    *filter_address.ADDRESS,
    *search_box.ADDRESS,
    *explore_map.ADDRESS,
    *selection_address.ADDRESS,
    *review_dialog.ADDRESS,
    *cards.ADDRESS,
    *parts.ADDRESS,
    *compare_address.ADDRESS,
    *changes_address.ADDRESS,
    *choose_hotel.ADDRESS,
)
WITH_SIDEBAR = {"explore", "topics", "compare", "changes", "hotels", "questions"}  # addresses


def page(
    name: str, title: str, icon: str, *, default: bool = False, hidden: bool = False
) -> st.Page:
    """A page of ``ui/pages`` under an address of its own; hidden from the menu if wanted."""
    return st.Page(
        f"ui/pages/{name}.py",
        title=title,
        icon=icon,
        url_path=name.replace("_", "-"),
        default=default,
        visibility="hidden" if hidden else "visible",
    )


def draw() -> None:
    """Draw the page that the user has open."""
    begin_language()
    st.set_page_config(page_title=_("Polyguest: what guests say, in every language"), page_icon="🗺️")
    set_up_document()
    if (visitor := find_visitor()) is None:
        show_ended()
        st.stop()
    margin = SidebarMargin(likely=names_analysis(WITH_SIDEBAR))
    server.worker()  # starts beside the server and loads the model while the page is read
    session = current_session()
    widget_state.keep_widgets()
    session.language = widget_state.topic_language()
    opened = open_address(session)
    if session.is_new and session.is_blank and starts_with_sample() and session.may(Action.ANALYSE):
        session.analyse_sample()
    session.is_new = False
    found = session.update()  # what was waited for has just come in, wherever the user is
    if session.view is not None:
        session.view.set_language(session.language)
    sync_widgets(session)
    restore_topic_filter(session)
    # First, so that the link to another page and it are one step back.
    follow_address(session, ADDRESS, opened=opened)

    pages = [
        page("start", _("Start"), ":material/upload_file:", default=True),
        page("analyses", _("Analyses"), ":material/folder_open:"),
        page("explore", _("Explore"), ":material/scatter_plot:"),
        page("topics", _("Topics"), ":material/category:"),
        page("compare", _("Compare"), ":material/table_chart:"),
        page("changes", _("Changes"), ":material/trending_up:"),
        page("hotels", _("Hotels"), ":material/apartment:"),
        page("similar_hotels", _("Similar hotels"), ":material/hotel:"),
        page("questions", _("Questions"), ":material/forum:"),
        page("models", _("Models"), ":material/science:"),
        page("how_it_works", _("How it works"), ":material/lightbulb:"),
    ]
    if not visitor.grant.is_open:  # from the account's menu
        pages += [
            page("waiting", _("Who waits"), ":material/hourglass_empty:", hidden=True),
            page("audit", _("Audit log"), ":material/fact_check:", hidden=True),
        ]
    shown = st.navigation(pages, position="top")
    margin.keep(session.view is not None and shown.url_path in WITH_SIDEBAR)
    show_help_menu()
    show_account_menu(visitor, shown.url_path)
    show_language_choice()
    if found:
        switch_page(found)
    session.save_searches()
    note_page(shown.url_path, [each.url_path for each in pages])
    touring = show_tour()  # before the page, which may stop where nothing is open
    shown.run()
    if not touring:  # one dialog at a time
        review_dialog.show_open_review(session)


if __name__ == "__main__":
    draw()
else:
    source = configured_access()
    provider = source.current().provider if source is not None else None
    allow_long_cookies()
    app = st.App(
        __file__,
        secrets=streamlit_secrets(provider) if provider is not None else None,
        middleware=[
            Middleware(RequestGuard),
            Middleware(LoginGate),
            Middleware(LateRefreshFilter),
            Middleware(IndexPage, with_sidebar=WITH_SIDEBAR),
        ],
        lifespan=open_browser,
    )
