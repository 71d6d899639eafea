"""Engines for vectors beside each other in one run: recall, milliseconds, rows a second, memory.

``python -m benchmarks.engines [--rows 100000,1000000] [--engines sqlite,postgresql] [--hnsw]``. The
vectors are those of ``benchmarks.store``: made, clustered, 384 numbers, with metadata of real
shapes. Servers are started as the tests start them, one after another, and end with the run.
Queries go through the program's own engines, one at a time, with each filter in turn; what is
compared with is the exact order in float32.
"""

from __future__ import annotations

import argparse
import time
from importlib import import_module

import numpy as np

from benchmarks.store import TOP, D, made
from pipeline.filters.binding import bind
from pipeline.filters.columns import make_columns
from pipeline.filters.expressions import And, Filter, mask
from pipeline.filters.parser import parse_filter
from pipeline.stores.base import Fingerprint
from pipeline.stores.engine import EngineStore
from pipeline.stores.engines import close_engines, open_engine

_BATCH = 20_000
FILTERS = {
    "no filter": "",
    "1.5 %": "language = ja and rating <= 2",
    "28 %": "language = en",
}


def main() -> None:
    """Measure each engine and print a Markdown table a size."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engines")
    parser.add_argument("--rows", default="100000", help="sizes, with commas")
    parser.add_argument("--engines", default=",".join(("sqlite", "postgresql", "milvus", "redis")))
    parser.add_argument("--hnsw", action="store_true", help="PostgreSQL also with its HNSW index")
    parser.add_argument("--queries", type=int, default=30)
    options = parser.parse_args()
    names = options.engines.split(",")
    for rows in map(int, options.rows.split(",")):
        vectors, table = made(rows)
        random = np.random.default_rng(1)
        near = random.integers(0, rows, options.queries)
        asked = vectors[near] + 0.02 * random.standard_normal((len(near), D)).astype(np.float32)
        asked /= np.linalg.norm(asked, axis=1, keepdims=True)
        exact = {name: _exact(vectors, table, asked, text) for name, text in FILTERS.items()}
        heads = "".join(f" {name}: ms, median | p95 | recall@10 |" for name in FILTERS)
        print(f"\n## {rows} vectors of {D}, {len(asked)} queries\n")
        print(f"| engine | start, s | rows/s | ready, s | memory, MB |{heads}")
        print("| --- " * (5 + 3 * len(FILTERS)) + "|", flush=True)
        for name in names:
            _measure(name, vectors, table, asked, exact, hnsw=False)
            if options.hnsw and name == "postgresql":
                _measure(name, vectors, table, asked, exact, hnsw=True)


def _measure(
    kind: str,
    vectors: np.ndarray,
    table: dict[str, np.ndarray],
    asked: np.ndarray,
    exact: dict[str, np.ndarray],
    *,
    hnsw: bool,
) -> None:
    """Start an engine, fill it, ask it, and print its line."""
    server = import_module("tests.pipeline.stores.engine_servers").SERVERS[kind]()
    begin = time.perf_counter()
    try:
        server.start()
        uri = server.uri
        if hnsw:
            uri += ("&" if "?" in uri else "?") + "hnsw=1"
        engine = open_engine(uri)
        started = time.perf_counter() - begin
        store = engine.open("bench", Fingerprint("made", D))
        begin = time.perf_counter()
        for start in range(0, len(vectors), _BATCH):
            part = slice(start, start + _BATCH)
            ids = [f"r{n}" for n in range(start, start + len(vectors[part]))]
            store.upsert(ids, vectors[part], {n: v[part] for n, v in table.items()}, ids)
        written = time.perf_counter() - begin
        begin = time.perf_counter()
        store.optimise()
        store.search(asked[:1], top=TOP)
        ready = time.perf_counter() - begin
        cells = _ask(store, asked, exact)
        label = f"{engine.version}, FAISS" if kind == "sqlite" else engine.version
        label += ", HNSW" if hnsw else ""
        memory = server.memory() / 1e6
        print(
            f"| {label} | {started:.1f} | {len(vectors) / written:,.0f} | {ready:.1f} | "
            f"{memory:,.0f} | {' | '.join(cells)} |",
            flush=True,
        )
    except Exception as error:  # what can't be started is left out of the table
        print(f"| {kind} | not measured: {type(error).__name__}: {error} |", flush=True)
    finally:
        close_engines()
        server.stop()


def _ask(store: EngineStore, asked: np.ndarray, exact: dict[str, np.ndarray]) -> list[str]:
    """Milliseconds and recall for each filter, asked in turn."""
    trees: dict[str, Filter | None] = {
        name: parse_filter(text) if text else None for name, text in FILTERS.items()
    }
    times: dict[str, list[float]] = {name: [] for name in FILTERS}
    found: dict[str, list[set[str]]] = {name: [] for name in FILTERS}
    for query in asked:
        for name, where in trees.items():
            begin = time.perf_counter()
            ids = store.search(query[None], top=TOP, where=where).ids[0]
            times[name].append(1000 * (time.perf_counter() - begin))
            found[name].append(set(ids))
    cells = []
    for name in FILTERS:
        wanted = [{f"r{n}" for n in rows} for rows in exact[name]]
        shared = [len(a & b) / len(b) for a, b in zip(found[name], wanted, strict=True)]
        cells += [
            f"{np.median(times[name]):.1f}",
            f"{np.percentile(times[name], 95):.1f}",
            f"{np.mean(shared):.3f}",
        ]
    return cells


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
