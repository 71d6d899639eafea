"""Many analyses of small files one after another, and what stays behind."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.load.client import StreamlitClient
from benchmarks.load.server import Server
from benchmarks.load.visitors import Files

_ROWS = 40
_A_VISIT = 10  # analyses before the visitor leaves and another comes


def series_rows(server: Server, files: Files, analyses: int) -> Iterator[str]:
    """A Markdown table: memory and disk after each tenth of the analyses."""
    yield "| analyses | server, MB | jobs, MB | queries, MB | sessions on disk, MB |"
    yield "| --- | --- | --- | --- | --- |"
    problems: list[str] = []
    client = None
    for number in range(analyses):
        client = client or StreamlitClient(server.address)
        _analyse(client, *files.next(_ROWS))
        if (number + 1) % _A_VISIT == 0:
            problems += client.page.problems
            client.close()
            client = None
        if (number + 1) % max(analyses // 10, 1) == 0:
            own = server.measure()
            held = " | ".join(f"{own[kind]:.0f}" for kind in ("server", "jobs", "queries"))
            yield f"| {number + 1} | {held} | {server.disk('cache/sessions'):.1f} |"
    if client is not None:
        problems += client.page.problems
        client.close()
    yield f"\nProblems: {len(problems)}; errors in the log: {len(server.complaints())}."
    yield from (f"- {problem}" for problem in problems)


def _analyse(client: StreamlitClient, name: str, data: bytes) -> None:
    if client.page.nodes:
        client.go("")
    else:
        client.open()
    client.upload(name, data)
    client.click("Analyse")
    client.wait(
        lambda: client.page.has("plotly_chart") and name in client.page.text(), f"the map of {name}"
    )
    client.settle()
