"""Logs as JSON lines, for programs that gather them: one object a line, without texts of users.

A message is written with its values only where these can be no text of a review: numbers, and
words of plain letters such as names of models and parts of paths. Of an error there is its kind
and where it happened, not its message, which may quote what it stumbled upon.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import threading
import traceback
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from pipeline.common import settings

log = logging.getLogger(__name__)

LEFT_OUT = "[left out]"
_PLAIN = re.compile(r"[\w./:@+=-]{1,200}", re.ASCII)
_KNOWN = frozenset(  # of libraries
    (
        "Uncaught app execution",
        "Waiting for application startup.",
        "Application startup complete.",
        "Shutting down",
        "Waiting for application shutdown.",
        "Application shutdown complete.",
    )
)
_SHOWN_FRAMES = 12
_PACKAGES = (f"site-packages{os.sep}", f"lib{os.sep}")


class JsonFormatter(logging.Formatter):
    """Formats a record as a JSON object: time, level, process, logger, message, error and where.

    What is logged with ``extra={"facts": {...}}`` is added: numbers, and words of the program.

    Args:
        process: what this process does: "server", "jobs" or "queries".
    """

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "process": self._process,
            "pid": record.process,
            "logger": record.name,
            "message": _message(record),
        }
        line |= getattr(record, "facts", {})
        if record.exc_info and record.exc_info[0] is not None:
            kind, _error, where = record.exc_info
            line |= {"error": kind.__name__, "where": _frames(where)}
        return json.dumps(line, ensure_ascii=True)


def set_up_json_logs(process: str) -> bool:
    """Write the logs of this process as JSON lines, where the settings say so; whether they do.

    Args:
        process: see :class:`JsonFormatter`.
    """
    if not settings.logs_json():
        return False
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(process))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in ("pipeline", "ui"):
        logging.getLogger(name).setLevel(logging.INFO)
    for name in list(logging.root.manager.loggerDict):  # of libraries that have set up their own
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    logging.getLogger("uvicorn.access").disabled = True  # addresses of pages have what was searched
    logging.captureWarnings(True)
    threading.excepthook = _log_thread_error
    return True


def _log_thread_error(ended: threading.ExceptHookArgs) -> None:
    where = ended.exc_type, ended.exc_value or ended.exc_type(), ended.exc_traceback
    log.error("a thread has ended", exc_info=where)


def _message(record: logging.LogRecord) -> str:
    if not record.args:
        # Libraries may put a message together before they log it: nobody knows what is in it.
        return str(record.msg) if _is_ours(record) or record.msg in _KNOWN else LEFT_OUT
    if isinstance(record.args, dict):
        values: Any = {name: _harmless(value) for name, value in record.args.items()}
    else:
        values = tuple(map(_harmless, record.args))
    try:
        return str(record.msg) % values
    except (TypeError, ValueError):  # a number was wanted
        return str(record.msg)


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.startswith(("pipeline.", "ui.")) and isinstance(record.msg, str)


def _harmless(value: object) -> object:
    if isinstance(value, (bool, int, float)) or value is None:
        return value
    if isinstance(value, BaseException):
        return type(value).__name__
    if isinstance(value, (str, Path)) and _PLAIN.fullmatch(str(value)):
        return str(value)
    return LEFT_OUT


def _frames(where: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(where)[-_SHOWN_FRAMES:]
    return [f"{_short_path(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]


def _short_path(path: str) -> str:
    for marker in _PACKAGES:
        if marker in path:
            return path.rpartition(marker)[2]
    return "/".join(Path(path).parts[-3:])
