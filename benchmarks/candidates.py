"""Would a store's nearest vectors do as candidates for the calibrated ranking?

``python -m benchmarks.candidates [--rows 100000]``: which share of the first 20 of the calibrated
ranking is among the N vectors of the largest cosines, and what both ways take, in turn. The
vectors are made: clusters, languages with an offset each, some vectors nearer to everything.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np

from pipeline.search.hybrid import search_reviews
from pipeline.search.index import SearchIndex
from pipeline.search.query import Query
from pipeline.search.space import EncodedQueries
from pipeline.stores.base import Fingerprint
from pipeline.stores.local import open_store

D, TOP, QUERIES = 384, 20, 60
DEPTHS = (100, 1_000, 10_000)


def made(rows: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """float32 (rows, D) of length 1, their languages, and as many queries: (QUERIES, D)."""
    random = np.random.default_rng(0)
    chances = 1 / np.arange(1, 21)
    codes = random.choice(20, rows, p=chances / chances.sum())
    offsets = 0.15 * random.standard_normal((20, D))
    centres, hub = random.standard_normal((300, D)), 0.6 * random.standard_normal(D)
    vectors = np.empty((rows, D), np.float32)
    for start in range(0, rows, 20_000):
        part = slice(start, min(start + 20_000, rows))
        size = part.stop - part.start
        noise = random.standard_normal((size, D)) * random.uniform(0.8, 2.4, (size, 1))
        sums = centres[random.integers(0, 300, size)] + hub + offsets[codes[part]] + noise
        vectors[part] = sums / np.linalg.norm(sums, axis=1, keepdims=True)
    queries = centres[random.integers(0, 300, QUERIES)] + hub
    queries = queries + 1.2 * random.standard_normal((QUERIES, D))
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    return vectors, codes.astype(str), queries.astype(np.float32)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.candidates")
    parser.add_argument("--rows", type=int, default=100_000)
    rows = parser.parse_args().rows
    vectors, languages, queries = made(rows)
    index = SearchIndex(vectors, languages, [""] * rows)
    query = Query("made")
    search_reviews(
        index, [query], EncodedQueries.plain(queries[:1]), top=TOP, hybrid=False
    )  # calibrates
    with tempfile.TemporaryDirectory(prefix="polyguest-bench-") as folder:
        store = open_store(Path(folder), Fingerprint("made", D))
        for start in range(0, rows, 50_000):
            part = vectors[start : start + 50_000]
            names = [str(start + n) for n in range(len(part))]
            store.upsert(names, part, {}, names)
        store.search(queries[:1], top=TOP)
        names = ["calibrated, all", *(f"store, first {depth:,}" for depth in DEPTHS)]
        times: dict[str, list[float]] = {name: [] for name in names}
        kept = dict.fromkeys(DEPTHS, 0)
        for vector in queries:
            begin = time.perf_counter()
            (found,) = search_reviews(
                index, [query], EncodedQueries.plain(vector[None]), top=TOP, hybrid=False
            )
            times["calibrated, all"].append(time.perf_counter() - begin)
            for depth in DEPTHS:
                begin = time.perf_counter()
                near = store.search(vector[None], top=depth).ids[0]
                times[f"store, first {depth:,}"].append(time.perf_counter() - begin)
                kept[depth] += len({str(row) for row in found.rows.tolist()} & set(near))
        store.close()
    print(f"{rows} vectors of {D}; first {TOP} of the calibrated ranking\n")
    for depth, number in kept.items():
        print(f"among the {depth:,} of the largest cosines: {number / TOP / QUERIES:.4f}")
    for name, taken in times.items():
        print(f"{name}: {1000 * float(np.median(taken)):.1f} ms")


if __name__ == "__main__":
    main()
