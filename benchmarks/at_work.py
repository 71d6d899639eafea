"""A file analysed by the app's workers: seconds by stage, and memory of all processes meanwhile.

``python -m benchmarks.at_work [FILE] [--rows N] [--precision int8] [--cache FOLDER]``: of a file or
of 20,000 made reviews in 19 languages: the server's process with what its pages import, its two
workers and the processes that read files; and when how many reviews are on the map, all of them
before their passages are embedded. The vector cache is empty, unless ``--cache`` names a folder
that stays: the second run in it encodes nothing, and measures the other stages on a busy machine
too. Memory is the proportional set size (Linux), processor seconds are those of the worker for
jobs. The vector of the first query, just after the start, and of the next are measured too.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from pipeline.common.paths import cache_folder
from pipeline.common.variables import CACHE, PRECISION
from pipeline.embedding.precision import PRECISIONS

_ROWS = 20_000
# In a process of its own: what making reviews takes is no memory of the server.
_MAKE = """
import sys
from benchmarks.serving import made
made(int(sys.argv[1])).to_csv(sys.argv[2], index=False)
"""
_EVERY = 0.3  # seconds between two looks at memory


def megabytes(process: psutil.Process) -> float:
    """Proportional set size."""
    lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text("ascii").splitlines()
    return int(next(line for line in lines if line.startswith("Pss:")).split()[1]) / 1000


def memory() -> dict[str, float]:
    """Megabytes of each kind of process of this program."""
    own = psutil.Process()
    found: dict[str, float] = {"server": megabytes(own)}
    for process in own.children(recursive=True):
        try:
            role = process.environ().get("POLYGUEST_WORKER", "")
            is_worker = "pipeline.jobs.worker" in process.cmdline()
            name = role if is_worker else "readers"
            found[name] = found.get(name, 0) + megabytes(process)
        except (psutil.Error, OSError, StopIteration):
            continue
    return found


def processor_seconds(process: psutil.Process) -> float:
    """Of a process and of those that it has started."""
    times = process.cpu_times()
    return float(times.user + times.system + times.children_user + times.children_system)


def said(found: dict[str, float]) -> str:
    """A line of memory."""
    parts = ", ".join(f"{name} {size:,.0f}" for name, size in found.items())
    return f"{sum(found.values()):,.0f} MB ({parts})"


def measure(file: Path, folder: Path, rows: int) -> None:
    """Print the figures."""
    from pipeline.analysis.analysis import Settings
    from pipeline.jobs.client import WorkerClient
    from pipeline.jobs.requests import AnalyseRequest
    from pipeline.reviews.source import ReviewSource
    from ui.server.memory import import_page_modules

    client, settings = WorkerClient(), Settings()
    import_page_modules()
    try:
        for when in ("just after the start", "again"):
            began = time.perf_counter()
            client.encode([f"loud music {when}"], settings.model)
            print(f"a query {when}: {time.perf_counter() - began:.2f} s")
        while not client.warm:
            time.sleep(0.2)
        time.sleep(10)
        print(f"idle: {said(memory())}")
        source = ReviewSource("reviews.csv", file, rows)
        target = folder / "analysis"
        request = AnalyseRequest(source, target, settings, partial_base=target)
        worker = psutil.Process(client.process_ids["jobs"])
        began, before = time.monotonic(), processor_seconds(worker)
        job = client.submit(request, rows=rows)
        stage, since, busy, most, at = "", began, before, {"": 0.0}, ""
        shown: dict[str, float] = {}
        print("| stage | s | processor s | most memory |\n| --- | --- | --- | --- |")
        highest = 0.0
        while True:
            if job.stage != stage or job.finished:
                now, work = time.monotonic(), processor_seconds(worker)
                if stage:
                    print(f"| {stage} | {now - since:.1f} | {work - busy:.1f} | {highest:,.0f} |")
                stage, since, busy, highest = job.stage, now, work, 0.0
            if job.finished:
                break
            part = job.partial_result
            if part is not None and (line := f"{part.reviews:,} of {part.total:,}") not in shown:
                shown[line] = time.monotonic() - began
            found = memory()
            highest = max(highest, sum(found.values()))
            if sum(found.values()) > sum(most.values()):
                most, at = found, stage
            time.sleep(_EVERY)
        print(f"| all | {time.monotonic() - began:.1f} | {busy - before:.1f} | |\n")
        print("on the map: " + ", ".join(f"{k} after {v:.0f} s" for k, v in shown.items()))
        print(f"{job.state}; most memory in '{at}': {said(most)}")
        time.sleep(8)
        print(f"afterwards: {said(memory())}")
    finally:
        client.close()


def main() -> None:
    """Measure in folders of its own."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.at_work")
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--rows", type=int, default=_ROWS, help="to make, where no file is given")
    parser.add_argument("--precision", choices=("auto", *PRECISIONS), default="auto")
    parser.add_argument("--cache", type=Path, help="a folder that is kept for the next run")
    options = parser.parse_args()
    models = cache_folder("models")
    with contextlib.ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        cache = scratch / "cache" if options.cache is None else options.cache.resolve()
        cache.mkdir(parents=True, exist_ok=True)
        file = scratch / "reviews.csv" if options.file is None else options.file.resolve()
        if options.file is None:
            subprocess.run([sys.executable, "-c", _MAKE, str(options.rows), file], check=True)
        os.environ[CACHE.name], os.environ[PRECISION.name] = str(cache), options.precision
        if not (cache / "models").exists():
            (cache / "models").symlink_to(models, target_is_directory=True)
        measure(file, scratch, options.rows)


if __name__ == "__main__":
    main()
