"""Many visitors at once: errors, blank pages, seconds and memory of a real server.

``python -m benchmarks.load [--only crowd,hostile,series,servers]`` starts the app as ``make run``
does, with data of its own. Visitors upload files of invented reviews, analyse, search and edit
them, leave, and come again: some in Chromium, the rest over Streamlit's own protocol
(:mod:`benchmarks.load.client`). They wait two to seven seconds between two acts.

- crowd: twenty visitors for ten minutes.
- hostile: searches of one visitor while another uploads files that were made to hold a server up.
- series: 200 analyses of small files, one after another.
- servers: two servers on one data folder, whose visitors keep, edit, delete and restore analyses.

Linux; playwright and Chromium for the visitors with a browser.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.load.crowd import crowd_rows
from benchmarks.load.hostile import hostile_rows
from benchmarks.load.series import series_rows
from benchmarks.load.server import serve
from benchmarks.load.two_servers import two_servers_rows
from benchmarks.load.visitors import Files

_PARTS = {
    "crowd": "Twenty visitors at once",
    "hostile": "Others meanwhile, when hostile files are uploaded",
    "series": "Analyses of small files, one after another",
    "servers": "Two servers on one data folder",
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load")
    parser.add_argument("--only", default=",".join(_PARTS), help=f"of {', '.join(_PARTS)}")
    parser.add_argument("--visitors", type=int, default=20)
    parser.add_argument("--browsers", type=int, default=4, help="of the visitors")
    parser.add_argument("--seconds", type=float, default=600, help="of crowd; servers: a third")
    parser.add_argument("--analyses", type=int, default=200, help="of series")
    parser.add_argument("--port", type=int, default=8651, help="and the next one")
    options = parser.parse_args()
    files = Files()
    for part in options.only.split(","):
        print(f"### {_PARTS[part]}\n", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            for line in _rows(part, options, files, Path(folder)):
                print(line, flush=True)


def _rows(part: str, options: argparse.Namespace, files: Files, folder: Path) -> Iterator[str]:
    data = folder / "data"
    with serve(data, options.port, log=folder / "log.txt") as server:
        if part == "crowd":
            yield from crowd_rows(
                server,
                files,
                visitors=options.visitors,
                browsers=options.browsers,
                seconds=options.seconds,
            )
        elif part == "hostile":
            yield from hostile_rows(server, files)
        elif part == "series":
            yield from series_rows(server, files, options.analyses)
        else:
            with serve(data, options.port + 1, log=folder / "second.txt") as second:
                yield from two_servers_rows(
                    (server, second),
                    files,
                    visitors=max(options.visitors // 3, 2),
                    seconds=options.seconds / 3,
                )


if __name__ == "__main__":
    main()
