"""The isolated processes of this program: a few at a time, one kept ready."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from pipeline.common.progress import Progress
from pipeline.common.settings import given_settings, usable_cores
from pipeline.common.translation import current_language
from pipeline.isolation.budget import Budget
from pipeline.isolation.messages import Request
from pipeline.isolation.process import IsolatedProcess

T = TypeVar("T")

_MAX_PROCESSES = 4
_NICE = 5


class IsolatedPool:
    """Carries out functions in isolated processes; thread-safe.

    Args:
        size: number of processes at a time; further calls wait.
    """

    def __init__(self, size: int) -> None:
        self._free = threading.BoundedSemaphore(size)
        self._lock = threading.Lock()
        self._ready: IsolatedProcess | None = None
        self._modules: tuple[str, ...] = ()
        self._keeps_ready = False

    def keep_ready(self, *modules: str) -> None:
        """Keep a process ready from now on, with these modules imported.

        For servers: processes have a lower priority than what answers other users.
        """
        self._modules, self._keeps_ready = modules, True
        self._prepare()

    def run(self, request: Request, name: str, progress: Progress | None = None) -> object:
        """Carry out a request; see :meth:`IsolatedProcess.call`."""
        with self._free:
            process = self._take(request.budget)
            try:
                return process.call(request, name, progress)
            finally:
                self._give_back(process)

    def rest(self) -> None:
        """End the process that is kept ready, until the next call needs one: it takes 80 MB."""
        with self._lock:
            process, self._ready = self._ready, None
        if process is not None:
            process.kill()

    def close(self) -> None:
        """End the process that is kept ready, and keep none from now on."""
        self._keeps_ready = False
        self.rest()

    def _start(self) -> IsolatedProcess:
        return IsolatedProcess(self._modules, nice=_NICE if self._keeps_ready else 0)

    def _take(self, budget: Budget) -> IsolatedProcess:
        with self._lock:
            process, self._ready = self._ready, None
        if process is not None:
            if process.has_room_for(budget):
                return process
            process.kill()
        return self._start()

    def _give_back(self, process: IsolatedProcess) -> None:
        if process.is_reusable:
            with self._lock:
                if self._ready is None:
                    self._ready = process
                    return
        process.kill()
        self._prepare()

    def _prepare(self) -> None:
        with self._lock:
            if self._keeps_ready and self._ready is None:
                self._ready = self._start()


def run_isolated(
    function: Callable[..., T],
    *arguments: Any,
    label: str,
    budget: Budget,
    progress: Progress | None = None,
    **options: Any,
) -> T:
    """Call a function in a process with limits of time and memory.

    Args:
        function: of a module of this program.
        arguments, options: for it; they and the result are copied.
        label: what messages call the file that it reads.
        budget: what it may take.
        progress: also given to the function, where it is not None.

    Raises:
        InputError: the function does, or the process met a limit or died.
    """
    request = Request(
        function,
        arguments,
        options,
        progress is not None,
        budget,
        given_settings(),
        current_language(),
        Path.cwd(),
    )
    return cast(T, shared_pool().run(request, label, progress))


_shared: IsolatedPool | None = None
_shared_lock = threading.Lock()


def shared_pool() -> IsolatedPool:
    """The pool of this program, made at the first call."""
    global _shared
    with _shared_lock:
        if _shared is None:
            _shared = IsolatedPool(max(2, min(usable_cores(), _MAX_PROCESSES)))
            atexit.register(_shared.close)
        return _shared
