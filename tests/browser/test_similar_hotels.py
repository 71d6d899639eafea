"""The page "Similar hotels" in a real browser: a table of hotels, one of them, three methods."""

from tests.support.command import ROOT

HOTELS = ROOT / "sample_data" / "hotels.csv"
CHOSEN = "Larchwood Mountain Lodge"


def test_hotels_like_one_are_found_by_three_methods(visitors):
    guest = visitors()
    page = guest.page
    guest.open()
    page.get_by_role("link", name="Similar hotels", exact=True).click()
    page.get_by_text("A table with a name and a description").wait_for()
    page.locator("input[type=file]").set_input_files(HOTELS)
    box = page.get_by_role("combobox", name="Hotels like")
    box.wait_for()
    guest.settle()
    box.fill(CHOSEN)
    box.press("Enter")
    side = page.locator("h4[dir=auto]")
    side.filter(has_text=CHOSEN).wait_for()
    table = page.locator("[data-testid=stDataFrame]").first
    words = "Ski-in, ski-out in winter"
    assert words in page.get_by_text(words).first.inner_text()
    shared = {}
    meaning = page.get_by_role("radio", name="Meaning")
    meaning.wait_for()  # it is there once the worker has analysed the texts
    for method in ("Words in common", "Meaning", "Topics and marks"):
        page.get_by_role("radio", name=method).click()
        guest.settle()
        # The table is drawn on a canvas; what it says is in the grid beside it, for screen readers.
        cells = table.locator("[role=row][aria-rowindex='2'] [role=gridcell]").all_text_contents()
        assert cells[1] not in ("", CHOSEN) and 0 < float(cells[2]) <= 1
        shared[method] = [part for part in cells[3].split(" · ") if part]
        assert shared[method]
        side.filter(has_text=cells[1]).wait_for()  # beside the chosen one
    text = page.locator("p[dir=auto]").all_inner_texts()
    ngrams = [part.lower() for part in shared["Words in common"]]
    assert any(part in text[0].lower() for part in ngrams)
    page.get_by_text("The three methods side by side").click()
    guest.settle()
    assert page.locator("[data-testid=stDataFrame]").count() == 2
