"""How tests drive the pages: Streamlit's AppTest, with the real worker and the real model."""

import time
from functools import cache
from pathlib import Path

from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest, app_test, local_script_runner

from pipeline.common.workspace import Workspace
from pipeline.library.catalogue import Catalogue
from tests.support.waiting import PATIENCE, wait_until

APP = str(Path(__file__).parents[2] / "app.py")
THINGS = ("bed", "bath", "view", "pool", "bar", "lift", "breakfast", "parking")
SMALL = (
    "review\n" + "\n".join(f"The {a} was near the {b}" for a in THINGS for b in THINGS)
).encode()

# Each AppTest looks through all installed packages for components: a seventh of a second.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)
# Each run compiles the app and its page, which a server does once for all, and makes a mock of it.
app_test.ScriptCache = local_script_runner.ScriptCache = cache(app_test.ScriptCache)
app_test.MagicMock = cache(app_test.MagicMock)


def new():
    return AppTest.from_file(APP, default_timeout=PATIENCE)


def start():
    at = new().run()
    assert not at.exception
    return at


def catalogue():
    """The analyses in the data folder that the environment names."""
    return Catalogue(Workspace.current().analyses)


def session(at):
    return at.session_state["session"]


def upload(at, data, name="reviews.csv"):
    at.file_uploader[0].upload(name, data, "text/csv").run()
    assert not at.exception
    return at


def run_until(at, condition):
    """Run again and again, as a page does that shows progress, until the condition holds."""
    pause = 0.1

    def run_again():
        nonlocal pause
        _wait_for_news(at, pause)
        pause = min(2 * pause, 2)  # each run costs more than what it shows changes
        at.run()
        assert not at.exception

    wait_until(condition, meanwhile=run_again, said=lambda: session(at).job)
    return at


def _wait_for_news(at, seconds):
    """Wait so long, or until the page has something else to show."""

    def news():
        job = session(at).job
        return job and (job.state, job.stage, session(at).has_news)

    before, until = news(), time.monotonic() + seconds
    while news() == before and time.monotonic() < until:
        time.sleep(0.02)


def finish(at):
    """Run until no analysis is under way, as the page does by itself."""
    return run_until(at, lambda: not session(at).is_working)


def press(at, label):
    next(button for button in at.button if button.label == label).click().run()
    assert not at.exception
    return at


def pieces(at):
    return " ".join(element.body for element in at.html)
