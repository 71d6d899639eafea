"""The user's main story without a mouse, and what is said to those who don't see the page."""

import re

from tests.browser.conftest import go, reviews


def tab_to(page, name, *, most=80, key="Tab"):
    """Press Tab until the focus is on something of this name, as a user without a mouse would."""
    for _press in range(most):
        page.keyboard.press(key)
        focus = page.evaluate(
            "(e => [e.getAttribute('aria-label'), e.innerText, e.placeholder].filter(Boolean)"
            ".join(' '))"
            "(document.activeElement)"
        )
        if re.search(name, focus):
            return
    raise AssertionError(f"{most} times Tab don't lead to {name!r}; the last was {focus!r}")


def is_framed(page):
    """Whether what has the focus, or the box around it, shows a ring of 3 pixels."""
    return page.evaluate(
        """() => [0, 1, 2, 3].some(up => {
          let each = document.activeElement;
          for (; up && each; up--) each = each.parentElement;
          const style = getComputedStyle(each);
          return style.outlineStyle === 'solid' && parseFloat(style.outlineWidth) >= 2;
        })"""
    )


def said(page):
    return page.locator("body > [role=status]").inner_text()


def wait_until_said(page, pattern):
    page.wait_for_function(
        "p => new RegExp(p).test(document.querySelector('body > [role=status]').textContent)",
        arg=pattern,
    )


def test_from_upload_to_export_without_a_mouse(visitors):
    guest = visitors()
    page = guest.page
    page.on("filechooser", lambda _chooser: None)  # from now on: switching it on may come too late
    guest.open()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.matches('main')")
    tab_to(page, "Choose a file", most=8)
    assert is_framed(page)
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files({"name": "two hotels.csv", "mimeType": "text/csv", "buffer": reviews()})
    page.get_by_role("button", name="Analyse").wait_for()
    guest.settle()
    tab_to(page, "Analyse$")
    page.keyboard.press("Enter")
    guest.wait_for_map()

    tab_to(page, "Search by meaning")
    assert is_framed(page)
    page.keyboard.type("loud at night")
    page.keyboard.press("Enter")
    page.locator(".st-key-hits .pg-hit").first.wait_for()
    wait_until_said(page, "^20 results: loud at night")
    guest.settle()

    tab_to(page, "^Details")
    assert is_framed(page)
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("What it says").wait_for()
    guest.settle()
    for _press in range(25):  # the focus stays in the dialog
        page.keyboard.press("Tab")
        assert page.evaluate("!!document.activeElement.closest('[role=dialog]')")
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")

    tab_to(page, "Languages", most=120, key="Shift+Tab")
    page.keyboard.type("Hebrew")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    wait_until_said(page, "32 reviews of 64")
    guest.settle()

    tab_to(page, "CSV", most=60)
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert "בחדר" in download.value.path().read_text("utf-8-sig")


def test_names_choose_the_points_of_the_map_as_a_lasso_does(visitors, link):
    guest = visitors()
    page = guest.page
    go(guest, link)
    guest.wait_for_map()
    page.get_by_role("radio", name="Hotel", exact=True).press("Enter")
    names = page.locator(".st-key-legend button")
    names.filter(has_text="Roma").wait_for()
    guest.settle()
    tab_to(page, r"Roma \(32\)|פריז \(32\)", most=100)
    assert is_framed(page)
    if "Roma" not in page.evaluate("document.activeElement.innerText"):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="32 chosen reviews").wait_for()
    wait_until_said(page, "32 chosen reviews")
    guest.settle()
    roma = page.evaluate(
        "document.querySelector('.js-plotly-plot')._fullData.map(t => [t.name, t.marker.opacity])"
    )
    assert {name.split()[0]: opacity > 0.5 for name, opacity in roma} == {
        "Roma": True,
        "פריז": False,
    }
    marks = [
        names.nth(place).evaluate("e => getComputedStyle(e, '::before').content")
        for place in range(2)
    ]
    assert marks[0] != marks[1]

    # Rows of the table open with the keyboard, too.
    table = page.locator(".st-key-selection [data-testid=stDataFrame] canvas").first
    table.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+Space")
    page.get_by_role("dialog").get_by_text("What it says").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")

    page.locator(".js-plotly-plot").evaluate("e => e.scrollIntoView({block: 'center'})")
    guest.lasso()
    page.get_by_role("heading", name=re.compile(r"^[456]\d chosen reviews")).wait_for()
    guest.settle()
    assert page.locator(".st-key-legend button[aria-pressed=true]").count() == 0
