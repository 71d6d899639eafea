"""Polyguest, the web app: ``streamlit run app.py``. The pages are in ``ui/``.

Streamlit imports this file for its server, ``app``, and runs it for each page that it draws.
"""

import streamlit as st
from starlette.middleware import Middleware

from pipeline.common.settings import starts_with_sample
from ui.components.page_switch import switch_page
from ui.components.style import add_style
from ui.explore.restore_selection import restore_topic_filter
from ui.session import server, widget_state
from ui.session.address import open_address, write_address
from ui.session.current import current_session, sync_widgets
from ui.web import RequestGuard, open_browser


def page(name: str, title: str, icon: str, *, default: bool = False) -> st.Page:
    """A page of ``ui/pages`` under an address of its own."""
    path = f"ui/pages/{name}.py"
    return st.Page(path, title=title, icon=icon, url_path=name.replace("_", "-"), default=default)


def draw() -> None:
    """Draw the page that the user has open."""
    st.set_page_config(
        page_title="Polyguest: what guests say, in every language",
        page_icon="🗺️",
        layout="wide",
    )
    add_style()
    server.worker()  # starts beside the server and loads the model while the page is read
    session = current_session()
    widget_state.keep_widgets()
    session.language = widget_state.browser_language()
    open_address(session)
    if session.is_new and session.is_blank and starts_with_sample():
        session.analyse_sample()
    session.is_new = False
    found = session.update()  # what was waited for has just come in, wherever the user is
    write_address(session)  # first, so that the link to another page and it are one step back

    opened = st.navigation(
        [
            page("start", "Start", ":material/upload_file:", default=True),
            page("analyses", "Analyses", ":material/folder_open:"),
            page("explore", "Explore", ":material/scatter_plot:"),
            page("topics", "Topics", ":material/category:"),
            page("models", "Models", ":material/science:"),
            page("how_it_works", "How it works", ":material/help:"),
        ],
        position="top",
    )
    sync_widgets(session)
    restore_topic_filter(session)
    if found:
        switch_page(found)
    session.save_searches()
    opened.run()


if __name__ == "__main__":
    draw()
else:
    app = st.App(__file__, middleware=[Middleware(RequestGuard)], lifespan=open_browser)
