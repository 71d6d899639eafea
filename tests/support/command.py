"""The command line, in this process or in one of its own."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from unittest import mock

from pipeline.cli.main import main
from pipeline.embedding import registry

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "sample_data" / "hotel_reviews.csv"
SLOW_WORKER = (sys.executable, "-m", "tests.support.slow_worker")  # to be run in ROOT

load_once = cache(registry.load_encoder)
"""A model by its name; loading takes seconds, so each is loaded once a process."""


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """``python -m pipeline ...`` in this process, with its models loaded once.

    An exception that the command lets through is the test's failure, not an exit code.
    """
    command = list(map(str, arguments))
    out, err = io.StringIO(), io.StringIO()
    with (
        contextlib.chdir(ROOT),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        _logging_as_at_start(),
        mock.patch.object(registry, "load_encoder", load_once),
    ):
        try:
            code = main(command)
        except SystemExit as end:  # "--help"
            code = int(end.code or 0)
    return subprocess.CompletedProcess(command, code, out.getvalue(), err.getvalue())


def run_process(*arguments: object) -> subprocess.CompletedProcess[str]:
    """``python -m pipeline ...`` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "1"},
        check=False,
    )


@contextlib.contextmanager
def _logging_as_at_start():
    """No handlers, so that the command sets up its own, and none of its own left behind."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers[:] = []
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
