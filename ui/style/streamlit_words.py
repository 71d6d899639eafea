"""Words that Streamlit's own elements show in English, and what they say on our pages.

Streamlit has no setting for them. ``document.js`` writes ours over them in the browser, in the
places where Streamlit puts words of its own and no text of a file. A version of Streamlit that
words them otherwise shows its English again.
"""

from __future__ import annotations

import json

from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_

_GONE = N_(
    "It was stopped, or the connection to it is lost. What you have saved is kept. Start the "
    "program again, or ask whoever runs it; then this page goes on by itself."
)
# Streamlit's words -> ours; {name} is what varies, such as the words of an option.
_WORDS = {
    "Upload": N_("Choose a file"),
    "Drag and drop a file here": N_("Drop the file here"),
    "{name} per file": N_("Up to {name}"),
    "Add files": N_("Choose another file"),
    "Remove {name}": N_("Remove {name}"),
    "No results": N_("Nothing found"),
    "Select all": N_("Select all"),
    "Select {name} matches": N_("Select these {name}"),
    "Add: {name}": N_("Use “{name}”"),
    "Clear all": N_("Clear"),
    "Clear value": N_("Clear"),
    "Clear entry": N_("Clear"),
    "Clear date": N_("Clear"),
    "Clear dates": N_("Clear"),
    "Open": N_("Open the list"),
    "Selected values": N_("Chosen"),
    "Choose date": N_("Choose a day"),
    "Choose date range": N_("Choose a period"),
    "Close": N_("Close"),
    "Fullscreen": N_("Full screen"),
    "Close fullscreen": N_("Leave full screen"),
    "Search": N_("Search"),
    "Search: {name}": N_("Search: {name}"),
    "Fullscreen: {name}": N_("Full screen: {name}"),
    "Close fullscreen: {name}": N_("Leave full screen: {name}"),
    "Show/hide columns: {name}": N_("Choose columns: {name}"),
    "Help for {name}": N_("Help: {name}"),
    "file upload": N_("Choose a file"),
    "{name} more": N_("More ({name})"),
    "Sidebar": N_("Sidebar"),
    "App pages": N_("Pages"),
    "Collapse sidebar": N_("Hide the sidebar"),
    "Expand sidebar": N_("Show the sidebar"),
    "Connecting": N_("Connecting"),
    "Running...": N_("Working …"),
    "Connection error": N_("The program does not answer"),
    "Is Streamlit still running? If you accidentally stopped Streamlit, just restart it in your "
    "terminal:": _GONE,
    "Streamlit server is not responding. Are you connected to the internet?": _GONE,
}


def streamlit_words() -> str:
    """Streamlit's words with ours in the language of the page, as JSON."""
    return json.dumps({english: _(ours) for english, ours in _WORDS.items()}, ensure_ascii=False)
