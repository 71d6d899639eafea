"""The loud hotel of an unknown file, found in three clicks in a real browser."""

from tests.browser.test_topics import upload
from tests.support.hotel_file import LOUD, loud_hotel_file


def test_the_loud_hotel_is_found_in_three_clicks(visitors):
    guest = visitors()
    page = guest.page
    guest.open()
    upload(guest, "group.csv", loud_hotel_file())
    page.get_by_role("button", name="Analyse").click()  # the first
    guest.wait_for_map()
    page.get_by_role("link", name="Compare", exact=True).click()  # the second
    finding = page.locator("[class*=st-key-finding-]").first
    finding.wait_for()
    assert f"{LOUD}'s reviews" in finding.inner_text()  # the name as it is, no markup
    page.get_by_role("button", name="Read").first.click()  # the third
    chosen = page.locator(".st-key-selection")
    chosen.wait_for()
    assert "chosen" in chosen.inner_text()
    box, below = chosen.bounding_box(), page.locator(".js-plotly-plot").bounding_box()
    assert box["y"] < below["y"]  # what is to be read stands above the map
    page.get_by_role("button", name="Back to Compare").click()
    finding.wait_for()
