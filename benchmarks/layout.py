"""The map beside umap-learn's defaults, a part laid out beside the whole, and cost by size.

``python -m benchmarks.layout [--peer 20000] [--parts 0] [--sizes 0]``: seconds, seconds of
processor, and trustworthiness (Venna and Kaski 2001; 15 neighbours) on made-up vectors with topics,
subtopics and languages, and on the hotel sentences where they are at hand.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

from benchmarks import data
from pipeline.common.progress import peak_memory_mb
from pipeline.projection import umap_layout

_HEAD = "| vectors | map | seconds | of processor | trustworthiness |\n" + "| --- " * 5 + "|"
_SAMPLED = 2_000  # rows whose neighbours on the map are looked at


def made_up(n: int, *, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Raw vectors float32 (n, 384), topics int (n,), languages str (n,), language means (11, 384).

    12 topics of 20 subtopics, fading variances, eleven languages that stand apart.
    """
    chance = np.random.default_rng(seed)
    fading = (1 / np.sqrt(np.arange(1, 385))).astype(np.float32)
    topics = chance.normal(size=(12, 384)).astype(np.float32) * fading
    subtopics = chance.normal(size=(240, 384)).astype(np.float32) * fading * 0.8
    means = chance.normal(size=(11, 384)).astype(np.float32)
    own = chance.integers(0, 240, n)
    shares = np.array([30, 20, 10, 10, 8, 6, 5, 4, 3, 2, 2]) / 100
    languages = chance.choice(11, n, p=shares)
    vectors = np.empty((n, 384), np.float32)
    for start in range(0, n, 50_000):
        part = slice(start, start + 50_000)
        noise = chance.standard_normal(vectors[part].shape, np.float32) * fading * 1.2
        vectors[part] = noise + topics[own[part] // 20] + subtopics[own[part]] + 3
        vectors[part] += means[languages[part]] * 0.3
        vectors[part] /= np.linalg.norm(vectors[part], axis=1, keepdims=True)
    return vectors, own // 20, np.array([f"l{n:02d}" for n in range(11)])[languages], means


def trustworthiness(vectors: np.ndarray, places: np.ndarray, *, neighbours: int = 15) -> float:
    """As scikit-learn's, of sampled rows (n, d) among all, which needs no (n, n) matrix."""
    n, k = len(vectors), neighbours
    sample = np.random.default_rng(0).permutation(n)[:_SAMPLED]
    penalty = 0
    for rows in np.array_split(sample, max(len(sample) // 100, 1)):
        own = np.arange(len(rows)), rows
        far = -(vectors[rows] @ vectors.T)
        far[own] = -np.inf
        apart = ((places[rows, None] - places[None]) ** 2).sum(axis=-1)
        apart[own] = np.inf
        found = np.take_along_axis(far, np.argpartition(apart, k, axis=1)[:, :k], axis=1)
        far.sort(axis=1)
        for line, values in zip(far, found, strict=True):
            penalty += int(np.maximum(np.searchsorted(line, values) - k, 0).sum())
    return 1 - 2 * penalty / (len(sample) * k * (2 * n - 3 * k - 1))


def peer(n: int) -> None:
    """This map and umap-learn's defaults on the same vectors, in turn, twice; warm."""
    import umap

    print(_HEAD)
    for name, vectors in _sets(n):
        for warm in (umap.UMAP().fit, umap_layout.lay_out):  # compile
            warm(vectors[:5_000])
        for _ in range(2):
            for title, make in (
                ("umap-learn's defaults", lambda v: umap.UMAP().fit_transform(v)),
                ("this program", umap_layout.lay_out),
            ):
                _row(name, title, vectors, make)


def parts(n: int) -> None:
    """The whole laid out, and half of it with the rest placed among it."""
    print(_HEAD)
    for name, vectors in _sets(n):
        for title, most in (("all", len(vectors)), ("half", len(vectors) // 2)):
            umap_layout.MAX_LAID_OUT = most
            _row(name, f"{title} laid out", vectors, umap_layout.lay_out)


def cost(n: int, *, with_map: bool = True) -> None:
    """Seconds and peak memory of everything from vectors to topics and map, names left out."""
    from pipeline.analysis.analysis import Settings
    from pipeline.analysis.run import _agreement
    from pipeline.embedding.neutral import fit_neutral
    from pipeline.topics.clustering import find_topics
    from pipeline.topics.stability import topic_stability

    raw, _, languages, means = made_up(n)
    began = time.perf_counter()
    marks = []

    def mark(name: str) -> None:
        marks.append((name, time.perf_counter()))

    neutral = fit_neutral(raw, languages, means).transform(raw)
    mark("neutral")
    topics = find_topics(neutral, languages=languages, separate_outliers=True)
    topic_stability(topics.points, topics.assignments, topics.topic_count)
    _agreement(raw, topics.assignments, languages, topics.topic_count, Settings())
    mark("topics")
    if with_map:
        strata = np.unique(languages, return_inverse=True)[1] * 100 + topics.assignments
        umap_layout.lay_out(neutral, strata=strata)
        mark("map")
    seconds = np.diff([began, *(at for _, at in marks)])
    spent = ", ".join(f"{name} {s:.1f}" for (name, _), s in zip(marks, seconds, strict=True))
    print(f"{n:,} units, {topics.topic_count} topics: {spent}; {sum(seconds):.1f} s, of processor "
          f"{time.process_time():.1f} s, peak {peak_memory_mb():,} MB", flush=True)  # fmt: skip


def _sets(n: int) -> list[tuple[str, np.ndarray]]:
    from pipeline.common.arrays import distinct_rows
    from pipeline.embedding.neutral import fit_neutral

    raw, _, languages, means = made_up(n)
    sets = [("made up", fit_neutral(raw, languages, means).transform(raw))]
    if data.folder():
        from pipeline.embedding.parallel_corpus import parallel_means
        from pipeline.embedding.registry import load_encoder

        encoder = load_encoder()
        hotel = data.load("hotel_parallel_dev", encoder)
        space = fit_neutral(hotel.vectors, hotel.languages, parallel_means(encoder))
        neutral = space.transform(hotel.vectors)
        sets.append(("hotel sentences", neutral[distinct_rows(neutral)[0]]))
    return sets


def _row(
    name: str, title: str, vectors: np.ndarray, make: Callable[[np.ndarray], np.ndarray]
) -> None:
    began, spent = time.perf_counter(), time.process_time()
    places = make(vectors)
    seconds, spent = time.perf_counter() - began, time.process_time() - spent
    trust = trustworthiness(vectors, places)
    print(f"| {name}, {len(vectors):,} | {title} | {seconds:.1f} | {spent:.1f} | {trust:.4f} |",
          flush=True)  # fmt: skip


def main() -> None:
    """Measure what is asked for; 0 leaves a part out."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.layout")
    parser.add_argument("--peer", type=int, default=20_000)
    parser.add_argument("--parts", type=int, default=0)
    parser.add_argument("--sizes", default="", help="10000,100000: each in a process of its own")
    parser.add_argument("--size", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--no-map", action="store_true")
    options = parser.parse_args()
    if options.size:
        cost(options.size, with_map=not options.no_map)
        return
    if options.peer:
        peer(options.peer)
    if options.parts:
        parts(options.parts)
    for size in filter(None, options.sizes.split(",")):
        command = [sys.executable, "-m", "benchmarks.layout", "--size", size]
        subprocess.run([*command, *["--no-map"] * options.no_map], check=True)


if __name__ == "__main__":
    main()
