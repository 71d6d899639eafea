"""Starts the app with its worker: ``python -m ui.serve [options of streamlit run]``.

Streamlit runs ``app.py`` at the first visit only. Here the worker is started beside the server, so
that the model is loaded by the time somebody comes.
"""

import sys
from pathlib import Path

from pipeline.jobs import shared_client

_APP = Path(__file__).parent.parent / "app.py"


def main() -> None:
    """Start the worker, then Streamlit's server in this process."""
    shared_client()
    from streamlit.web.cli import main as streamlit

    sys.argv = ["streamlit", "run", str(_APP), *sys.argv[1:]]
    sys.exit(streamlit())


if __name__ == "__main__":
    main()
