"""Encoding on a Ray cluster, compared with this process: speed, and what the cluster itself takes.

``python -m benchmarks.cluster [--texts 1000] [--rounds 3] [--precision int8] [--ray-data]``: this
process with one thread and with two, a cluster of one node of a core, and one of two such nodes,
all on this machine. Every side in turn, so that whatever else the machine does hits all alike;
models are loaded before the clock starts. Processor seconds are those of all processes. Ray Data
with two actors, which loads its models each time, takes as long again.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any

import numpy as np
import psutil
import ray

from benchmarks.encoding import texts_like_reviews
from pipeline.embedding.embed import embed_documents
from pipeline.embedding.encoder import Encoder
from pipeline.embedding.ray_cluster import encoder_on_ray
from pipeline.embedding.registry import DEFAULT_MODEL, load_encoder

_ROWS_PER_BATCH = 200  # of Ray Data


class RayDataActor:
    """The model, as Ray Data asks for it."""

    def __init__(self, model: str) -> None:
        self._encoder = load_encoder(model, threads=1)

    def __call__(self, batch: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """The vectors of a batch of texts."""
        return {"vector": self._encoder.encode_documents(batch["item"].tolist())}


def with_ray_data(model: str, texts: list[str]) -> np.ndarray:
    """Vectors of texts by Ray Data, in order; its actors load the model each time."""
    import ray.data

    context = ray.data.DataContext.get_current()
    context.execution_options.preserve_order = True
    context.enable_progress_bars = False
    rows = ray.data.from_items(texts, override_num_blocks=max(len(texts) // _ROWS_PER_BATCH, 1))
    found = rows.map_batches(
        RayDataActor,
        fn_constructor_args=(model,),
        batch_size=_ROWS_PER_BATCH,
        compute=ray.data.ActorPoolStrategy(size=2),
        num_cpus=0.9,  # with all of a node's cores its own tasks would wait for ever
    )
    return np.stack([row["vector"] for row in found.take_all()])


@contextmanager
def nodes(count: int) -> Iterator[str]:
    """A cluster on this machine of nodes with a core each; its address."""
    from ray.cluster_utils import Cluster

    cluster = Cluster()
    try:
        for _ in range(count):
            cluster.add_node(num_cpus=1, include_dashboard=False)
        yield cluster.address
    finally:
        cluster.shutdown()


def processor_seconds() -> float:
    """Of this process and all that it has started, those that have ended among them."""
    total = 0.0
    for process in [psutil.Process(), *psutil.Process().children(recursive=True)]:
        try:
            times: Any = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
        except psutil.NoSuchProcess:
            continue
    return total


Side = Callable[[], AbstractContextManager[Callable[[], np.ndarray]]]


def measure(sides: Mapping[str, Side], rounds: int) -> dict[str, list[tuple[float, float]]]:
    """Seconds and processor seconds of every round of every side.

    Raises:
        ValueError: sides differ in a byte.
    """
    figures: dict[str, list[tuple[float, float]]] = {side: [] for side in sides}
    first: np.ndarray | None = None
    for _ in range(rounds):
        for side, prepare in sides.items():
            with prepare() as work:
                began, before = time.perf_counter(), processor_seconds()
                vectors = work()
                seconds = time.perf_counter() - began
                figures[side].append((seconds, processor_seconds() - before))
            half = vectors.astype(np.float16)
            first = half if first is None else first
            if not np.array_equal(half, first):
                raise ValueError(f"{side}: other vectors")
    return figures


@contextmanager
def here(encoder: Encoder, texts: list[str]) -> Iterator[Callable[[], np.ndarray]]:
    """This process."""
    embed(encoder, texts[:16])
    yield partial(embed, encoder, texts)


@contextmanager
def on_nodes(count: int, encoder: Encoder, texts: list[str]) -> Iterator[Callable[[], np.ndarray]]:
    """A cluster of some nodes, whose encoders have all loaded the model."""
    with nodes(count) as address, encoder_on_ray(address, encoder) as cluster:
        began = time.perf_counter()
        while cluster.encoders_ready < count:
            embed(cluster, texts[:400])
        seconds = time.perf_counter() - began
        print(f"{count} node(s): all encoders have worked after {seconds:.1f} s", file=sys.stderr)
        yield partial(embed, cluster, texts)


@contextmanager
def with_ray_data_on_nodes(
    count: int, model: str, texts: list[str]
) -> Iterator[Callable[[], np.ndarray]]:
    """Ray Data on a cluster of some nodes."""
    with nodes(count) as address:
        ray.init(address, log_to_driver=False, logging_level="ERROR")
        try:
            yield partial(with_ray_data, model, texts)
        finally:
            ray.shutdown()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cluster")
    parser.add_argument("--texts", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--precision", default="int8")
    parser.add_argument("--ray-data", action="store_true", help="compare with Ray Data as well")
    options = parser.parse_args()
    model, texts = f"{DEFAULT_MODEL}:{options.precision}", texts_like_reviews(options.texts)
    one, two = (load_encoder(model, threads=count) for count in (1, 2))
    sides: dict[str, Side] = {
        "this process, one thread": partial(here, one, texts),
        "this process, two threads": partial(here, two, texts),
        "a cluster of one node of a core": partial(on_nodes, 1, two, texts),
        "a cluster of two nodes of a core each": partial(on_nodes, 2, two, texts),
    }
    if options.ray_data:
        name = "Ray Data on two nodes of a core each, with loading"
        sides[name] = partial(with_ray_data_on_nodes, 2, model, texts)
    show(measure(sides, options.rounds), texts)


def embed(encoder: Encoder, texts: list[str]) -> np.ndarray:
    """Vectors of texts, computed anew."""
    return embed_documents(encoder, texts, use_cache=False)


def show(figures: dict[str, list[tuple[float, float]]], texts: list[str]) -> None:
    """Print a table of what :func:`measure` returned."""
    print("| | texts a second | x one thread (range) | processor s, x one thread |")
    print("| --- | --- | --- | --- |")
    base = next(iter(figures.values()))
    for side, rounds in figures.items():
        ratios = [b[0] / r[0] for b, r in zip(base, rounds, strict=True)]
        work = statistics.median(r[1] / b[1] for b, r in zip(base, rounds, strict=True))
        pace = statistics.median(len(texts) / r[0] for r in rounds)
        spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
        print(f"| {side} | {pace:,.0f} | {statistics.median(ratios):.2f} ({spread}) | {work:.2f} |")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
