"""When Python looks for garbage, and in what: never in modules, and not after every script.

Streamlit collects garbage after each script and each fragment that it runs, however small. That
looks at every object of the process, 0.08 s with the modules of the pages alone, in which no other
visitor's page goes on; each visitor who waits for an analysis has a fragment drawn twice a second.
"""

from __future__ import annotations

import gc
import importlib
import logging
import threading

from pipeline.common.memory import release_memory

log = logging.getLogger(__name__)

# What the pages import; the pages themselves draw when they are imported.
_USED = (
    "answers.ask_reviews",
    "answers.faq",
    "changes.alerts",
    "compare.findings",
    "components.page_header",
    "explore.map",
    "explore.topic_table",
    "filters.filter_bar",
    "library.search",
    "search.search_box",
    "session.session",
    "topics.add_file",
    "topics.cards",
    "upload.upload",
)
_INTERVAL = 10.0  # seconds between two collections, in a server that has something to do


def import_page_modules() -> None:
    """Import what the pages import, half a second that the first visitor need not wait.

    No collection looks at what is there afterwards: modules stay for good.
    """
    try:
        from ui.session.preview import keep_reader_ready

        keep_reader_ready()
        for name in _USED:
            importlib.import_module(f"ui.{name}")
    except Exception:  # the page that needs it says what is wrong
        log.exception("a module of the pages can't be imported")
    gc.collect()
    gc.freeze()


def collect_at_intervals(interval: float = _INTERVAL) -> threading.Event:
    """Collect garbage from now on, in a thread: ended sessions, figures of earlier pages.

    Python would by itself do so as well, but late: only when a quarter of all objects is new.

    Args:
        interval: seconds between two collections.

    Returns:
        What ends it when it is set.
    """
    ended = threading.Event()

    def collect() -> None:
        before = _young_collections()
        while not ended.wait(interval):
            if _young_collections() != before:  # else nothing has been done
                release_memory()
                before = _young_collections()

    threading.Thread(target=collect, name="collect-garbage", daemon=True).start()
    return ended


def _young_collections() -> int:
    """How often Python has looked through new objects, which it does for every 700 of them."""
    return int(gc.get_stats()[0]["collections"])
