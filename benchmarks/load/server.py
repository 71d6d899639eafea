"""A server to be visited, and what it takes: memory, disk, and complaints in its log."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from benchmarks.startup import ROOT, answers
from pipeline.common.paths import cache_folder

_EVERY = 5.0  # seconds between two measurements
_COMPLAINT = re.compile(r"Traceback|\bERROR\b|\bCRITICAL\b|\w(Error|Exception)\b")
_MODELS = "models"


@dataclass
class Server:
    """A server that runs, with data and caches of its own.

    Attributes:
        process: of the server.
        port: that it answers at.
        data: its data folder.
        log: what it and its workers have written.
        memory: of the processes of each kind, MB that they hold, at each measurement.
        seconds: since when, of each measurement.
    """

    process: subprocess.Popen[bytes]
    port: int
    data: Path
    log: Path
    memory: dict[str, list[float]] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> str:
        """Of its pages."""
        return f"http://localhost:{self.port}"

    def measure(self) -> dict[str, float]:
        """MB of its processes, by what they do: each its own part of what is shared (PSS)."""
        own = psutil.Process(self.process.pid)
        found = {"server": 0.0, "jobs": 0.0, "queries": 0.0, "readers": 0.0}
        for each in [own, *own.children(recursive=True)]:
            try:
                role = each.environ().get("POLYGUEST_WORKER", "readers")
                kind = "server" if each.pid == own.pid else role
                if kind in ("jobs", "queries") and "pipeline.isolation" in " ".join(each.cmdline()):
                    kind = "readers"
                found[kind] = found.get(kind, 0.0) + each.memory_full_info().pss / 1e6
            except psutil.Error:  # ended a moment ago
                continue
        return found

    def watch(self) -> None:
        """Measure every few seconds from now on."""
        began = time.monotonic()

        def run() -> None:
            while not self._stop.wait(_EVERY):
                self.seconds.append(time.monotonic() - began)
                for kind, megabytes in self.measure().items():
                    self.memory.setdefault(kind, []).append(megabytes)

        threading.Thread(target=run, daemon=True).start()

    def held(self, kind: str, start: float, end: float) -> float:
        """Mean MB that processes of a kind held in a span of time."""
        pairs = zip(self.seconds, self.memory.get(kind, []), strict=True)
        own = [megabytes for at, megabytes in pairs if start <= at <= end]
        return sum(own) / len(own) if own else float("nan")

    def complaints(self) -> list[str]:
        """Lines of the log that name an error."""
        lines = self.log.read_text("utf-8", "replace").splitlines()
        return [line for line in lines if _COMPLAINT.search(line)]

    def disk(self, name: str) -> float:
        """MB of a folder of its data."""
        total = 0
        for path in (self.data / name).rglob("*"):
            try:
                total += path.stat().st_size if path.is_file() else 0
            except OSError:  # removed a moment ago
                continue
        return total / 1e6

    def stop(self) -> None:
        """End it and its workers."""
        self._stop.set()
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()


@contextmanager
def serve(data: Path, port: int, *, log: Path) -> Iterator[Server]:
    """Start the app as ``make run`` does, and wait until its workers are warm."""
    cache = data / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    if not (cache / _MODELS).exists():
        (cache / _MODELS).symlink_to(cache_folder(_MODELS), target_is_directory=True)
    own = {"POLYGUEST_DATA": str(data), "POLYGUEST_CACHE": str(cache), "HF_HUB_OFFLINE": "1"}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "ui.serve", "--server.headless", "true"]
            + ["--server.port", str(port)],
            cwd=ROOT, env=os.environ | own, stdout=output, stderr=subprocess.STDOUT,
            start_new_session=True,  # as a service; Linux shares processors out by session first
        )  # fmt: skip
    server = Server(process, port, data, log)
    try:
        while not answers(port):
            if process.poll() is not None:
                raise RuntimeError(f"the server ended:\n{log.read_text('utf-8', 'replace')}")
            time.sleep(0.1)
        _wait_until_warm(process.pid)
        yield server
    finally:
        server.stop()


def _wait_until_warm(server: int) -> None:
    from benchmarks.startup import processes, wait_until_idle

    wait_until_idle([p for name, p in processes(server).items() if name != "server"])
