"""What a number of reviews takes on many machines, by figures of one core and one row.

``python -m benchmarks.plan [--reviews 100000000]``: every assumption is an option; the defaults are
what was measured (docs/scale.md says where) and prices of a small rented machine.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

_HOUR = 3600
_GB = 1e9
_WORKING_SET_PAGES = 1.12  # of a B-tree and its table's fill


def rows(options: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """What, and how much."""
    passages = options.reviews * options.passages
    for name, rate in (("float32", options.float32), ("int8", options.int8)):
        seconds = passages * options.tokens / rate
        cores = options.cores
        yield f"encoding, {name}, core-hours", f"{seconds / _HOUR:,.0f}"
        yield (
            f"encoding, {name}, on {cores} cores at {options.efficiency:.0%}, hours",
            f"{seconds / cores / options.efficiency / _HOUR:,.1f}",
        )
        money = seconds / options.efficiency / _HOUR * options.core_price
        yield f"encoding, {name}, at {options.core_price} a core-hour", f"{money:,.0f}"
    raw = passages * options.dimension * 2
    text = options.reviews * options.text_bytes
    yield "texts to the machines, GB", f"{text / _GB:,.0f}"
    yield "vectors back from them, half precision, GB", f"{raw / _GB:,.0f}"
    yield (
        "the driver's network, MB a second, int8",
        f"{(raw + text) / (passages * options.tokens / options.int8 / options.cores) / 1e6:,.2f}",
    )
    cache = passages * options.cache_bytes * _WORKING_SET_PAGES
    yield "vector cache in PostgreSQL, GB", f"{cache / _GB:,.0f}"
    yield (
        "the same, rows a second that are written, int8",
        f"{options.cores * options.int8 / options.tokens:,.0f}",
    )
    yield (
        "vectors.npy of embed (float32, one a review), GB",
        (f"{options.reviews * options.dimension * 4 / _GB:,.0f}"),
    )
    yield "files of at most 1,000,000 rows", f"{options.reviews / 1e6:,.0f}"
    hours = options.analysis_seconds * options.reviews / 1e6 / _HOUR
    yield "topics and map, 1,000,000 reviews each, core-hours", f"{hours:,.0f}"
    scan = passages * options.dimension * 2 / options.memory_bandwidth
    yield "an exact search of everything in memory, s", f"{scan:,.1f}"
    yield (
        "disk for cache, vectors and texts a month, money",
        (f"{(cache + raw + text) / _GB * options.disk_price:,.0f}"),
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plan")

    def number(name: str, default: float, said: str) -> None:
        parser.add_argument(name, type=float, default=default, metavar="N", help=said)

    parser.add_argument("--reviews", type=int, default=100_000_000)
    number("--passages", 1.5, "for each review")
    number("--tokens", 31.0, "of a passage, with its prompt")
    number("--text-bytes", 180.0, "of a review")
    number("--float32", 1900.0, "tokens a second of a core")
    number("--int8", 3900.0, "tokens a second of a core")
    parser.add_argument("--cores", type=int, default=128)
    number("--efficiency", 0.9, "of actors, to a process")
    number("--core-price", 0.04, "of a core-hour")
    number("--disk-price", 0.1, "of a GB and month")
    parser.add_argument("--dimension", type=int, default=384)
    number("--cache-bytes", 900.0, "of a row of the cache")
    number("--analysis-seconds", 200.0, "topics and map of 1,000,000 reviews")
    number("--memory-bandwidth", 2e10, "bytes a second of one search")
    options = parser.parse_args()
    print("| what | figure |\n| --- | --- |")
    for what, figure in rows(options):
        print(f"| {what} | {figure} |")


if __name__ == "__main__":
    main()
