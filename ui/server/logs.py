"""The server's log as JSON lines, Streamlit's part included."""

from __future__ import annotations

import logging

from pipeline.common.logs import set_up_json_logs


def set_up_server_logs() -> None:
    """Write JSON lines, where the settings say so."""
    from streamlit import logger
    from uvicorn.config import LOGGING_CONFIG

    if set_up_json_logs("server"):
        # Both give their loggers handlers of their own, also later.
        logger.setup_formatter = _without_own_handler
        LOGGING_CONFIG["loggers"] = {}


def _without_own_handler(logger: logging.Logger) -> None:
    logger.handlers.clear()
    logger.propagate = True
