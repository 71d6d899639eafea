"""How the server answers others while it reads files that were made to hold it up."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable, Iterator

import numpy as np

from benchmarks.load.client import StreamlitClient
from benchmarks.load.journal import Journal
from benchmarks.load.page import ProtocolError
from benchmarks.load.server import Server
from benchmarks.load.visitors import Files

# Those that took seconds or gigabytes before files were read in a process of their own.
_CHOSEN = (
    "tabs.csv", "commas.csv", "wide.xlsx", "shared.xlsx", "spans.html", "dictionary.parquet",
    "keys.jsonl", "loop.xls",
)  # fmt: skip
_QUIET_SEARCHES = 20
_PAUSE = 0.5  # seconds between two searches


def hostile_rows(server: Server, files: Files) -> Iterator[str]:
    """A Markdown table: answers before, and during each upload; problems below."""
    from tests.support.hostile import FILES

    yield "| meanwhile | health: median, longest, s | search: median, longest, s | upload, s |"
    yield "| --- | --- | --- | --- |"
    searcher = StreamlitClient(server.address)
    searcher.open()
    searcher.upload(*files.next(100))
    searcher.click("Analyse")
    searcher.wait(lambda: searcher.page.has("plotly_chart"), "the map")
    searcher.settle()
    _search(searcher, 0)  # the index is made
    problems: list[str] = []
    done = iter(range(1, 1_000_000))

    def beside(work: Callable[[], None]) -> str:
        """Figures of health and searches while something is done, and how long that took."""
        health, journal, over = Journal(), Journal(), threading.Event()
        ask = threading.Thread(target=_ask_health, args=(server, health, over))
        began = time.monotonic()

        def do() -> None:
            try:
                work()
            except ProtocolError as error:
                problems.append(str(error))
            finally:
                over.set()

        other = threading.Thread(target=do)
        ask.start()
        other.start()
        while not over.is_set():
            with journal.timed("search"):
                _search(searcher, next(done))
            over.wait(_PAUSE)
        other.join()
        ask.join()
        problems.extend(what for _, _, what in health.problems)
        seconds = time.monotonic() - began
        return f"{_spread(health, 'health')} | {_spread(journal, 'search')} | {seconds:.1f}"

    yield f"| nothing | {beside(lambda: time.sleep(_QUIET_SEARCHES * _PAUSE))} |"
    for name in _CHOSEN:
        make, _ = FILES[name]
        data = make()

        def upload(name: str = name, data: bytes = data) -> None:
            visitor = StreamlitClient(server.address)
            visitor.open()
            visitor.upload(name, data)
            problems.extend(p for p in visitor.page.problems if p.startswith("exception"))
            visitor.close()

        yield f"| {name} is uploaded | {beside(upload)} |"
    searcher.close()
    problems += searcher.page.problems
    yield f"\nProblems: {len(problems)}."
    yield from (f"- {problem}" for problem in problems)


def _search(client: StreamlitClient, number: int) -> None:
    client.type("Search by meaning", f"loud music at night {number}")
    client.click("Search")


def _ask_health(server: Server, journal: Journal, over: threading.Event) -> None:
    while not over.is_set():
        try:
            with journal.timed("health"):
                connection = http.client.HTTPConnection("localhost", server.port, timeout=60)
                connection.request("GET", "/_stcore/health")
                connection.getresponse().read()
                connection.close()
        except OSError as error:
            journal.blame("health", str(error))
        time.sleep(0.05)


def _spread(journal: Journal, act: str) -> str:
    seconds = [each for _, each in journal.took.get(act, [])]
    return f"{np.median(seconds):.2f}, {max(seconds):.2f}" if seconds else "none"
