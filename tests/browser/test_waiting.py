"""A page that waits for its analysis, what it becomes, and how it is found again."""

import re

from tests.browser.conftest import upload
from tests.support.waiting import PATIENCE

_ASKS_WITHOUT_PAUSE = """() => {
  const every = window.setInterval;
  window.setInterval = (ask, pause, ...rest) => every(ask, pause === 500 ? 60 : pause, ...rest);
}"""


def test_page_stays_and_is_found_by_its_address(visitors):
    guest = visitors()
    page = guest.page
    guest.open()
    page.evaluate(_ASKS_WITHOUT_PAUSE)  # more than the server can answer, as when busy
    rows = (f"The {thing} of room {room} was loud" for room in range(8) for thing in ("bed", "bar"))
    upload(guest, "rooms.csv", "\n".join(["review", *rows]).encode())
    page.get_by_role("button", name="Analyse").click()
    page.wait_for_url(re.compile(r"/explore\?analysis=[0-9a-f]{16}$"))
    guest.settle()
    assert page.locator(".pg-head").count() == 1  # its own progress has not cleared it
    assert "rooms.csv" in page.locator(".pg-head").inner_text()

    page.get_by_role("link", name="Topics").click()
    page.wait_for_url(re.compile(r"/topics\?analysis="))
    guest.settle()
    page.go_back()  # one step, though the address names the analysis on both pages
    page.wait_for_url(re.compile(r"/explore\?analysis="))
    guest.settle()

    page.reload()
    page.locator(".pg-head").wait_for()
    assert "rooms.csv" in page.locator(".pg-head").inner_text()
    # Streamlit looks for its server below the page's own address first.
    guest.errors[:] = [error for error in guest.errors if "404 (Not Found)" not in error]
    tab = guest.context.new_page()
    tab.set_default_timeout(PATIENCE * 1000)
    tab.goto(page.url)
    tab.locator(".pg-head").wait_for()
    assert "rooms.csv" in tab.locator(".pg-head").inner_text()

    tab.goto(f"{guest.address}/explore?analysis={'0' * 32}")
    tab.get_by_text("no longer here").wait_for()
    tab.get_by_role("button", name="Open a file").wait_for()
