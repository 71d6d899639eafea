"""Starts the app with its worker: ``python -m ui.serve [options of streamlit run]``.

Streamlit runs ``app.py`` at the first visit only. Here the worker is started beside the server, so
that the model is loaded by the time somebody comes, and what the pages import is imported.
"""

import importlib
import logging
import sys
import threading
from collections.abc import Sequence
from typing import NoReturn

from pipeline.common.paths import PROJECT
from pipeline.jobs.client import shared_client

_APP = PROJECT / "app.py"
# What the pages import; the pages themselves draw when they are imported.
_USED = (
    "components.page_header",
    "explore.map",
    "explore.topic_table",
    "filters.filter_bar",
    "library.search",
    "search.search_box",
    "session.session",
    "upload.upload",
)


def main(options: Sequence[str] | None = None) -> NoReturn:
    """Start the worker, then Streamlit's server in this process.

    Args:
        options: of ``streamlit run``; those of the command line when left out.
    """
    shared_client()
    from streamlit.web.cli import main as streamlit

    threading.Thread(target=_import_page_modules, daemon=True).start()
    sys.argv = ["streamlit", "run", str(_APP), *(sys.argv[1:] if options is None else options)]
    sys.exit(streamlit())


def _import_page_modules() -> None:
    """Import what the pages import, half a second that the first visitor need not wait."""
    try:
        from ui.session.preview import keep_reader_ready

        keep_reader_ready()
        for name in _USED:
            importlib.import_module(f"ui.{name}")
    except Exception:  # the page that needs it says what is wrong
        logging.getLogger(__name__).exception("a module of the pages can't be imported")


if __name__ == "__main__":
    main()
