"""What visitors do: upload a file, analyse it, search, edit its topics, look around, and leave."""

from __future__ import annotations

import time
import traceback

import numpy as np

from benchmarks.load.client import StreamlitClient
from benchmarks.load.journal import Journal
from benchmarks.serving import made

ROWS = (60, 160)  # of a file
_TOPICS = (
    "loud music at night", "朝食が美味しい", "la piscina estaba fría", "kein Parkplatz",
    "personnel impoli", "sporco e vecchio", "جار صاخب", "청소가 안 됨", "friendly staff",
    "no hot water in the shower", "slow lift", "early check-in",
)  # fmt: skip


class Files:
    """Files of invented reviews, no two alike.

    Args:
        most: how many reviews there are for all.
        seed: of the choice.
    """

    def __init__(self, most: int = 24_000, *, seed: int = 0) -> None:
        self._table = made(most, seed=seed)
        self._at = self._number = 0

    def next(self, rows: int) -> tuple[str, bytes]:
        """The name and the bytes of another file."""
        self._number += 1
        self._at = self._at if self._at + rows <= len(self._table) else 0
        part = self._table.iloc[self._at : self._at + rows]
        self._at += rows
        return f"hotel {self._number}.csv", part.to_csv(index=False).encode()


class Visitor:
    """A visitor who speaks Streamlit's protocol, from one visit to the next.

    Args:
        name: for the journal.
        address: of the server.
        files: of all visitors.
        journal: of all visitors.
        ends: seconds of the journal after which nothing new is begun.
        seed: of what is done, and how long is thought about it.
    """

    def __init__(
        self, name: str, address: str, files: Files, journal: Journal, *, ends: float, seed: int
    ) -> None:
        self.name, self.address, self.files, self.journal = name, address, files, journal
        self.ends = ends
        self.chance = np.random.default_rng(seed)
        self.count = 0

    @property
    def goes_on(self) -> bool:
        """Whether there is time left."""
        return self.journal.now < self.ends

    def run(self) -> None:
        """Visit until the time is over."""
        time.sleep(self.chance.uniform(0, 15))
        while self.goes_on:
            client = None
            try:
                with self.journal.timed("open"):
                    client = StreamlitClient(self.address)
                    client.open()
                for _ in range(2):
                    self.story(client)
            except Exception as error:
                trace = "".join(traceback.format_exception(error)[-2:])
                self.journal.blame(self.name, f"{error} {trace}")
            finally:
                if client is not None:
                    for problem in client.page.problems:
                        self.journal.blame(self.name, problem)
                    client.close()

    def story(self, client: StreamlitClient) -> None:
        """A file from its upload to the last look at it."""
        if not self.goes_on:
            return
        name, data = self.files.next(int(self.chance.integers(*ROWS)))
        if not client.page.has("file_uploader"):
            client.go("")
        self.think(client)
        with self.journal.timed("upload and preview"):
            client.upload(name, data)
        self.think(client)
        client.click("Analyse")
        with self.journal.timed("analysis, from the click to the map"):
            client.wait(lambda: client.page.has("plotly_chart"), "the map")
            client.settle()
        self.check(client, "explore", name)
        for _ in range(int(self.chance.integers(3, 6))):
            if not self.goes_on:
                return
            self.think(client)
            self.search(client, name)
        if self.chance.random() < 0.4:
            with self.journal.timed("clear the search"):
                client.click("Clear")
            self.check(client, "explore", name)
        self.edit(client, name)
        if self.chance.random() < 0.3:
            self.look_at_all(client)
            client.go("explore")
            self.check(client, "explore", name)
            self.search(client, name)

    def search(self, client: StreamlitClient, name: str) -> None:
        """Ask what nobody has asked before."""
        client.type("Search by meaning", self.question())
        with self.journal.timed("search"):
            client.click("Search")
        self.check(client, "explore", name)
        if "pg-hit" not in client.page.text():
            self.journal.blame(self.name, "a search without hits")

    def question(self) -> str:
        """A query that nobody has asked."""
        self.count += 1
        return f"{self.chance.choice(_TOPICS)} {self.name} {self.count}"

    def edit(self, client: StreamlitClient, name: str) -> None:
        """Rename a topic, take it back, and make a topic of a phrase."""
        with self.journal.timed("another page"):
            client.go("topics")
        self.check(client, "topics", name)
        self.think(client)
        client.open_menu("Edit")
        client.type("Name", f"Named by {self.name}")
        with self.journal.timed("rename a topic"):
            client.click("Rename")
        self.check(client, "topics", name, f"Named by {self.name}")
        self.think(client)
        with self.journal.timed("undo"):
            client.click("Undo")
        self.check(client, "topics", name)
        if self.chance.random() < 0.5:
            client.type("New topic from a phrase", "waiting for the lift")
            with self.journal.timed("topic of a phrase, in the worker"):
                client.click("Create topic")
                client.wait(lambda: client.page.has("button", "Undo"), "the new topic")
                client.settle()
            self.check(client, "topics", name)
        self.think(client)
        with self.journal.timed("another page"):
            client.go("explore")
        self.check(client, "explore", name)

    def look_at_all(self, client: StreamlitClient) -> None:
        """Search all kept analyses."""
        with self.journal.timed("another page"):
            client.go("analyses")
        client.type("Search all", self.question())
        with self.journal.timed("search all analyses"):
            client.click("Search", key="everywhere")
        self.think(client)

    def check(self, client: StreamlitClient, page: str, *wanted: str) -> None:
        """Note it when the page that is drawn has not what belongs on it."""
        there = client.page.text()
        missing = [each for each in ("pg-head", *wanted) if each not in there]
        if page == "explore" and not client.page.has("plotly_chart"):
            missing.append("its map")
        if page == "topics" and not client.page.menus("Edit"):
            missing.append("its topics")
        if missing:
            self.journal.blame(
                self.name, f"blank page: {page} has no {', '.join(missing)}; it has {there[:300]}"
            )

    def think(self, client: StreamlitClient) -> None:
        """Read the page for a while."""
        client.linger(self.chance.uniform(2.0, 7.0))
