"""Prints the quality table and what each stage takes; ``python -m benchmarks [--write]``."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from benchmarks.quality import quality
from benchmarks.search import search_rows
from benchmarks.stages import stages
from benchmarks.topics_quality import topic_rows
from benchmarks.units import unit_rows
from pipeline.encoder import load_encoder
from pipeline.parallel import parallel_means

PACKAGES = ("sentence-transformers", "torch", "scikit-learn", "umap-learn", "numpy")
RESULTS = Path(__file__).parent / "RESULTS.md"


def main() -> None:
    """Measure, print a Markdown report, and keep it when asked."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--write", action="store_true", help="also write benchmarks/RESULTS.md")
    options = parser.parse_args()
    lines = ["# Measured", "", machine(), ""]
    lines += ["| what | measured | wanted | plain e5 |", "| --- | --- | --- | --- |"]
    encoder = load_encoder()
    lines += table(quality(encoder))
    lines += ["", "Topics, each labelled set (docs/method.md):", ""]
    lines += ["| what | measured | wanted | plain e5 |", "| --- | --- | --- | --- |"]
    lines += table(topic_rows(encoder))
    lines += ["", "Sentences against whole reviews as what is grouped:", ""]
    lines += ["| what | measured | wanted | whole reviews |", "| --- | --- | --- | --- |"]
    lines += table(unit_rows(encoder, parallel_means(encoder)))
    lines += ["", "Search (docs/search.md):", ""]
    lines += ["| what | measured | wanted | cosines alone |", "| --- | --- | --- | --- |"]
    lines += table(search_rows(encoder))
    lines += ["", "Stages, whole command, new process:", ""]
    lines += ["| file | stage | seconds | peak MB |", "| --- | --- | --- | --- |"]
    with tempfile.TemporaryDirectory() as folder:
        for figures in stages(Path(folder)):
            lines.append(f"| {' | '.join(map(str, figures))} |")
    print("\n" + "\n".join(lines))
    if options.write:
        RESULTS.write_text("\n".join(lines) + "\n", "utf-8")


def table(rows: Iterator[tuple[str, ...]]) -> list[str]:
    """Lines of a Markdown table, shown as they come."""
    lines = []
    for row in rows:
        lines.append(f"| {' | '.join(row)} |")
        print(lines[-1], flush=True)
    return lines


def machine() -> str:
    """One line on where the figures come from."""
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    python = ".".join(map(str, sys.version_info[:3]))
    return (
        f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}, Python {python}; "
        f"{versions}. Repeat with `make bench`."
    )


if __name__ == "__main__":
    main()
