"""What a manager does with the topics, in a real browser."""

import re

ABOUT = {
    "bed": ("soft", "hard", "too short", "very clean", "creaking"),
    "breakfast": ("cold", "rich", "fresh", "late", "dull"),
    "street": ("noisy", "loud at night", "quiet", "full of bars", "lively"),
}


def reviews(month, wordings):
    rows = [
        f"{wording.format(thing, how)},{1 + i},2025-{month:02}-{1 + i:02}"
        for thing, said in ABOUT.items()
        for i, how in enumerate(said)
        for wording in wordings
    ]
    return "\n".join(["review,rating,date", *rows]).encode()


def upload(guest, name, data):
    guest.page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": data}
    )
    guest.settle()


def test_topics_are_read_changed_and_followed_into_the_next_month(visitors):
    guest = visitors()
    page = guest.page
    guest.open()
    upload(guest, "may.csv", reviews(5, ("The {} was {}", "We found that the {} here was {}")))
    page.get_by_role("button", name="Analyse").click()
    guest.wait_for_map()
    # Another page is opened while an analysis is under way: what was set stays set.
    grouped = page.get_by_label("Group by", exact=True)
    grouped.fill("Sentences")
    grouped.press("Enter")
    page.get_by_role("button", name="Stop").wait_for()
    page.get_by_role("link", name="Topics", exact=True).click()
    page.locator(".pg-card").first.wait_for()
    page.get_by_role("button", name="Stop").wait_for(state="detached")
    guest.settle()
    assert grouped.input_value() == "Sentences"
    assert page.get_by_role("switch", name="Remove language effect").is_checked()
    assert page.get_by_label("Choose automatically").is_checked()
    cards = page.locator(".pg-card").count()
    assert page.locator(".pg-mix").count() == 2 * cards

    page.get_by_role("button", name="Edit").first.click()
    page.get_by_label("Name", exact=True).fill('<img src="https://example.com/a.png"> & rest')
    page.get_by_role("button", name="Rename").click()
    page.get_by_role("heading", name="& rest").wait_for()
    assert page.locator(".pg-card img:not(.pg-spark)").count() == 0
    undo = page.get_by_role("button", name=re.compile("^.*Undo: renamed"))
    undo.focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name=re.compile("Redo: renamed")).wait_for()
    page.get_by_role("heading", name="& rest").wait_for(state="detached")

    page.get_by_label("New topic from a phrase").fill("noise in the street at night")
    page.get_by_role("button", name="Create topic").click()
    page.get_by_role("button", name=re.compile("Undo: made a topic")).wait_for()
    guest.settle()
    made = page.locator(".pg-card").count()

    page.get_by_role("radio", name="Add a file").click()
    guest.settle()
    upload(guest, "june.csv", reviews(6, ("In June the {} was {}",)))
    page.get_by_role("button", name="Add to the analysis").click()
    page.get_by_text("15 new reviews of 15 rows").wait_for()  # what changed is shown by itself
    guest.settle()

    page.get_by_role("link", name="Topics", exact=True).click()
    guest.settle()
    page.get_by_role("radio", name="Topics").click()
    guest.settle()
    assert page.locator(".pg-card").count() in (made, made + 1)  # and "everything else"
    guest.narrow()
    assert guest.scroll_width() <= 390
    page.get_by_role("button", name="Show on the map").first.click()
    page.locator(".st-key-chips").get_by_text(re.compile(r"^\d+ reviews? of 45 match")).wait_for()
    assert guest.scroll_width() <= 390
