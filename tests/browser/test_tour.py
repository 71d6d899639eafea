"""The tour in a real browser, by keyboard: begun, left by Escape, remembered, found again."""


def test_tour_is_left_by_escape_remembered_and_found_in_the_help(visitors):
    guest = visitors()
    page = guest.page
    guest.open()
    page.get_by_role("button", name="Take the tour").focus()
    page.keyboard.press("Enter")
    tour = page.get_by_role("dialog", name="A tour of Polyguest")
    tour.get_by_text("Step 1 of 5").wait_for()
    tour.get_by_role("button", name="Next").press("Enter")
    tour.get_by_text("Step 2 of 5").wait_for()
    page.keyboard.press("Escape")
    tour.wait_for(state="detached")
    guest.settle()
    assert page.get_by_role("button", name="Take the tour").count() == 0

    guest.open()  # loads the page again
    assert page.get_by_role("button", name="Take the tour").count() == 0
    guest.narrow()
    page.get_by_role("button", name="Help").press("Enter")
    page.get_by_role("menuitem", name="Take the tour").click()
    tour.get_by_text("Step 1 of 5").wait_for()
    box = tour.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390
    tour.get_by_role("button", name="Leave the tour").click()
    tour.wait_for(state="detached")
