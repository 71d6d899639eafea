"""The page "Models" in a real browser: from labels to a table, a chart and a decision in words."""

import re

from tests.browser.conftest import upload

SAYS = {
    "noise": "The street was loud all night and music came through the wall",
    "food": "Breakfast had fresh bread and the coffee was hot and strong",
    "pool": "The pool was warm and the children swam in it all day long",
}


def labelled():
    rows = [
        f'"{words}, said guest {n}, who stayed for {n + 2} nights",{label}'
        for n in range(12)
        for label, words in SAYS.items()
    ]
    return "\n".join(["review,about", *rows]).encode()


def test_a_model_is_chosen_on_ones_own_labels(visitors):
    guest = visitors(width=1700)  # all pages are in sight
    page = guest.page
    guest.open()
    upload(guest, "labelled.csv", labelled())
    page.get_by_role("button", name="Analyse").click()
    guest.wait_for_map()
    page.get_by_role("link", name="Models", exact=True).click()
    page.get_by_text("No golden set yet.").wait_for()
    guest.settle()
    compare = page.get_by_role("button", name="Compare", exact=True)
    assert compare.is_disabled()  # there is nothing to measure models on yet
    models = page.get_by_role("combobox", name="Models")
    for _chip in range(2):  # leaves the app's own model
        models.press("Backspace")
        guest.settle()
    models.fill("TF-IDF")
    models.press("Enter")
    guest.settle()
    models.press("Escape")
    page.get_by_role("combobox", name="Labels").click()
    page.get_by_role("option", name="about", exact=True).click()
    guest.settle()
    compare.click()
    page.get_by_role("heading", name="Which model").wait_for()
    guest.settle()
    words = page.locator("[data-testid=stMarkdown] strong").all_inner_texts()
    assert any(re.search(r"points?|better|fast", each) for each in words), words
    assert page.locator("[data-testid=stDataFrame]").first.is_visible()
    charts = page.locator(".js-plotly-plot")
    charts.nth(1).wait_for()  # quality and speed; how many dimensions
    charts.first.hover()
    assert charts.first.locator(".modebar-btn").count() == 1  # saves it as a picture
    page.get_by_role("heading", name="How many dimensions").wait_for()
    page.get_by_role("button", name="Download", exact=True).wait_for()
    guest.narrow()
    assert guest.scroll_width() <= 390
