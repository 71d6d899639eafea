"""From starting the server to a page that can be used, and what all of it takes.

``python -m benchmarks.startup [--port 8631]``: seconds from the command (set up) to the server's
answer, to the first paint of the start page in a browser, and to the worker's being warm; memory of
each process idle and after the sample's analysis; modules that the server loads; size of what is
installed. Linux, with chromium and playwright.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil

from pipeline.common.paths import cache_folder

ROOT = Path(__file__).parent.parent
HEAVY = ("torch", "transformers", "sklearn", "umap", "numba", "faiss", "onnxruntime", "scipy")
_ARGUMENTS = ("--headless", "--no-sandbox", "--disable-gpu", "--enable-unsafe-swiftshader")


@contextmanager
def server(port: int) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """The app, as ``make run`` starts it, with data of its own; and when it was started."""
    with TemporaryDirectory() as data:
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "ui.serve", "--server.port", str(port)]
            + ["--server.headless", "true"],
            cwd=ROOT,
            env={**os.environ, "POLYGUEST_DATA": data},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield process, began
        finally:
            process.terminate()
            process.wait()


def answers(port: int) -> bool:
    """Whether the server does."""
    try:
        with urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=1) as page:
            return bool(page.status == 200)
    except OSError:
        return False


def processes(root: int) -> dict[str, psutil.Process]:
    """The server and its workers, by what they do."""
    found = {"server": psutil.Process(root)}
    for child in found["server"].children(recursive=True):
        role = child.environ().get("POLYGUEST_WORKER")
        if role:
            found[f"worker ({role})"] = child
    return found


def heavy_modules(process: psutil.Process) -> list[str]:
    """Which of the heavy libraries a process has loaded, by the files it has mapped."""
    files = [mapped.path for mapped in process.memory_maps()]
    return [name for name in HEAVY if any(f"/site-packages/{name}/" in path for path in files)]


def measure(port: int) -> list[tuple[str, str]]:
    """Rows of the table."""
    from playwright.sync_api import sync_playwright

    rows = []
    with server(port) as (process, began), sync_playwright() as tool:
        while not answers(port):
            time.sleep(0.02)
        rows.append(("command to the server's answer, s", f"{time.perf_counter() - began:.1f}"))
        at = processes(process.pid)
        browser = tool.chromium.launch(executable_path="/usr/bin/chromium", args=list(_ARGUMENTS))
        warm = 0.0
        for visit in ("first", "second", "later"):
            if visit == "later":
                warm = wait_until_idle([p for name, p in at.items() if name != "server"])
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            asked = time.perf_counter()
            page.goto(f"http://localhost:{port}")
            page.get_by_role("heading", level=1).first.wait_for(timeout=60_000)
            seconds = time.perf_counter() - asked
            painted = page.evaluate(
                "performance.getEntriesByName('first-contentful-paint')[0].startTime"
                " - performance.getEntriesByType('navigation')[0].responseEnd"
            )
            rows.append((f"{visit} visit: answer to first paint, s", f"{painted / 1000:.2f}"))
            rows.append((f"{visit} visit: request to the page's title, s", f"{seconds:.1f}"))
        rows.append(("command to both workers' models loaded, s", f"{warm - began:.1f}"))
        rows += [(f"{name}, idle, MB", memory(each)) for name, each in at.items()]
        loaded = ", ".join(heavy_modules(at["server"])) or "none"
        rows.append((f"the server has loaded, of {', '.join(HEAVY)}", loaded))
        asked = time.perf_counter()
        page.get_by_role("button", name="Try it with sample reviews").click()
        page.locator(".js-plotly-plot").first.wait_for(timeout=120_000)
        seconds = time.perf_counter() - asked
        rows.append(("sample: click to its map, warm, s", f"{seconds:.1f}"))
        rows += [(f"{name}, after the sample, MB", memory(each)) for name, each in at.items()]
        browser.close()
    rows.append(("installed packages, MB", size(Path(sys.prefix))))
    rows.append(("what is built of the model, MB", size(cache_folder("models"))))
    return rows


def wait_until_idle(workers: list[psutil.Process]) -> float:
    """When they began to do nothing for a second."""
    still, since = [each.cpu_times() for each in workers], time.perf_counter()
    while time.perf_counter() - since < 5:
        time.sleep(0.1)
        now = [each.cpu_times() for each in workers]
        if sum(n.user - s.user for n, s in zip(now, still, strict=True)) > 0.03:
            still, since = now, time.perf_counter()
    return since


def memory(process: psutil.Process) -> str:
    """What a process holds alone and shares, MB."""
    full: Any = process.memory_full_info()
    return f"{full.rss / 1e6:.0f} (its own: {full.uss / 1e6:.0f})"


def size(folder: Path) -> str:
    """Of all files in a folder, MB."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return f"{sum(path.stat().st_size for path in files) / 1e6:.0f}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.startup")
    parser.add_argument("--port", type=int, default=8631)
    options = parser.parse_args()
    print("| what | measured |\n| --- | --- |")
    for what, figure in measure(options.port):
        print(f"| {what} | {figure} |")


if __name__ == "__main__":
    main()
