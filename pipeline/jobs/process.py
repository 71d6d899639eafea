"""A worker process of the web server, started again whenever it dies."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from pipeline.common.paths import PROJECT
from pipeline.common.variables import WORKER

log = logging.getLogger(__name__)

COMMAND = (sys.executable, "-m", "pipeline.jobs.worker")
# Threads must not spin while they wait: beside any other busy program that made scikit-learn's
# KMeans ten times slower. With an arena of memory each they would keep what others could use.
_QUIET_THREADS = {
    "OMP_WAIT_POLICY": "passive",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
}


class WorkerProcess:
    """A child process that exchanges JSON lines; started at once.

    Args:
        role: "jobs" or "queries", see :mod:`pipeline.jobs.worker`.
        on_message: called with each message of the process, in a thread of its own.
        on_exit: called in the same thread when the process has died and another was started.
        command: to run.
    """

    def __init__(
        self,
        role: str,
        on_message: Callable[[dict[str, Any]], None],
        on_exit: Callable[[], None],
        command: Sequence[str] = COMMAND,
    ) -> None:
        self._role, self._command = role, tuple(command)
        self._on_message, self._on_exit = on_message, on_exit
        self._lock = threading.RLock()
        self._closed = False
        self._process = self._start()

    @property
    def id(self) -> int:
        """Process id of the running process."""
        return self._process.pid

    def send(self, message: dict[str, Any]) -> None:
        """Send a message; it is lost when the process has died, and ``on_exit`` is called."""
        with self._lock:
            stream = self._process.stdin
            try:
                assert stream is not None  # noqa: S101  it was opened with a pipe
                stream.write(json.dumps(message).encode("ascii") + b"\n")
                stream.flush()
            except (OSError, ValueError):  # it has died: the listening thread notices
                log.warning("the worker process can't be reached")

    def kill(self) -> None:
        """Kill the process; another is started."""
        self._process.kill()

    def close(self) -> None:
        """End the process for good."""
        with self._lock:
            self._closed = True
            process = self._process
            if process.stdin:
                process.stdin.close()
        try:
            process.wait(2)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            self._command,
            cwd=PROJECT,
            env=_QUIET_THREADS | os.environ | {WORKER.name: self._role},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        threading.Thread(target=self._listen, args=(process,), daemon=True).start()
        return process

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None  # noqa: S101
        started = time.monotonic()
        for line in process.stdout:
            try:
                self._on_message(json.loads(line))
            except (ValueError, KeyError):
                log.exception("the worker process sent %d bytes that are no message", len(line))
        process.wait()
        if time.monotonic() - started < 1:
            time.sleep(1)  # a process that dies at its start is not restarted all the time
        with self._lock:
            if self._closed:
                return
            log.error("the worker process ended with code %s; restarting it", process.returncode)
            self._process = self._start()
        self._on_exit()
