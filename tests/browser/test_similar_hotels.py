"""The page "Similar hotels" in a real browser: a table of hotels, one of them, three methods."""

from tests.support.command import ROOT

HOTELS = ROOT / "sample_data" / "hotels.csv"
CHOSEN = "Larchwood Mountain Lodge"


def test_hotels_like_one_are_found_by_three_methods(visitors):
    guest = visitors()
    page = guest.page
    guest.open()
    guest.follow("similar-hotels")
    page.get_by_text("A table with a name and a description").wait_for()
    page.locator("input[type=file]").set_input_files(HOTELS)
    box = page.get_by_role("combobox", name="Hotels like")
    box.wait_for()
    guest.settle()
    box.fill(CHOSEN)
    box.press("Enter")
    side = page.locator("h3[dir=auto]")
    side.filter(has_text=CHOSEN).wait_for()
    page.get_by_text("Ski-in, ski-out in winter").wait_for()  # the chosen hotel's own words
    page.get_by_role("radio", name="Meaning").wait_for()  # once the worker has analysed the texts
    guest.settle()
    shared = {}
    for method in ("Words in common", "Meaning", "Topics and marks"):
        page.get_by_text(method, exact=True).click()
        guest.settle()
        hotel, score, shared[method] = first_row(guest)
        assert hotel not in ("", CHOSEN) and 0 < float(score) <= 1
        assert all(shared[method].split(" · "))
        side.filter(has_text=hotel).wait_for()  # beside the chosen one
    texts = " ".join(page.locator("p[dir=auto]").all_inner_texts()).lower()
    assert any(ngram.lower() in texts for ngram in shared["Words in common"].split(" · "))
    page.get_by_text("The three methods side by side").click()
    page.locator("[data-testid=stDataFrame]").nth(1).wait_for()
    guest.settle()
    assert page.locator("[data-testid=stDataFrame]").count() == 2


def first_row(guest):
    """Hotel, score and what is shared in the first row of the table.

    It is drawn on a canvas; what screen readers read is there once a cell has the focus.
    """
    table = guest.page.locator("[data-testid=stDataFrame]").first
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    guest.page.mouse.click(box["x"] + 220, box["y"] + 53)
    cells = [table.locator(f"[data-testid=glide-cell-{column}-0]") for column in (2, 3, 4)]
    cells[0].wait_for(state="attached")
    return [cell.text_content() for cell in cells]
