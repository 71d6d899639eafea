"""A page that waits for its analysis, and what it becomes."""

from tests.browser.test_story import upload

_ASKS_WITHOUT_PAUSE = """
const every = window.setInterval;
window.setInterval = (ask, pause, ...rest) => every(ask, pause === 500 ? 20 : pause, ...rest);
"""


def test_page_stays_when_the_browser_asks_for_progress_while_it_is_switched(visitors):
    guest = visitors()
    guest.page.add_init_script(_ASKS_WITHOUT_PAUSE)  # more than the server can answer, as when busy
    guest.open()
    rows = (f"The {thing} of room {room} was loud" for room in range(8) for thing in ("bed", "bar"))
    upload(guest, "rooms.csv", "\n".join(["review", *rows]).encode())
    guest.page.get_by_role("button", name="Analyse").click()
    guest.page.wait_for_url("**/explore")  # without the job: its result is there
    guest.settle()
    assert guest.page.locator(".pg-head").count() == 1
    assert "rooms.csv" in guest.page.locator(".pg-head").inner_text()
