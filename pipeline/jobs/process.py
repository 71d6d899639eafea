"""One worker process of the web server: started at once, and again whenever it dies."""

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
from pipeline.common.settings import WORKER

log = logging.getLogger(__name__)

COMMAND = (sys.executable, "-m", "pipeline.jobs.worker")
# Threads must not spin while they wait: beside any other busy program that made scikit-learn's
# KMeans ten times slower.
_QUIET_THREADS = {"OMP_WAIT_POLICY": "passive", "OPENBLAS_NUM_THREADS": "1"}


class WorkerProcess:
    """Requests go in, answers come out on a thread of its own.

    Args:
        role: "jobs" or "queries", see :mod:`pipeline.jobs.worker`.
        hear: takes each answer.
        lost: called when the process has died and before the next is started.
        command: what to run.
    """

    def __init__(
        self,
        role: str,
        hear: Callable[[dict[str, Any]], None],
        lost: Callable[[], None],
        command: Sequence[str] = COMMAND,
    ) -> None:
        self._role, self._hear, self._lost, self._command = role, hear, lost, tuple(command)
        self._lock = threading.RLock()
        self._closed = False
        self._process = self._start()

    @property
    def id(self) -> int:
        """Of the process that runs now."""
        return self._process.pid

    def ask(self, request: dict[str, Any]) -> None:
        """Send a request; one that a dead process can't take is lost, and :attr:`lost` called."""
        with self._lock:
            stream = self._process.stdin
            try:
                assert stream is not None  # noqa: S101  it was opened with a pipe
                stream.write(json.dumps(request).encode("ascii") + b"\n")
                stream.flush()
            except (OSError, ValueError):  # it has died: whoever listens to it finds out
                log.warning("the worker can't be reached")

    def kill(self) -> None:
        """End it now; another is started."""
        self._process.kill()

    def close(self) -> None:
        """End it for good."""
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
        began = time.monotonic()
        for line in process.stdout:
            try:
                self._hear(json.loads(line))
            except (ValueError, KeyError):
                log.exception("the worker said %r", line[:200])
        process.wait()
        if time.monotonic() - began < 1:
            time.sleep(1)  # one that dies at its start is not started a hundred times a second
        with self._lock:
            if self._closed:
                return
            log.error("the worker ended with code %s; it is started again", process.returncode)
            self._process = self._start()
        self._lost()
