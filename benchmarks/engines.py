"""Engines for vectors beside the default in one run: recall, milliseconds, rows a second, memory.

``python -m benchmarks.engines [--rows 100000,1000000] [--engines postgresql,redis] [--hnsw]``. The
vectors are those of ``benchmarks.store``: made, clustered, 384 numbers, with metadata of real
shapes. Servers are started as the tests start them, one after another, and end with the run.
Queries go through the program's own engines, one at a time, with each filter in turn, and each is
put to the default (SQLite and FAISS in this process) straight after: whatever else the machine does
hits both alike. What is compared with is the exact order in float32. Processor time is that of this
process and of the server.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
import psutil
import pytest

from benchmarks.store import TOP, D, made
from pipeline.filters.binding import bind
from pipeline.filters.columns import make_columns
from pipeline.filters.expressions import And, Filter, mask
from pipeline.filters.parser import parse_filter
from pipeline.stores.base import Fingerprint
from pipeline.stores.engines import close_engines, open_engine

_BATCH = 20_000
_SERVERS: dict[str, Any] = import_module("tests.pipeline.stores.engine_servers").SERVERS
FILTERS = {
    "no filter": "",
    "1.5 %": "language = ja and rating <= 2",
    "28 %": "language = en",
}


def main() -> None:
    """Measure each engine and print a Markdown table a size."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engines")
    parser.add_argument("--rows", default="100000", help="sizes, with commas")
    parser.add_argument("--engines", default="postgresql,milvus,redis,redis-plain")
    parser.add_argument("--hnsw", action="store_true", help="PostgreSQL also with its HNSW index")
    parser.add_argument("--queries", type=int, default=30)
    parser.add_argument("--memory", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.memory:
        _print_memory(options.memory)
        return
    for rows in map(int, options.rows.split(",")):
        _measure_size(rows, options.queries, options.engines.split(","), hnsw=options.hnsw)


def _measure_size(rows: int, count: int, kinds: Sequence[str], *, hnsw: bool) -> None:
    """Print the table of one number of rows."""
    vectors, table = made(rows)
    random = np.random.default_rng(1)
    near = random.integers(0, rows, count)
    asked = vectors[near] + 0.02 * random.standard_normal((len(near), D)).astype(np.float32)
    asked /= np.linalg.norm(asked, axis=1, keepdims=True)
    exact = {name: _exact(vectors, table, asked, text) for name, text in FILTERS.items()}
    data = _Data(vectors, table, asked, exact)
    heads = "".join(f" {name}: ms, median / p95 | cpu ms | recall@10 |" for name in FILTERS)
    print(f"\n## {rows} vectors of {D}, {len(asked)} queries\n")
    print(f"| engine | start, s | rows/s | rows a cpu s | ready, s | memory, MB |{heads}")
    print("| --- " * (6 + 3 * len(FILTERS)) + "|", flush=True)
    folder = _SERVERS["sqlite"]()
    folder.start()
    try:
        default = _Side(folder, folder.uri)
        default.fill(data)
        default.say("SQLite and FAISS, alone", _ask([default], data)[0])
        for kind in kinds:
            _measure(kind, "", default, data)
            if hnsw and kind == "postgresql":
                _measure(kind, "hnsw=1", default, data)
    finally:
        close_engines()
        folder.stop()


def _measure(kind: str, option: str, default: _Side, data: _Data) -> None:
    """Start an engine, fill it, ask it and the default in turn, and print their lines."""
    server = _SERVERS[kind]()
    begin = time.perf_counter()
    try:
        server.start()
        uri = server.uri
        if option:
            uri += ("&" if "?" in uri else "?") + option
        side = _Side(server, uri)
        side.started = time.perf_counter() - begin
        side.fill(data)
        own, others = _ask([side, default], data)
        side.say(side.engine.version + (f", {option}" if option else ""), own)
        default.say("SQLite and FAISS, in turn with it", others)
    except (
        Exception,
        pytest.skip.Exception,
    ) as error:  # what can't be started
        print(f"| {kind} | not measured: {type(error).__name__}: {error} |", flush=True)
    finally:
        server.stop()


@dataclass(frozen=True)
class _Data:
    """What all are filled with and asked.

    Attributes:
        vectors: float32 (n, D).
        table: metadata.
        asked: queries, float32 (q, D).
        exact: name of a filter -> the nearest rows of each query, int64 (q, TOP).
    """

    vectors: np.ndarray
    table: dict[str, np.ndarray]
    asked: np.ndarray
    exact: dict[str, np.ndarray]


class _Side:
    """An engine that is measured, with what was found of it."""

    def __init__(self, server: Any, uri: str) -> None:  # noqa: ANN401 - of the tests
        self.server, self.uri = server, uri
        self.engine = open_engine(uri)
        self.store = self.engine.open("bench", Fingerprint("made", D))
        self.started = 0.0
        self._filled: tuple[str, ...] = ()

    def processor_seconds(self) -> float:
        """Of this process and of the server."""
        own = psutil.Process()
        total = 0.0
        for process in {own, *self.server.processes()}:
            try:
                times = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += times.user + times.system
            if process != own:  # connections of PostgreSQL that have ended
                total += times.children_user + times.children_system
        return total

    def fill(self, data: _Data) -> None:
        """Write all rows, and search once."""
        begin, before = time.perf_counter(), self.processor_seconds()
        rows = len(data.vectors)
        for start in range(0, rows, _BATCH):
            part = slice(start, min(start + _BATCH, rows))
            ids = [f"r{n}" for n in range(part.start, part.stop)]
            table = {name: values[part] for name, values in data.table.items()}
            self.store.upsert(ids, data.vectors[part], table, ids)
        written = time.perf_counter() - begin
        worked = self.processor_seconds() - before
        begin = time.perf_counter()
        self.store.optimise()
        self.store.search(data.asked[:1], top=TOP)
        ready = time.perf_counter() - begin
        self._filled = (f"{rows / written:,.0f}", f"{rows / worked:,.0f}", f"{ready:.1f}")

    def say(self, label: str, cells: Sequence[str]) -> None:
        """Print the line."""
        if self.server.is_process:
            memory = f"{self.server.memory() / 1e6:,.0f}"
        else:
            memory = _memory_of(self.uri)
        filled = (f"{self.started:.1f}", *self._filled, memory)
        print(f"| {label} | {' | '.join((*filled, *cells))} |", flush=True)


def _ask(sides: Sequence[_Side], data: _Data) -> list[list[str]]:
    """Milliseconds, processor time and recall of each side for each filter, all asked in turn."""
    trees: dict[str, Filter | None] = {
        name: parse_filter(text) if text else None for name, text in FILTERS.items()
    }
    times: dict[tuple[int, str], list[float]] = {
        (n, name): [] for n in range(len(sides)) for name in FILTERS
    }
    work = dict.fromkeys(times, 0.0)
    found: dict[tuple[int, str], list[set[str]]] = {key: [] for key in times}
    for query in data.asked:
        for name, where in trees.items():
            for n, side in enumerate(sides):
                before, begin = side.processor_seconds(), time.perf_counter()
                ids = side.store.search(query[None], top=TOP, where=where).ids[0]
                times[n, name].append(1000 * (time.perf_counter() - begin))
                work[n, name] += 1000 * (side.processor_seconds() - before)
                found[n, name].append(set(ids))
    answers: list[list[str]] = [[] for _ in sides]
    for (n, name), taken in times.items():
        wanted = [{f"r{row}" for row in rows} for rows in data.exact[name]]
        shared = [len(a & b) / len(b) for a, b in zip(found[n, name], wanted, strict=True)]
        answers[n] += [
            f"{np.median(taken):.1f} / {np.percentile(taken, 95):.1f}",
            f"{work[n, name] / len(data.asked):.1f}",
            f"{np.mean(shared):.3f}",
        ]
    return answers


def _memory_of(uri: str) -> str:
    """The memory of a process that opens a store and searches it with every filter, MB."""
    command = [sys.executable, "-m", "benchmarks.engines", "--memory", uri]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def _print_memory(uri: str) -> None:
    """In a new process: its own memory, and with the files that it maps, above the imports', MB."""
    import faiss  # noqa: F401 - its import is no work of the store

    own = psutil.Process()
    before = own.memory_full_info()
    store = open_engine(uri).open("bench")
    query = np.full((1, D), D**-0.5, np.float32)
    for text in FILTERS.values():
        store.search(query, top=TOP, where=parse_filter(text) if text else None)
    after = own.memory_full_info()
    print(f"{(after.uss - before.uss) / 1e6:,.0f} ({(after.rss - before.rss) / 1e6:,.0f} mapped)")


def _exact(
    vectors: np.ndarray, table: dict[str, np.ndarray], asked: np.ndarray, text: str
) -> np.ndarray:
    """The nearest rows that pass a filter: int64 (q, TOP), in any order."""
    columns = make_columns(table)
    bound = bind(parse_filter(text) if text else And(()), {n: c.kind for n, c in columns.items()})
    rows = np.flatnonzero(mask(bound, columns, len(vectors)))
    scores = np.hstack([asked @ vectors[part].T for part in np.array_split(rows, 20)])
    return rows[np.argpartition(-scores, TOP, axis=1)[:, :TOP]]


if __name__ == "__main__":
    main()
