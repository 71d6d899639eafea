"""A real server process and a real browser, one of each for all browser tests."""

import pytest

from tests.support.browsing import ARGUMENTS, Visitor, find_chromium, free_port, running_app
from tests.support.chat_server import chat_server


@pytest.fixture(scope="session")
def chat():
    """The language model that the server may ask; it answers what a test sets."""
    with chat_server() as server:
        yield server


@pytest.fixture(scope="session")
def metrics_port():
    """The port on which the server tells its figures."""
    return free_port()


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory):
    """Where a test may save a model that the server may load."""
    return tmp_path_factory.mktemp("models") / "clip"


@pytest.fixture(scope="session")
def server(tmp_path_factory, chat, metrics_port, tiny_model):
    """The address of a running app."""
    settings = {"POLYGUEST_CHAT_URL": chat.url, "POLYGUEST_METRICS_PORT": str(metrics_port)}
    settings["POLYGUEST_MODELS"] = str(tiny_model)
    with running_app(tmp_path_factory.mktemp("server"), **settings) as address:
        yield address


@pytest.fixture(scope="session")
def browser():
    """Headless chromium."""
    playwright = pytest.importorskip("playwright.sync_api")
    found = find_chromium()
    if found is None:
        pytest.skip("no browser: chromium is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


def upload(guest, name, data, mime="text/csv"):
    """Choose a file on the start page."""
    guest.page.locator(".st-key-upload input[type=file]").set_input_files(
        {"name": name, "mimeType": mime, "buffer": data}
    )
    guest.settle()


def go(guest, address):
    """Open an address; Streamlit looks for its server below the page's own path first."""
    guest.page.goto(address)
    guest.page.locator(".pg-head").wait_for()
    guest.settle()
    guest.errors[:] = [error for error in guest.errors if "404 (Not Found)" not in error]


THINGS = ("bed", "breakfast", "street", "pool")
HOTELS = ("Roma", "פריז")


def reviews():
    """Sixty-four reviews of two hotels, with marks and dates; a half of them right to left."""
    rows = ["review,hotel,rating,date"]
    for number in range(64):
        thing, hotel = THINGS[number % 4], HOTELS[number % 2]
        said = f"The {thing} was loud at night, room {number}"
        if hotel != "Roma":
            said = f"המיטה הייתה רועשת מאוד בלילה בחדר {number}"
        rows.append(f'"{said}",{hotel},{1 + number % 5},2025-{1 + number % 12:02}-10')
    return "\n".join(rows).encode()


@pytest.fixture(scope="session")
def link(browser, server):
    """The address of an analysis of these reviews, without any state."""
    guest = Visitor(browser, server)
    guest.open()
    upload(guest, "two hotels.csv", reviews())
    guest.page.get_by_role("button", name="Analyse").click()
    guest.wait_for_map()
    yield guest.page.url
    guest.context.close()


@pytest.fixture(scope="session")
def windows(browser, server):
    """The windows that visitors of one test after the other have, by number."""
    opened = []

    def window(number):
        while len(opened) <= number:
            opened.append(Visitor(browser, server))
        return opened[number]

    yield window
    for visitor in opened:
        visitor.context.close()


@pytest.fixture(scope="session")
def newcomer(windows):
    """The window that is the first visitor of one test after the other."""
    return windows(0)


@pytest.fixture
def visitors(windows):
    """Makes visitors; at the end none of them may have seen an error or gone elsewhere.

    Each has a window of the tests before, emptied, with cookies of its own.
    """
    made = []

    def make(*, width=1280, height=900):
        visitor = windows(len(made))
        visitor.page.set_viewport_size({"width": width, "height": height})
        visitor.errors.clear()
        visitor.outside.clear()
        made.append(visitor)
        return visitor

    yield make
    for visitor in made:
        visitor.page.title()  # what it has still to tell comes before the answer
    seen = [(list(visitor.errors), list(visitor.outside)) for visitor in made]
    for visitor in made:
        visitor.leave()
    assert seen == [([], [])] * len(made)
