"""Each page and its states without a serious finding of axe, in both themes, at a desk and a phone.

What axe can't see is in ``test_keyboard.py`` and ``test_touch.py``; ``docs/accessibility.md`` says
what was looked at by hand.
"""

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from tests.browser.conftest import upload
from tests.support.command import SAMPLE

_BEST = {"heading-order", "page-has-heading-one", "landmark-one-main"}
# Rules of less weight than is looked at are not run; axe gives a finding the impact of its rule.
_RUN = """async ([only, best]) => {
  const rules = axe._audit.rules.filter(rule => rule.enabled
    && !rule.tags.some(tag => axe._audit.tagExclude.includes(tag))
    && (['serious', 'critical'].includes(rule.impact) || best.includes(rule.id)));
  const values = only ? [only] : rules.map(rule => rule.id);
  const options = {resultTypes: ['violations'], runOnly: {type: 'rule', values}};
  const seen = window.seenBefore || new WeakSet(), shown = new WeakSet(), fresh = [];
  for (const each of document.querySelectorAll('body, body *'))
    if (each.checkVisibility({visibilityProperty: true, opacityProperty: true})) {
      shown.add(each);
      if (!seen.has(each)) fresh.push(each);
    }
  window.seenBefore = shown;
  if (only && !fresh.length) return [];
  const found = await axe.run(only ? {include: fresh} : document, options);
  return found.violations.map(each => [each.id, each.impact,
    each.nodes.map(node => node.html.slice(0, 160) + ' ' + node.failureSummary)]);
}"""
_THEME = """scheme => {
  const style = name => getComputedStyle(document.querySelector(name));
  const light = parseInt(style('main h1').color.match(/\\d+/)[0]) > 128;
  return style(':root').colorScheme === scheme && light === (scheme === 'dark');
}"""
_DARK = "matchMedia('(prefers-color-scheme: dark)').matches"
_OVER_THE_PAGE = "[role=dialog], [role=menu], [role=listbox], [data-testid=stPopoverBody]"


@pytest.fixture(scope="module")
def guest(newcomer):
    """A visitor who goes from page to page; the browser keeps what it has loaded."""
    newcomer.outside.clear()
    yield newcomer
    newcomer.page.emulate_media(color_scheme="light")
    newcomer.leave()
    assert newcomer.outside == []


def assert_accessible(guest):
    """Nothing serious or critical is found in the page as it is, nor in headings and landmarks.

    A theme changes contrast alone, and contrast takes most of the time: each element's is measured
    once in each theme, at a desk, or at a phone where it is seen there only. The theme that the
    page has comes first, as a change draws everything anew.
    """
    page, found = guest.page, []
    page.evaluate(AXE_SCRIPT)
    first, second = ("dark", "light") if page.evaluate(_DARK) else ("light", "dark")
    for scheme, width, only in (
        (first, 1280, None),
        (first, 390, "color-contrast"),
        (second, 390, None),
        (second, 1280, "color-contrast"),
    ):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 844})
        page.wait_for_function(_THEME, arg=scheme)
        for rule, impact, nodes in page.evaluate(_RUN, [only, sorted(_BEST)]):
            if impact in ("serious", "critical") or rule in _BEST:
                found += [f"{rule}, {scheme}, {width}: {node}" for node in nodes]
    assert not found, "\n".join(found)


def go(guest, address):
    """Load a page."""
    guest.page.goto(address)
    guest.page.get_by_role("heading", level=1).wait_for()
    guest.settle()


@pytest.mark.parametrize("path", ["", "analyses", "explore", "questions", "how-it-works"])
def test_a_page_with_nothing_open(guest, path):
    go(guest, f"{guest.address}/{path}")
    assert_accessible(guest)


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
    page.locator(".st-key-hits").get_by_role("button", name="More like this").last.wait_for()
    page.get_by_role("heading", name="4 chosen reviews").wait_for()


def ask(page):
    page.get_by_role("main").get_by_role("textbox").last.fill("Was it loud at night?")
    page.keyboard.press("Enter")
    page.locator(".pg-hit").first.wait_for()


_CHOSEN = "chosen=review.0.1.2.3"
# Those of one address follow each other: what is done in one chooses the next.
_STATES = {
    "tour": ("", "", click("button", "Take the tour")),
    "search": ("explore", f"q=loud+at+night&{_CHOSEN}", find),
    "review": ("explore", "q=bed&review=3", None),
    "help": ("explore", "", click("button", "Help")),
    "filters": ("explore", "", click("button", "More filters")),
    "list of languages": ("explore", "", look_at_list),
    "tips": ("explore", "", click("button", "Search tips")),
    "take away": ("explore", "", take_away),
    "topics": ("topics", "", None),
    "edit a topic": ("topics", "", click("button", "Edit")),
    "aspects": ("topics", "", click("radio", "Fixed aspects")),
    "notes": ("topics", "", click("radio", "Notes")),
    "add a file": ("topics", "", click("radio", "Add a file")),
    "table of topics": ("topics", "cards=table", None),
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
}


@pytest.fixture(scope="module")
def last():
    """The address of the state before, as long as it was without a finding."""
    return {"address": None}


@pytest.mark.parametrize("state", _STATES)
def test_a_page_with_an_analysis(guest, link, last, state):
    path, query, act = _STATES[state]
    address = link.replace("/explore?", f"/{path}?") + (f"&{query}" if query else "")
    before, last["address"] = last["address"], None
    if act is None or before != address:
        go(guest, address)
    else:  # from one state of the page to the next
        guest.page.keyboard.press("Escape")
        guest.page.locator(_OVER_THE_PAGE).first.wait_for(state="detached")
    if act is not None:
        act(guest.page)
        guest.settle()
    assert_accessible(guest)
    last["address"] = address


def test_an_upload_before_it_is_analysed(guest):
    guest.open()
    upload(guest, "reviews.csv", SAMPLE.read_bytes())
    guest.page.get_by_role("button", name="Analyse").wait_for()
    assert_accessible(guest)
