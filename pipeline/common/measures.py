"""Counts and durations of what this process does, for whoever watches it.

They are kept here whether or not anybody reads them, and cost a lock and an addition. Names and
labels are constants of the program: never a text, a name or an address of a user.
"""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0)  # seconds


@dataclass
class Durations:
    """Durations of one kind.

    Attributes:
        counts: how many are at most each of :data:`BUCKETS` and above the one before; then those
            above the last.
        seconds: their sum.
    """

    counts: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))
    seconds: float = 0.0


class Measures:
    """Durations and counts by name and label; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._durations: dict[tuple[str, str], Durations] = {}
        self._counts: dict[tuple[str, str], int] = {}

    def add_seconds(self, name: str, label: str, seconds: float) -> None:
        """Add a duration of this name and label."""
        with self._lock:
            kept = self._durations.setdefault((name, label), Durations())
            kept.counts[bisect_left(BUCKETS, seconds)] += 1
            kept.seconds += seconds

    def count(self, name: str, label: str) -> None:
        """Count one of this name and label."""
        with self._lock:
            self._counts[name, label] = self._counts.get((name, label), 0) + 1

    @contextmanager
    def timed(self, name: str, label: str) -> Iterator[None]:
        """Time what is done within; what fails counts as well."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.add_seconds(name, label, time.perf_counter() - start)

    def durations(self, name: str) -> dict[str, Durations]:
        """The durations of a name by label, as they are now."""
        with self._lock:
            return {
                label: Durations(list(kept.counts), kept.seconds)
                for (kind, label), kept in self._durations.items()
                if kind == name
            }

    def counts(self, name: str, labels: Sequence[str]) -> dict[str, int]:
        """The counts of a name by label, 0 for labels of which there was none."""
        with self._lock:
            return {label: self._counts.get((name, label), 0) for label in labels}


MEASURES = Measures()
"""Those of this process."""
STAGE, SEARCH, JOB, RESTART, EVICTED = "stage", "search", "job", "restart", "evicted"  # names
