"""Twenty visitors at once, and what they and the server saw of each other."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import psutil

from benchmarks.load.browsers import BrowserVisitor, browse
from benchmarks.load.journal import Journal, each_thread
from benchmarks.load.server import Server
from benchmarks.load.visitors import Files, Visitor

_SPAN = 60.0  # seconds over which memory is averaged
_MOST_SHOWN = 20


def crowd_rows(
    server: Server, files: Files, *, visitors: int, browsers: int, seconds: float
) -> Iterator[str]:
    """Markdown tables: what each act took, memory, problems."""
    before, journal = server.measure(), Journal()
    server.watch()
    busy = _Busy()
    crowd = [
        (BrowserVisitor if number < browsers else Visitor)(
            f"v{number}", server.address, files, journal, ends=seconds, seed=number
        )
        for number in range(visitors)
    ]
    threads = each_thread([each.run for each in crowd if not isinstance(each, BrowserVisitor)])
    windows = [each for each in crowd if isinstance(each, BrowserVisitor)]
    if windows:
        browse(windows)
    for thread in threads:
        thread.join()
    yield (
        f"{visitors} visitors, {browsers} of them with Chromium, for {seconds:.0f} s and until "
        f"all was answered, {journal.now:.0f} s; {busy}\n"
    )
    yield from journal.rows()
    yield "\n| memory | at first, MB | after half, MB | at the end, MB | end to half |"
    yield "| --- | --- | --- | --- | --- |"
    for kind in server.memory:
        half = server.held(kind, seconds / 2 - _SPAN / 2, seconds / 2 + _SPAN / 2)
        end = server.held(kind, server.seconds[-1] - _SPAN, server.seconds[-1])
        ratio = end / half if half else 1.0
        yield f"| {kind} | {before.get(kind, 0.0):.0f} | {half:.0f} | {end:.0f} | {ratio:.2f} |"
    said = server.complaints()
    yield f"\nProblems that visitors saw: {len(journal.problems)}; errors in the log: {len(said)}."
    for when, who, what in journal.problems[:_MOST_SHOWN]:
        yield f"- {who} after {when:.0f} s: {' '.join(what.split())[:300]}"
    yield from (f"- {line}" for line in said[:_MOST_SHOWN])


class _Busy:
    """How much of the machine's processor time others had, from now until it is printed."""

    def __init__(self) -> None:
        self._began, self._own, self._all = time.monotonic(), _own_seconds(), _busy_seconds()

    def __str__(self) -> str:
        cores = os.cpu_count() or 1
        there = cores * (time.monotonic() - self._began)
        own = (_own_seconds() - self._own) / there
        busy = (_busy_seconds() - self._all) / there
        return (
            f"of {cores} cores, server and visitors had {own:.0%}, other programs "
            f"{max(busy - own, 0.0):.0%}; {os.getloadavg()[1]:.0f} programs at a time wanted one."
        )


def _own_seconds() -> float:
    """Processor time of this process and all that it has started."""
    total = 0.0
    for each in [own := psutil.Process(), *own.children(recursive=True)]:
        try:
            times = each.cpu_times()
        except psutil.Error:  # ended a moment ago
            continue
        total += times.user + times.system
        if hasattr(times, "children_user"):
            total += times.children_user + times.children_system
    return total


def _busy_seconds() -> float:
    times = psutil.cpu_times()
    return sum(times) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0)
