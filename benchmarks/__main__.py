"""Prints the quality table and what each stage takes; ``python -m benchmarks [--write]``."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from benchmarks.quality import quality
from benchmarks.search import search_rows
from benchmarks.stages import stages
from pipeline.encoder import load_encoder

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
    for row in quality(encoder):
        lines.append(f"| {' | '.join(row)} |")
        print(lines[-1], flush=True)
    lines += ["", "Search (docs/search.md):", ""]
    lines += ["| what | measured | wanted | cosines alone |", "| --- | --- | --- | --- |"]
    for row in search_rows(encoder):
        lines.append(f"| {' | '.join(row)} |")
        print(lines[-1], flush=True)
    lines += ["", "Stages, whole command, new process:", ""]
    lines += ["| file | stage | seconds | peak MB |", "| --- | --- | --- | --- |"]
    with tempfile.TemporaryDirectory() as folder:
        for figures in stages(Path(folder)):
            lines.append(f"| {' | '.join(map(str, figures))} |")
    print("\n" + "\n".join(lines))
    if options.write:
        RESULTS.write_text("\n".join(lines) + "\n", "utf-8")


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
