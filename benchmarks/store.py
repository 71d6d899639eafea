"""The store beside bare FAISS and plain NumPy, all in one run and in turn.

``python -m benchmarks.store [--rows 100000,1000000]``; ``make bench-store`` for both sizes. The
vectors are made: clustered unit vectors of 384, with metadata of real shapes. The embedding of
queries is not in the times. Everything lies in a temporary folder that is removed.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from pipeline.filters.expressions import And, Equals, Filter, Not, Range
from pipeline.filters.parser import parse_filter
from pipeline.stores.base import Fingerprint
from pipeline.stores.local import LocalStore, open_store

D, TOP, ROUNDS = 384, 10, 40
_LANGUAGES = np.array("en de fr ja zh es it ko nl pt pl ru tr th vi ar sv cs el he".split(), object)
FILTERS = {
    "none": "",
    "90 %": "rating >= 1.5",
    "language, 28 %": "language = en",
    "30 %": "share < 0.3",
    "10 %": "share < 0.1",
    "1 %": "share < 0.01",
    "0.1 %": "share < 0.001",
    "0.001 %": "share < 0.00001",
    "language, rating, hotel, date": "language in (en, ja, de) and rating <= 2 and "
    'hotel in ("Hotel 3", "Hotel 7", "Hotel 11") and date >= 2025-06',
}


def main() -> None:
    """Measure and print a Markdown table a size."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.store")
    parser.add_argument("--rows", default="100000", help="sizes, with commas")
    parser.add_argument("--small", action="store_const", const="20000", dest="rows")
    parser.add_argument("--reload", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.reload:
        _reload(options.reload)
        return
    for rows in map(int, options.rows.split(",")):
        folder = Path(tempfile.mkdtemp(prefix="polyguest-bench-"))
        try:
            _measure(rows, folder)
        finally:
            shutil.rmtree(folder)


def made(rows: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Clustered unit vectors and metadata, the same every time."""
    random = np.random.default_rng(0)
    centres = random.standard_normal((300, D), dtype=np.float32)
    vectors = np.empty((rows, D), np.float32)
    topics = random.integers(0, 300, rows)
    for start in range(0, rows, 50_000):
        part = vectors[start : start + 50_000]
        random.standard_normal(out=part, dtype=np.float32)
        part += 0.8 * centres[topics[start : start + 50_000]]
        part /= np.linalg.norm(part, axis=1, keepdims=True)
    zipf = 1 / np.arange(1, 21)
    return vectors, {
        "language": _LANGUAGES[random.choice(20, rows, p=zipf / zipf.sum())],
        "hotel": np.array([f"Hotel {n}" for n in range(200)], object)[
            random.integers(0, 200, rows)
        ],
        "rating": random.choice(np.arange(1.0, 6.0), rows, p=[0.1, 0.1, 0.15, 0.25, 0.4]),
        "date": np.datetime64("2020-01-01") + random.integers(0, 2400, rows),
        "topic": (topics % 20).astype(float),
        "share": random.random(rows),
    }


def _measure(rows: int, folder: Path) -> None:
    import faiss

    vectors, table = made(rows)
    random = np.random.default_rng(1)
    near = random.integers(0, rows, 200)
    asked = vectors[near] + 0.02 * random.standard_normal((200, D)).astype(np.float32)
    asked /= np.linalg.norm(asked, axis=1, keepdims=True)
    queries = asked[:ROUNDS]
    topics = dict(zip((q.tobytes() for q in queries), table["topic"][near].tolist(), strict=False))
    print(f"## {rows} vectors of {D}\n")

    store = open_store(folder, Fingerprint("made", D))
    begin = time.perf_counter()
    for start in range(0, rows, 50_000):
        part = slice(start, min(start + 50_000, rows))
        names = [f"r{n}" for n in range(part.start, part.stop)]
        store.upsert(names, vectors[part], {name: v[part] for name, v in table.items()}, names)
    _say("written to SQLite, s", time.perf_counter() - begin)
    _say("index built, written, opened, s", _seconds(lambda: store.search(queries[:1], top=TOP)))
    (index,) = (folder / "index").glob("vectors-*.faiss")
    _say("SQLite, MB", (folder / "store.sqlite").stat().st_size / 1e6)
    _say("index, MB", index.stat().st_size / 1e6)
    command = [sys.executable, "-m", "benchmarks.store", "--reload", str(folder)]
    print(subprocess.run(command, check=True, capture_output=True, text=True).stdout, end="")

    half = store._latest.indexed.index.precision == "float16"  # type: ignore[union-attr]
    bare: Any = faiss.IndexFlatIP(D)
    if half:
        quantizer = faiss.ScalarQuantizer.QT_fp16
        bare = faiss.IndexScalarQuantizer(D, quantizer, faiss.METRIC_INNER_PRODUCT)
    bare.add(vectors)
    exact = np.vstack([_nearest(vectors, asked[n : n + 50]) for n in range(0, 200, 50)])
    found = store.search(asked, top=TOP).ids
    shared = [len({f"r{n}" for n in a} & set(b)) for a, b in zip(exact, found, strict=True)]
    _say("recall@10 of the store beside float32, 200 queries", sum(shared) / TOP / len(asked))

    def plain(query: np.ndarray) -> None:
        scores = vectors @ query
        best = np.argpartition(-scores, TOP)[:TOP]
        best[np.argsort(-scores[best])]

    ways: dict[str, Callable[[np.ndarray], Any]] = {
        f"bare FAISS, {'float16' if half else 'float32'}": lambda q: bare.search(q[None], TOP),
        "plain NumPy, float32": plain,
    }
    for name, text in FILTERS.items():
        where = parse_filter(text)
        share = store.count(where) / rows
        ways[f"store, {name} ({share:.3%})"] = _searching(store, where)
    again = parse_filter(FILTERS["language, rating, hotel, date"])

    ends = iter(range(2, 10_000))

    def first_time(query: np.ndarray) -> None:
        never_asked = And((again, Range("share", high=next(ends))))
        store.search(query[None], top=TOP, where=never_asked)

    ways["store, the same and one more, for the first time"] = first_time
    ways["store, every topic but the query's own (95 %)"] = lambda q: store.search(
        q[None], top=TOP, where=Not(Equals("topic", topics[q.tobytes()]))
    )
    times: dict[str, list[float]] = {name: [] for name in ways}
    order = list(ways.items())
    for query in queries:
        # In another order each time: who comes after plain NumPy finds the processor's cache full.
        random.shuffle(order)
        for name, way in order:
            times[name].append(_seconds(lambda way=way, query=query: way(query)))  # type: ignore[misc]
    print("\n| one query | median, ms | 95th percentile, ms | x bare | x store, none |")
    print("| --- | --- | --- | --- | --- |")
    medians = {name: 1000 * float(np.median(t)) for name, t in times.items()}
    base, own = list(medians.values())[0], list(medians.values())[2]
    for name, median in medians.items():
        high = 1000 * float(np.percentile(times[name], 95))
        print(f"| {name} | {median:.2f} | {high:.2f} | {median / base:.2f} | {median / own:.2f} |")
    many = np.resize(queries, (1000, D)) if rows <= 100_000 else np.resize(queries, (100, D))
    product = min(_seconds(lambda: [many @ b.T for b in _blocks(vectors)]) for _ in range(3))
    batch = min(_seconds(lambda: store.search(many, top=20)) for _ in range(3))
    print(
        f"\n{len(many)} queries at once: {batch:.2f} s, "
        f"the products of the matrices alone {product:.2f} s\n",
        flush=True,
    )
    store.close()


def _searching(store: LocalStore, where: Filter) -> Callable[[np.ndarray], Any]:
    return lambda query: store.search(query[None], top=TOP, where=where)


def _nearest(vectors: np.ndarray, queries: np.ndarray) -> np.ndarray:
    """The TOP nearest rows of each query in float32: int64 (q, TOP), in any order."""
    scores = np.hstack([queries @ block.T for block in _blocks(vectors)])
    return np.argpartition(-scores, TOP, axis=1)[:, :TOP]


def _blocks(vectors: np.ndarray) -> list[np.ndarray]:
    return [vectors[start : start + 50_000] for start in range(0, len(vectors), 50_000)]


def _reload(folder: Path) -> None:
    """In a new process: what opening costs before and with the first search."""
    import faiss  # noqa: F401 - its import is no work of the store

    process = psutil.Process()
    query = np.full((1, D), D**-0.5, np.float32)
    before = process.memory_info().rss
    begin = time.perf_counter()
    store = open_store(folder)
    store.count()
    _say("opened again in a new process, s", time.perf_counter() - begin)
    full = process.memory_full_info()
    _say("its memory then, MB above the imports", (full.rss - before) / 1e6)
    begin = time.perf_counter()
    store.search(query, top=TOP)
    _say("its first search, s", time.perf_counter() - begin)
    begin = time.perf_counter()
    store.search(query, top=TOP, where=parse_filter(list(FILTERS.values())[-1]))
    _say("its first search with a filter of four columns, s", time.perf_counter() - begin)
    full = process.memory_full_info()
    _say("its own memory then, MB (mapped vectors apart)", full.uss / 1e6)


def _say(what: str, value: float) -> None:
    print(f"- {what}: {value:.4g}" if value < 100 else f"- {what}: {value:.0f}", flush=True)


def _seconds(call: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
