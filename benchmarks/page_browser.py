"""The same clicks as ``benchmarks.page`` by a person: a server and a browser, on 50,000 reviews.

``python -m benchmarks.page_browser [--reviews 50000] [--folder F] [--port 8641]``: milliseconds
of the script that a click starts in the server, wall and of its thread; milliseconds from the click
until the page knows that the script is over; thousands of bytes over the web socket. What the page
takes beyond the script is mostly chromium's: without a graphics card it draws 50,000 points in
software, on the same two cores. Linux, with chromium and playwright.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.page import keep
from benchmarks.startup import ROOT, answers

if TYPE_CHECKING:
    from playwright.sync_api import Page

ARGUMENTS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--enable-unsafe-swiftshader",
)  # fmt: skip
_STATE = "document.querySelector('[data-testid=stApp]').dataset.testScriptState"
_ROUNDS = 3
# Resolves when the script that a click starts is over: [ms to its start, ms to its end].
WATCH = f"""() => {{ window.watched = new Promise(done => {{
    const began = performance.now(); let started = null;
    const timer = setInterval(() => {{
        const now = performance.now() - began, state = {_STATE};
        if (started === null && state === 'running') started = now;
        if ((started !== null && state === 'notRunning') || now > 8000) {{
            clearInterval(timer); done([started, now]);
        }}
    }}, 4); }}) }}"""


def serve(log: str) -> None:
    """The app, writing the milliseconds of each script that it runs, wall and thread, to a file."""
    from streamlit.runtime.scriptrunner.script_runner import ScriptRunner

    from ui.serve import main

    run = ScriptRunner._run_script

    def timed(*arguments: Any) -> None:
        wall, own = time.perf_counter(), time.thread_time()
        try:
            run(*arguments)
        finally:
            wall, own = time.perf_counter() - wall, time.thread_time() - own
            with open(log, "a", encoding="utf-8") as file:
                file.write(f"{1_000 * wall:.0f} {1_000 * own:.0f}\n")

    setattr(ScriptRunner, "_run_script", timed)  # noqa: B010
    main()


class Visit:
    """A browser's window on the app, with what comes over its web socket counted."""

    def __init__(self, page: Page, log: Path) -> None:
        self.page, self.log, self.bytes = page, log, 0
        page.on("websocket", lambda s: s.on("framereceived", self._count))
        page.set_default_timeout(20_000)

    def _count(self, frame: str | bytes) -> None:
        self.bytes += len(frame)

    def timed(self, act: Callable[[], None]) -> tuple[float, float, float, float] | None:
        """Milliseconds of scripts, wall and thread, and of the page; thousands of bytes.

        None where the act has started no script.
        """
        before, scripts = self.bytes, len(self._scripts())
        self.page.evaluate(WATCH)
        act()
        _, ended = self.page.evaluate("window.watched")
        self.page.wait_for_timeout(300)
        ran = self._scripts()[scripts:]
        if not ran:
            return None
        wall, own = (sum(each) for each in zip(*ran, strict=True))
        return wall, own, ended, (self.bytes - before) / 1_000

    def _scripts(self) -> list[tuple[float, float]]:
        lines = self.log.read_text().splitlines() if self.log.is_file() else []
        return [(float(line.split()[0]), float(line.split()[1])) for line in lines]

    def pick(self, box: str, text: str) -> None:
        """Choose in a box of many."""
        own = self.page.get_by_role("combobox", name=box).first
        own.fill(text)
        own.press("Enter")

    def unpick(self, box: str) -> None:
        """Take the last choice away."""
        self.page.get_by_role("combobox", name=box).first.press("Backspace")

    def search(self, query: str) -> None:
        """Ask."""
        own = self.page.get_by_label("Search by meaning")
        own.fill(query)
        own.press("Enter")

    def lasso(self, share: float) -> None:
        """Draw around the middle of the map."""
        box = self.page.locator(".js-plotly-plot .nsewdrag").bounding_box()
        assert box is not None
        ends = [(0.5 - share, 0.5 - share), (0.5 + share, 0.5 - share), (0.5 + share, 0.5 + share)]
        for number, (x, y) in enumerate([*ends, (0.5 - share, 0.5 + share), ends[0]]):
            to = box["x"] + x * box["width"], box["y"] + y * box["height"]
            self.page.mouse.move(*to, steps=4)
            if number == 0:
                self.page.mouse.down()
        self.page.evaluate(WATCH)  # the click is the button's coming up
        self.page.mouse.up()

    def choose(self, name: str) -> None:
        """Press one of several segments."""
        self.page.get_by_test_id("stButtonGroup").get_by_text(name, exact=True).first.click()

    def button(self, name: str) -> None:
        """Press the first button of this name."""
        self.page.get_by_role("button", name=name, exact=True).first.click()


def clicks(visit: Visit) -> list[tuple[str, Callable[[int], None]]]:
    """Each kind of click, told which time it is made."""
    page = visit.page
    queries = ("Loud music at night", "朝食が美味しい", "sucio y viejo", "friendly staff")
    return [
        ("a language is chosen", lambda i: visit.pick("Languages", ("Fren", "Jap", "Thai")[i])),
        ("a language is taken away", lambda _i: visit.unpick("Languages")),
        ("coloured by", lambda i: visit.choose(("Language", "Topic")[i % 2])),
        ("a small lasso", lambda i: visit.lasso(0.12 + 0.01 * i)),
        ("a search", lambda i: visit.search(queries[i])),
        ("50, 20, 10 hits", lambda i: visit.choose(("50", "20", "10")[i])),
        ("the search is cleared", lambda _i: visit.search("")),
        ("Topics, Explore are opened", lambda i: page.get_by_role(
            "link", name=("Topics", "Explore")[i % 2]).first.click()),
    ]  # fmt: skip


def main() -> None:
    """Print a table of clicks."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(prog="python -m benchmarks.page_browser")
    parser.add_argument("--reviews", type=int, default=50_000)
    parser.add_argument("--folder", type=Path, help="as of benchmarks.page")
    parser.add_argument("--port", type=int, default=8641)
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["POLYGUEST_DATA"] = str(folder / "data")
    keep(options.reviews, folder)
    log = folder / "scripts.txt"
    log.unlink(missing_ok=True)
    start = f"from benchmarks.page_browser import serve; serve({str(log)!r})"
    command = [sys.executable, "-c", start, "--server.headless", "true"]
    process = subprocess.Popen(
        [*command, "--server.port", str(options.port)], cwd=ROOT,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        with sync_playwright() as tool:
            while not answers(options.port):
                time.sleep(0.1)
            browser = tool.chromium.launch(
                executable_path="/usr/bin/chromium", args=list(ARGUMENTS)
            )
            visit = Visit(browser.new_page(viewport={"width": 1280, "height": 900}), log)
            page = visit.page
            page.goto(f"http://localhost:{options.port}/library")
            page.get_by_role("button", name="Open").first.wait_for()
            page.wait_for_timeout(15_000)  # the worker loads the model
            visit.button("Open")
            page.wait_for_timeout(3_000)
            if not page.url.endswith("/explore"):
                page.get_by_role("link", name="Explore").first.click()
            page.locator(".js-plotly-plot .nsewdrag").wait_for()
            page.wait_for_timeout(5_000)
            print("| click | script, ms | of its thread | page, ms | kB |\n" + "| --- " * 5 + "|")
            for name, click in clicks(visit):
                found = []
                for i in range(_ROUNDS):
                    spent = visit.timed(lambda i=i, click=click: click(i))  # type: ignore[misc]
                    if spent is not None:
                        found.append(spent)
                    page.wait_for_timeout(1_000)
                own = [f"{median(each):.0f}" for each in zip(*found, strict=True)]
                print(f"| {name} | {' | '.join(own)} |", flush=True)
            browser.close()
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
