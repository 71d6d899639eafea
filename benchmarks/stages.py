"""Seconds and memory of each stage of a whole run, in a process of its own."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks import data


def stages(folder: Path) -> Iterator[tuple[str, str, float, int]]:
    """Analyse the sample, and 4,000 other texts where there are any, without the vector cache."""
    files = [data.SAMPLE / "hotel_reviews.csv"]
    if place := data.folder():
        files.append(folder / "hotel_parallel_4000.csv")
        _head(place / "hotel_parallel_dev.csv", files[-1], 4000)
    for file in files:
        out = folder / file.stem
        command = [sys.executable, "-m", "pipeline", "analyse", file, "--out", out, "--no-cache"]
        subprocess.run(list(map(str, command)), check=True, capture_output=True)
        report = json.loads((out / "report.json").read_text("utf-8"))
        for stage in report["stages"]:
            yield file.name, stage["stage"], stage["seconds"], stage["peak_memory_mb"]


def _head(source: Path, target: Path, rows: int) -> None:
    with open(source, encoding="utf-8", newline="") as lines:
        table = list(csv.reader(lines))
    with open(target, "w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([["text"], *([row[2]] for row in table[1 : rows + 1])])
