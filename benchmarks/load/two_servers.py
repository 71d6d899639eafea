"""Two servers on one data folder: visitors keep, edit, delete and restore analyses at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from benchmarks.load.client import StreamlitClient
from benchmarks.load.journal import Journal, each_thread
from benchmarks.load.server import Server
from benchmarks.load.visitors import Files, Visitor
from pipeline.library.catalogue import Catalogue
from pipeline.library.verification import find_damage


class Keeper(Visitor):
    """A visitor who also deletes an analysis and restores it; knows what must be there at the end.

    Attributes:
        kept: file name -> the topic's name that was given last.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.kept: dict[str, str] = {}
        self.file = ""

    def edit(self, client: StreamlitClient, name: str) -> None:
        """Rename a topic, undo, rename again; delete the analysis and restore it."""
        super().edit(client, name)
        client.go("topics")
        client.open_menu("Edit")
        given = f"Last name of {name}"
        client.type("Name", given)
        with self.journal.timed("rename a topic"):
            client.click("Rename")
        self.kept[name] = given
        token = client.query.partition("analysis=")[2][:16]
        client.go("analyses")
        with self.journal.timed("delete an analysis"):
            client.click("Delete", key=token)
        with self.journal.timed("restore it"):
            client.click("Undo", key="undo-delete")
        client.type("Search all", self.question())
        with self.journal.timed("search all analyses"):
            client.click("Search", key="everywhere")
        client.go("explore")
        self.check(client, "explore", name)


def two_servers_rows(
    servers: tuple[Server, Server], files: Files, *, visitors: int, seconds: float
) -> Iterator[str]:
    """A Markdown table of what visitors of both did, and what was lost."""
    journal = Journal()
    keepers = [
        Keeper(
            f"k{number}",
            servers[number % 2].address,
            files,
            journal,
            ends=seconds,
            seed=50 + number,
        )
        for number in range(visitors)
    ]
    for thread in each_thread([keeper.run for keeper in keepers]):
        thread.join()
    yield from journal.rows()
    catalogue = Catalogue(servers[0].data / "analyses")
    entries = {entry.file: entry.token for entry in catalogue.entries()}
    lost, damaged, other = [], [], []
    for keeper in keepers:
        for name, given in keeper.kept.items():
            if name not in entries:
                lost.append(name)
                continue
            edits = json.dumps(catalogue.open(entries[name]).edits)
            if given not in edits:
                other.append(name)
    for entry in catalogue.entries():
        damaged += find_damage(catalogue.path(entry.token))
    said = [line for server in servers for line in server.complaints()]
    yield (
        f"\nOf {sum(len(k.kept) for k in keepers)} analyses {len(lost)} were lost, {len(other)} "
        f"without their last edit, {len(damaged)} damages; {len(journal.problems)} problems, "
        f"{len(said)} errors in the logs."
    )
    yield from (f"- {who}: {what}" for _, who, what in journal.problems)
    yield from (f"- {line}" for line in [*lost, *other, *damaged, *said[:20]])
