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


@pytest.fixture
def visitors(browser, server):
    """Makes visitors; at the end none of them may have seen an error or gone elsewhere."""
    made = []

    def make(**options):
        made.append(Visitor(browser, server, **options))
        return made[-1]

    yield make
    for visitor in made:
        visitor.context.close()
    for visitor in made:
        assert visitor.errors == []
        assert visitor.outside == []
