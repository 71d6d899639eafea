"""Each page and its states without a serious finding of axe, in both themes, at a desk and a phone.

What axe can't see is in ``test_keyboard.py`` and ``test_touch.py``; ``docs/accessibility.md`` says
what was looked at by hand.
"""

import pytest

from tests.browser.conftest import upload
from tests.support.axe import assert_accessible
from tests.support.command import SAMPLE

_OVER_THE_PAGE = "[role=dialog], [role=menu], [role=listbox], [data-testid=stPopoverBody]"


@pytest.fixture(scope="module")
def guest(newcomer):
    """A visitor who goes from page to page; the browser keeps what it has loaded."""
    newcomer.outside.clear()
    yield newcomer
    newcomer.page.emulate_media(color_scheme="light")
    newcomer.leave()
    assert newcomer.outside == []


@pytest.fixture(scope="module")
def last():
    """The address of the state before, as long as it was without a finding."""
    return {"address": None}


def load(guest, address):
    """Load a page."""
    guest.page.goto(address)
    guest.page.get_by_role("heading", level=1).wait_for()
    guest.settle()


def close_what_is_over(page):
    """Close the dialog, menu or list of the state before."""
    page.keyboard.press("Escape")
    page.locator(_OVER_THE_PAGE).first.wait_for(state="detached")


@pytest.mark.parametrize("path", ["", "analyses", "explore", "questions", "how-it-works"])
def test_a_page_with_nothing_open(guest, last, path):
    before, last["address"] = last["address"], None
    if before is None:
        load(guest, f"{guest.address}/{path}")
    else:
        guest.follow(path)
    assert_accessible(guest.page)
    last["address"] = guest.page.url


def click(role, name, *, last=False):
    def do(page):
        found = page.get_by_role("main").get_by_role(role, name=name)
        (found.last if last else found.first).click()

    return do


def take_away(page):
    page.get_by_role("button", name="Take away").click()
    page.get_by_role("dialog").get_by_text("Two to four pages").wait_for()


def look_at_list(page):
    page.get_by_role("combobox", name="Languages").click()
    page.get_by_role("option").first.wait_for()


def find(page):
    page.keyboard.press("Escape")  # the review that the address names
    page.get_by_role("dialog").wait_for(state="detached")
    page.locator(".st-key-hits").get_by_role("button", name="More like this").last.wait_for()
    page.get_by_role("heading", name="4 chosen reviews").wait_for()


def ask(page):
    page.get_by_role("main").get_by_role("textbox").last.fill("Was it loud at night?")
    page.keyboard.press("Enter")
    page.locator(".pg-hit").first.wait_for()


def look_at_table(page):  # as the address of the first state has it
    assert page.get_by_role("main").get_by_role("radio", name="Table").is_checked()


def look_at_review(page):
    page.get_by_role("dialog").get_by_text("What it says").wait_for()


_FOUND = "q=loud+at+night&chosen=review.0.1.2.3&review=3"
# Those of one address follow each other: what is done in one chooses the next.
_STATES = {
    "tour": ("", "cards=table", click("button", "Take the tour")),
    "help": ("explore", "", click("button", "Help")),
    "filters": ("explore", "", click("button", "More filters")),
    "list of languages": ("explore", "", look_at_list),
    "tips": ("explore", "", click("button", "Search tips")),
    "take away": ("explore", "", take_away),
    "table of topics": ("topics", "", look_at_table),
    "topics": ("topics", "", click("radio", "Cards")),
    "edit a topic": ("topics", "", click("button", "Edit")),
    "aspects": ("topics", "", click("radio", "Fixed aspects")),
    "notes": ("topics", "", click("radio", "Notes")),
    "add a file": ("topics", "", click("radio", "Add a file")),
    "compare": ("compare", "", None),
    "two groups": ("compare", "", click("radio", "Two groups")),
    "impact": ("compare", "", click("radio", "Impact on marks")),
    "changes": ("changes", "", None),
    "hotels": ("hotels", "", None),
    "similar hotels": ("similar-hotels", "", None),
    "question": ("questions", "", ask),
    "faq": ("questions", "", click("radio", "FAQ")),
    "models": ("models", "", None),
    "how it works": ("how-it-works", "", None),
    "analyses": ("analyses", "", None),
    "review": ("explore", _FOUND, look_at_review),
    "search": ("explore", _FOUND, find),
}


@pytest.mark.parametrize("state", _STATES)
def test_a_page_with_an_analysis(guest, link, last, state):
    path, query, act = _STATES[state]
    address = link.replace("/explore?", f"/{path}?") + (f"&{query}" if query else "")
    before, last["address"] = last["address"], None
    if act is not None and before == address:  # from one state of the page to the next
        close_what_is_over(guest.page)
    elif query or "analysis=" not in (before or ""):
        load(guest, address)
    else:
        close_what_is_over(guest.page)
        guest.follow(path)
    if act is not None:
        act(guest.page)
        guest.settle()
    assert_accessible(guest.page)
    last["address"] = address


def test_an_upload_before_it_is_analysed(guest):
    guest.open()
    upload(guest, "reviews.csv", SAMPLE.read_bytes())
    guest.page.get_by_role("button", name="Analyse").wait_for()
    assert_accessible(guest.page)
