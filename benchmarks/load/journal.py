"""What visitors note: how long each act took, and everything that went wrong."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np


@dataclass
class Journal:
    """Notes of all visitors; thread-safe.

    Attributes:
        began: when, of :func:`time.monotonic`.
        took: act -> seconds since the beginning at which it was done, and seconds that it took.
        problems: what went wrong: when, who, what.
    """

    began: float = field(default_factory=time.monotonic)
    took: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    problems: list[tuple[float, str, str]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def timed(self, act: str) -> Iterator[None]:
        """Note how long an act takes; one that fails is a problem and no figure."""
        began = time.monotonic()
        yield
        self.note(act, time.monotonic() - began)

    def note(self, act: str, seconds: float) -> None:
        """Note what an act took."""
        with self._lock:
            self.took.setdefault(act, []).append((self.now, seconds))

    def blame(self, who: str, what: str) -> None:
        """Note a problem."""
        with self._lock:
            self.problems.append((self.now, who, what))

    @property
    def now(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self.began

    def rows(self) -> Iterator[str]:
        """A Markdown table of all acts."""
        yield "| act | times | median, s | p95, s | longest, s |\n| --- | --- | --- | --- | --- |"
        for act, own in sorted(self.took.items()):
            seconds = [each for _, each in own]
            middle, high = np.percentile(seconds, [50, 95])
            yield f"| {act} | {len(own)} | {middle:.2f} | {high:.2f} | {max(seconds):.2f} |"

    def p95(self, act: str) -> float:
        """Seconds in which 95 of 100 acts were done; infinite where there was none."""
        own = [seconds for _, seconds in self.took.get(act, [])]
        return float(np.percentile(own, 95)) if own else float("inf")


def each_thread(jobs: list[Callable[[], None]]) -> list[threading.Thread]:
    """Start a thread for each."""
    threads = [threading.Thread(target=job, daemon=True) for job in jobs]
    for thread in threads:
        thread.start()
    return threads
