"""Starts the app with its worker: ``python -m ui.serve [options of streamlit run]``.

Streamlit runs ``app.py`` at the first visit only. Here the worker is started beside the server, so
that the model is loaded by the time somebody comes, and what the pages import is imported.
"""

import sys
import threading
from collections.abc import Sequence
from importlib.util import find_spec
from typing import NoReturn

from pipeline.access.access_file import configured_access
from pipeline.common.errors import InputError
from pipeline.common.paths import PROJECT
from pipeline.jobs.server_client import shared_client
from ui.server.logs import set_up_server_logs
from ui.server.memory import import_page_modules

_APP = PROJECT / "app.py"


def main(options: Sequence[str] | None = None) -> NoReturn:
    """Start the worker, then Streamlit's server in this process.

    Args:
        options: of ``streamlit run``; those of the command line when left out.
    """
    set_up_server_logs()
    if problem := _problem_of_logins():
        sys.stderr.write(f"error: {problem}\n")
        sys.exit(2)
    try:
        shared_client()
    except InputError as error:  # the database that is set can't be used
        sys.stderr.write(f"error: {error}\n")
        sys.exit(2)
    from streamlit.web.cli import main as streamlit

    threading.Thread(target=import_page_modules, daemon=True).start()
    sys.argv = ["streamlit", "run", str(_APP), *(sys.argv[1:] if options is None else options)]
    sys.exit(streamlit())


def _problem_of_logins() -> str:
    """Why the server must not start with the file of logins; "" where it may."""
    try:
        source = configured_access()
    except InputError as error:
        return str(error)
    if source is not None and source.current().provider and find_spec("authlib") is None:
        return "The package Authlib is missing: 'pip install -r requirements-logins.txt'"
    return ""


if __name__ == "__main__":
    main()
