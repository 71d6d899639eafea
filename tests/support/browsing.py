"""A running app and a user in front of it: server process, headless chromium, visitor."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.command import ROOT
from tests.support.waiting import PATIENCE, wait_until

HEADLESS_SHELL = "chromium-headless-shell"
_CHROMIUM = (
    HEADLESS_SHELL,
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-gl=angle",  # WebGL without a graphics card
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
]
PROGRAM = ("streamlit", "run", "app.py")
LIGHT_PROGRAM = ("tests.support.light_server",)
_SCROLL_WIDTH = (
    "Math.max(document.documentElement.scrollWidth,"
    " document.querySelector('[data-testid=stMain]').scrollWidth)"
)


def find_chromium() -> str | None:
    """The browser that is installed, if there is one; TEST_BROWSER names another."""
    named = os.environ.get("TEST_BROWSER")
    return next(filter(None, map(shutil.which, [named] if named else _CHROMIUM)), None)


@contextlib.contextmanager
def running_app(
    folder: Path, port: int = 0, *, program: Sequence[str] = PROGRAM, **settings: str
) -> Iterator[str]:
    """The address of an app that runs meanwhile.

    Args:
        folder: for its data, and its log, as a full pipe would block it.
        port: to listen on; a free one by default.
        program: the module to run, with its first arguments.
        settings: environment variables.
    """
    port = port or free_port()
    log = folder / "log.txt"
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "POLYGUEST_DATA": str(folder / "data")}
    environment.pop("POLYGUEST_START", None)
    command = [sys.executable, "-m", *program, "--server.headless", "true"]
    command += ["--server.address", "127.0.0.1", "--server.port", str(port)]
    with log.open("w") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment | settings,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: _answers(address) or process.poll() is not None, said=log.read_text)
        assert process.poll() is None, f"the server ended:\n{log.read_text()}"
        yield address
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
        print(log.read_text(), end="")  # pytest shows it beside a failure


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(address: str) -> bool:
    try:
        return urllib.request.urlopen(f"{address}/_stcore/health", timeout=2).status == 200
    except OSError:
        return False


# How far what is seen has moved by itself, as web.dev defines CLS: the largest sum of shifts that
# follow each other within a second, over at most five.
_WATCH_SHIFTS = """{
  let sum = 0, first = 0, last = 0;
  window.pgShift = 0;
  new PerformanceObserver(list => list.getEntries().forEach(entry => {
    if (entry.hadRecentInput) return;
    const follows = entry.startTime - last < 1000 && entry.startTime - first < 5000;
    if (!follows) { sum = 0; first = entry.startTime; }
    last = entry.startTime;
    sum += entry.value;
    window.pgShift = Math.max(window.pgShift, sum);
  })).observe({type: 'layout-shift', buffered: true});
}"""


# Whether nothing has been asked of the server for so many frames and 200 ms: what a click or a key
# asks for is on its way by then, and what the browser does by itself is done.
_STILL = """call => {
  const app = document.querySelector('[data-testid=stApp]');
  const still = app && app.getAttribute('data-test-connection-state') === 'CONNECTED'
    && app.getAttribute('data-test-script-state') === 'notRunning';
  if (!window.pgStill || window.pgStill.call !== call)
    window.pgStill = {call, frames: 0, since: performance.now()};
  window.pgStill.frames = still ? window.pgStill.frames + 1 : 0;
  return window.pgStill.frames > 6 && performance.now() - window.pgStill.since > 200;
}"""
_calls = itertools.count()


class Visitor:
    """A user with a browser window; remembers what went wrong in it."""

    def __init__(self, browser, address, *, width=1280, height=900, **options):
        self.address = address
        self.context = browser.new_context(
            viewport={"width": width, "height": height},
            reduced_motion="reduce",  # here the processor draws each frame
            **options,
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE * 1000)
        self.page.add_init_script(_WATCH_SHIFTS)
        self.errors = []
        self.outside = []
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", self._watch)

    def open(self):
        """Go to the start page."""
        self.page.goto(self.address)
        self.page.get_by_role("button", name="Try it with sample reviews").wait_for()
        self.settle()

    def follow(self, path):
        """Go to another page by its link, be it in a menu; that loads nothing anew."""
        kinds = ("stTopNavLink", "stSidebarNavLink")  # where it is wide, and where it is narrow
        links = [f"[data-testid={kind}][href$='/{path}']" for kind in kinds]
        self.page.locator(", ".join(links)).first.dispatch_event("click")
        self.page.wait_for_url(lambda url: urlsplit(url).path == f"/{path}")
        self.page.get_by_role("heading", level=1).wait_for()
        self.settle()

    def leave(self):
        """Become a newcomer again, with an empty page of the same browser process.

        What that process has compiled stays compiled: the next page opens in half the processor
        time of one in a context of its own.
        """
        for tab in self.context.pages[1:]:
            tab.close()
        self.page.mouse.move(0, 0)  # over nothing that the next page has there
        self.page.goto(f"{self.address}/_stcore/health")
        self.page.evaluate("localStorage.clear(), sessionStorage.clear()")
        self.context.clear_cookies()

    def settle(self):
        """Wait until the server has drawn everything, and the browser too."""
        self.page.wait_for_function(_STILL, arg=next(_calls))

    def wait_for_map(self):
        """Wait until an analysis is shown."""
        self.page.locator(".js-plotly-plot .nsewdrag").wait_for()
        self.settle()

    def search(self, query):
        """Type a query and press Enter."""
        box = self.page.get_by_label("Search by meaning")
        box.fill(query)
        box.press("Enter")
        self.settle()

    def traces(self):
        """Name and number of points of each trace on the map."""
        return self.page.evaluate(
            "document.querySelector('.js-plotly-plot')._fullData.map(t => [t.name, t.x.length])"
        )

    def lasso(self, left=0.05, top=0.05, right=0.95, bottom=0.95):
        """Draw around a part of the map, given as shares of it."""
        box = self.page.locator(".js-plotly-plot .nsewdrag").bounding_box()
        corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
        for number, (x, y) in enumerate(corners):
            self.page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=3)
            if number == 0:
                self.page.mouse.down()
        self.page.mouse.up()
        self.settle()

    def narrow(self, width=390):
        """Make the window a phone's, or as wide as that, and wait until the page has followed."""
        self.page.set_viewport_size({"width": width, "height": 844})
        self.page.wait_for_function(f"{_SCROLL_WIDTH} <= {width}")

    def layout_shift(self):
        """How far the page has moved by itself since it was loaded; below 0.1 it is calm."""
        return self.page.evaluate("window.pgShift")

    def scroll_width(self):
        """How wide the page's content is."""
        return self.page.evaluate(_SCROLL_WIDTH)

    def _note(self, message):
        if message.type == "error":
            self.errors.append(message.text)

    def _watch(self, request):
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.outside.append(request.url)
