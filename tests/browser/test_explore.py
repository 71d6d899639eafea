"""The page "Explore" as it is laid out, in a real browser."""

import re

from tests.browser.conftest import go


def test_the_map_is_near_the_top_and_stays_beside_the_hits(visitors, link):
    guest = visitors(width=1440, height=900)
    page = guest.page
    go(guest, link)
    guest.wait_for_map()
    drawn = page.locator(".js-plotly-plot")
    assert drawn.bounding_box()["y"] <= 300
    page.locator(".pg-name.shown").first.wait_for()  # see test_map.py
    assert page.locator(".annotation").first.is_hidden()

    guest.search("loud at night")
    page.locator(".st-key-hits .pg-hit").first.wait_for()
    assert drawn.bounding_box()["y"] <= 300
    page.locator(".st-key-hits .pg-hit").last.scroll_into_view_if_needed()
    seen = drawn.bounding_box()
    assert 0 <= seen["y"] <= 300
    assert page.locator('.st-key-hits .pg-text[lang="en"][translate="yes"]').count() > 0

    guest.narrow()
    guest.settle()
    hits = page.locator(".st-key-hits").bounding_box()
    assert hits["y"] + hits["height"] <= drawn.bounding_box()["y"]
    assert guest.scroll_width() <= 390


def test_a_colleague_sees_what_the_link_names_and_so_does_a_page_loaded_again(visitors, link):
    guest = visitors()
    page = guest.page
    go(guest, link)
    guest.wait_for_map()
    guest.search("loud at night")
    page.get_by_label("Hotels").click()
    page.get_by_role("option", name=re.compile("פריז")).click()
    page.keyboard.press("Escape")
    guest.settle()
    page.get_by_role("radio", name="Rating").click()
    page.wait_for_url(re.compile("colour=rating"))
    guest.settle()
    hits = page.locator(".st-key-hits .pg-hit").all_inner_texts()
    assert hits and all("פריז" in hit for hit in hits)
    hebrew = page.locator('.st-key-hits .pg-text[lang="he"][dir="auto"][translate="yes"]')
    assert hebrew.count() == len(hits)
    assert "32 reviews of 64" in page.locator(".st-key-chips").inner_text()
    page.get_by_role("button", name="Copy link").click()
    copied = page.locator(
        ".stPopover [data-testid=stCode], [data-testid=stCode]"
    ).first.inner_text()
    assert copied.strip().startswith(f"{guest.address}/explore?analysis=")

    colleague = visitors()
    go(colleague, copied.strip())
    colleague.page.locator(".st-key-hits .pg-hit").first.wait_for()
    colleague.settle()
    assert colleague.page.locator(".st-key-hits .pg-hit").all_inner_texts() == hits
    colleague.page.wait_for_function(
        "[...document.querySelectorAll('input')].some(each => each.value === 'loud at night')"
    )  # a busy browser fills the box last
    assert colleague.page.get_by_role("radio", name="Rating").is_checked()

    page.reload()
    page.locator(".st-key-hits .pg-hit").first.wait_for()
    guest.settle()
    assert page.locator(".st-key-hits .pg-hit").all_inner_texts() == hits
    page.go_back()  # to another colour
    page.wait_for_url(re.compile("hotel(?!.*colour=)"))
    page.get_by_role("radio", name="Topic", exact=True, checked=True).wait_for()
    guest.settle()
    assert page.locator(".st-key-hits .pg-hit").all_inner_texts() == hits
    guest.errors[:] = [error for error in guest.errors if "404 (Not Found)" not in error]

    go(colleague, f"{link}&where=%3Cscript%3Ealert(1)%3C/script%3E&topic=x&colour=rating")
    colleague.page.get_by_text("are left out: filters and topics.").wait_for()
    assert colleague.page.get_by_role("radio", name="Rating").is_checked()
    assert "script" not in colleague.page.url
