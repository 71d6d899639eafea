"""The isolated process: ``python -m pipeline.isolation.child``.

Carries out requests from standard input, one at a time, and answers on standard output, both in
frames (:mod:`pipeline.isolation.frames`). A request names a function of this program; the answer is
what it returns or raises. It ends when its input closes.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import logging
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from typing import IO

from pipeline.common.errors import InputError
from pipeline.common.settings import restore_settings
from pipeline.common.translation import use_language
from pipeline.isolation.budget import Budget
from pipeline.isolation.frames import read_frame, take_stdout, write_frame
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

_PROGRESS_INTERVAL = 0.1  # seconds
# Address space is more than memory in use: the stacks and heaps of threads are hardly touched.
_UNUSED_ADDRESSES = 1 << 30


def main() -> None:
    """Carry out requests until standard input closes; arguments name modules to import first."""
    # Ctrl+C in the terminal is for the program that asks.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    answers = take_stdout()
    for module in sys.argv[1:]:
        importlib.import_module(module)
    # What is there for good need not be looked at by each collection.
    gc.collect()
    gc.freeze()
    write_frame(answers, Started())
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            request = read_frame(sys.stdin.buffer)
            answer = _carry_out(request, answers)
            del request
            write_frame(answers, answer)
            del answer
    os._exit(0)  # what libraries do at the end takes time and is of no use


def _carry_out(request: Request, answers: IO[bytes]) -> Answer:
    restore_settings(request.settings)
    try:
        os.chdir(request.folder)
        options = dict(request.options)
        if request.reports:
            options["progress"] = _reporter(answers)
        with use_language(request.language), _limited(request.budget):
            return Returned(request.function(*request.arguments, **options))
    except InputError as error:
        return Refused(error.args[0], {name: str(value) for name, value in error.values.items()})
    except MemoryError:
        return OutOfMemory()
    except BrokenPipeError:
        raise
    except BaseException as error:
        # Panics of libraries in Rust are no Exception.
        return Failed(type(error).__name__, traceback.format_exc())


def _reporter(answers: IO[bytes]) -> Callable[[int, int], None]:
    last = 0.0

    def report(done: int, total: int) -> None:
        nonlocal last
        if done == total or time.monotonic() - last > _PROGRESS_INTERVAL:
            last = time.monotonic()
            write_frame(answers, Reported(done, total))

    return report


@contextlib.contextmanager
def _limited(budget: Budget) -> Iterator[None]:
    """Limit the address space and the processor time, where the platform knows such limits.

    The program that asks watches memory and time as well; this holds between two looks, and when
    that program has died.
    """
    try:
        import resource
    except ImportError:  # Windows
        yield
        return
    import psutil

    addresses = psutil.Process().memory_info().vms + budget.megabytes * 1_000_000
    times = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(times.ru_utime + times.ru_stime + budget.seconds) + 2
    with contextlib.ExitStack() as stack:
        for kind, limit in (
            (resource.RLIMIT_AS, addresses + _UNUSED_ADDRESSES),
            (resource.RLIMIT_CPU, seconds),
        ):
            before = resource.getrlimit(kind)
            if before[1] != resource.RLIM_INFINITY:
                limit = min(limit, before[1])
            with contextlib.suppress(OSError, ValueError):  # macOS takes no limit of addresses
                resource.setrlimit(kind, (limit, before[1]))
                stack.callback(resource.setrlimit, kind, before)
        yield


if __name__ == "__main__":
    main()
