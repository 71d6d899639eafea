"""A phone and a tablet: what a finger needs, and nothing to scroll sideways."""

import pytest

from tests.browser.conftest import go
from tests.support.browsing import Visitor

# What can be tapped, is seen, and is no link within a text; narrower or lower than a finger.
_SMALL = """least => [...document.querySelectorAll(
    'button, a[href], summary, select, textarea, input:not([type=file])')]
  .filter(each =>
    !each.closest('[inert], [hidden], [data-testid=stDataFrame], .modebar, .pg-text p,'
      + '[data-testid=hidden-dateinput-container]')
    && !each.disabled)
  .map(each => each.matches('input[type=checkbox], [role=switch]') ? each.closest('label') : each)
  .map(each => each.matches('[role=combobox]') ? each.closest('[role=group]') : each)
  .filter(each => each && each.checkVisibility({visibilityProperty: true, opacityProperty: true}))
  .map(each => [each, each.getBoundingClientRect()])
  .filter(([each, box]) => box.width > 1 && box.height > 1 && box.right > 0
    && (box.height < least || box.width < least))
  .map(([each, box]) => `${each.tagName} ${(each.getAttribute('aria-label') || each.innerText)
    .slice(0, 40)} ${Math.round(box.width)} x ${Math.round(box.height)}`)"""
_PAGES = (
    "",
    "explore",
    "topics",
    "compare",
    "changes",
    "hotels",
    "similar-hotels",
    "questions",
    "models",
    "how-it-works",
    "analyses",
)


@pytest.fixture(scope="module")
def phone(browser, server):
    """A visitor with a phone."""
    visitor = Visitor(browser, server, width=390, height=844, has_touch=True)
    yield visitor
    visitor.context.close()


@pytest.mark.parametrize("path", _PAGES)
def test_targets_are_as_large_as_a_finger_and_no_page_is_too_wide(phone, link, path):
    if "analysis=" in phone.page.url:  # from the page before, with all that its address names
        phone.narrow()
        phone.follow(path)
        assert "q=loud+at+night" in phone.page.url
    else:
        phone.page.goto(link.replace("/explore?", f"/{path}?") + "&q=loud+at+night")
        phone.page.get_by_role("heading", level=1).wait_for()
        phone.settle()
    if path == "explore":
        phone.page.get_by_role("button", name="More like this").last.wait_for()
    assert phone.page.evaluate(_SMALL, 44) == []
    for width in (390, 640, 768, 1024):
        phone.narrow(width)
        phone.settle()
        assert phone.scroll_width() <= width
    phone.page.set_viewport_size({"width": 390, "height": 844})


def test_the_menu_closes_after_a_choice_and_a_tap_chooses_a_topic(phone, link):
    page = phone.page
    go(phone, link)
    phone.wait_for_map()
    assert page.locator(".js-plotly-plot").bounding_box()["y"] < 560  # on the first screen
    page.get_by_role("button", name="Show the sidebar").tap()
    menu = page.locator("[data-testid=stSidebar]")
    menu.get_by_role("link", name="Hotels", exact=True).tap()
    page.locator("[data-testid=stSidebar][data-collapsed=true]").wait_for(state="attached")
    page.wait_for_url("**/hotels?**")

    go(phone, f"{link}&q=loud+at+night")
    first = page.locator(".st-key-hits .pg-hit").first
    first.wait_for()
    phone.settle()
    drawn = page.locator(".js-plotly-plot")
    assert first.bounding_box()["y"] < drawn.bounding_box()["y"]
    # A finger that slides over the map moves the page, and the map where a part of it is shown.
    taken = "e => getComputedStyle(e).pointerEvents"
    assert drawn.locator(".draglayer").evaluate(taken) == "none"
    drawn.get_by_role("button", name="Zoom in").tap()
    page.locator(".js-plotly-plot.pg-closer").wait_for()
    assert drawn.locator(".draglayer").evaluate(taken) != "none"
    drawn.get_by_role("button", name="Whole map").tap()
    page.locator(".st-key-legend button").first.tap()
    page.get_by_role("heading", name="chosen").wait_for()
