"""An isolated process as seen by the program that asks: started, watched, killed."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from typing import NamedTuple

import psutil

from pipeline.common.errors import InputError
from pipeline.common.locale_format import format_number
from pipeline.common.paths import PROJECT
from pipeline.common.progress import Progress
from pipeline.common.translation import gettext as _
from pipeline.isolation.budget import Budget
from pipeline.isolation.frames import read_frame, write_frame
from pipeline.isolation.messages import (
    Answer,
    Failed,
    OutOfMemory,
    Refused,
    Reported,
    Request,
    Returned,
    Started,
)

log = logging.getLogger(__name__)

_LOOK_INTERVAL = 0.05  # seconds between two looks at the time and memory taken
_START_SECONDS = 120.0
_MAX_KEPT_BYTES = 600_000_000  # of memory, up to which a process is used again
# One thread of each library: what else runs on the machine goes on.
_ENVIRONMENT = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}


class _Ends(NamedTuple):
    """When a request must be done."""

    processor_time: float
    clock: float


class IsolatedProcess:
    """A process that carries out requests one at a time; started at once.

    Args:
        modules: that it imports before the first request.
        nice: how much lower its priority is.
    """

    def __init__(self, modules: Sequence[str] = (), *, nice: int = 0) -> None:
        quiet = log.getEffectiveLevel() > logging.INFO
        self._process = subprocess.Popen(
            (sys.executable, "-m", "pipeline.isolation.child", *modules),
            cwd=PROJECT,
            env=os.environ | _ENVIRONMENT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Libraries print of damaged files what says nothing to a user.
            stderr=subprocess.DEVNULL if quiet else None,
        )
        self._statistics = psutil.Process(self._process.pid)
        if nice:
            with contextlib.suppress(psutil.Error, OSError):
                windows = sys.platform == "win32"
                own = self._statistics
                own.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if windows else own.nice() + nice)
        self._answers: queue.Queue[Answer | None] = queue.Queue()
        self._has_started = False
        threading.Thread(target=self._listen, daemon=True).start()

    def call(self, request: Request, name: str, progress: Progress | None = None) -> object:
        """Carry out a request; the process is killed when it fails to end within the budget.

        Args:
            request: to carry out.
            name: of the file, for messages.
            progress: called in this thread.

        Returns:
            What the function returns.

        Raises:
            InputError: the function does, or the process met a limit or died.
        """
        answer: Answer | None = None
        try:
            self._wait_for_start(name)
            ends = _Ends(
                self._processor_time() + request.budget.seconds,
                time.monotonic() + request.budget.seconds_by_clock,
            )
            with contextlib.suppress(OSError, ValueError):  # it has died, which is seen below
                assert self._process.stdin is not None  # noqa: S101  it was opened with a pipe
                write_frame(self._process.stdin, request)
            while True:
                answer = self._next_answer(request.budget, ends, name)
                if not isinstance(answer, Reported):
                    break
                if progress is not None:
                    progress(answer.done, answer.total)
        finally:
            if not isinstance(answer, (Returned, Refused)):
                self.kill()
        return self._result(answer, request.budget, name)

    @property
    def is_reusable(self) -> bool:
        """Whether it lives, and holds little memory."""
        return self._holds_less_than(_MAX_KEPT_BYTES)

    def has_room_for(self, budget: Budget) -> bool:
        """Whether it lives, and what it holds leaves half of the memory that work may take."""
        return self._holds_less_than(min(_MAX_KEPT_BYTES, budget.megabytes * 500_000))

    def kill(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.wait()
        with contextlib.suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()

    def _holds_less_than(self, size: int) -> bool:
        """Whether it lives, and its memory is below a number of bytes."""
        return self._process.poll() is None and self._memory() < size

    def _listen(self) -> None:
        """Take answers from the process until it ends, in a thread of its own."""
        assert self._process.stdout is not None  # noqa: S101
        try:
            with contextlib.suppress(EOFError, OSError):
                while True:
                    self._answers.put(read_frame(self._process.stdout))
        finally:
            self._answers.put(None)

    def _wait_for_start(self, name: str) -> None:
        if not self._has_started:
            with contextlib.suppress(queue.Empty):
                self._has_started = isinstance(self._answers.get(timeout=_START_SECONDS), Started)
        if not self._has_started:
            raise InputError(
                "{name} can't be read now: the process for reading doesn't start. Try again.",
                name=name,
            )

    def _next_answer(self, budget: Budget, ends: _Ends, name: str) -> Answer:
        """The next answer within the budget.

        Raises:
            InputError: there is none.
        """
        while True:
            try:
                answer = self._answers.get(timeout=_LOOK_INTERVAL)
            except queue.Empty:
                answer = None
            else:
                if answer is None:
                    raise InputError(self._death(budget, name))
            if isinstance(answer, (Returned, Refused, Failed)):
                return answer
            if self._processor_time() > ends.processor_time:
                raise InputError(budget.too_slow(name))
            if time.monotonic() > ends.clock:
                raise InputError(budget.too_late(name))
            if self._memory() > budget.megabytes * 1_000_000:
                raise InputError(budget.too_large(name))
            if answer is not None:
                return answer

    def _processor_time(self) -> float:
        """Seconds that it has computed so far."""
        try:
            times = self._statistics.cpu_times()
        except psutil.Error:
            return 0.0
        return float(times.user + times.system)

    def _memory(self) -> int:
        """Resident memory in bytes."""
        try:
            return int(self._statistics.memory_info().rss)
        except psutil.Error:
            return 0

    def _death(self, budget: Budget, name: str) -> str:
        """Message for the user: the process died by itself."""
        code = self._process.wait()
        if sys.platform != "win32" and code == -signal.SIGXCPU:
            return budget.too_slow(name)
        reason = signal.Signals(-code).name if code < 0 else f"code {code}"
        return _(
            "{file} made the process that reads files end ({reason}): it is damaged, or takes more "
            "than {megabytes} MB of memory. Export it again, as CSV if possible.",
            file=name,
            reason=reason,
            megabytes=format_number(budget.megabytes),
        )

    def _result(self, answer: Answer, budget: Budget, name: str) -> object:
        match answer:
            case Returned(value):
                return value
            case Refused(message, values):
                raise InputError(message, **values)
            case OutOfMemory():
                raise InputError(budget.too_large(name))
            case Failed(kind, details):
                log.error("reading a file failed\n%s", details)
                raise InputError(_failure(kind, name))
        raise TypeError(answer)


def _failure(kind: str, name: str) -> str:
    if kind == "RecursionError":
        return _(
            "{file} is nested too deeply to be read. Export it as CSV and try again.", file=name
        )
    return _(
        "{file} can't be read: the program failed at it ({kind}). Export it as CSV and retry.",
        file=name,
        kind=kind,
    )
