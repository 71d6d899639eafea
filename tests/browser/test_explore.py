"""The page "Explore" as it is laid out, in a real browser."""

from tests.browser.test_story import upload

THINGS = ("bed", "breakfast", "street", "pool")
HOTELS = ("Roma", "פריז")


def reviews():
    """Sixty-four reviews of two hotels, with marks and dates; a half of them right to left."""
    rows = ["review,hotel,rating,date"]
    for number in range(64):
        thing, hotel = THINGS[number % 4], HOTELS[number % 2]
        said = f"The {thing} was loud at night, room {number}"
        if hotel != "Roma":
            said = f"המיטה הייתה רועשת מאוד בלילה בחדר {number}"
        rows.append(f'"{said}",{hotel},{1 + number % 5},2025-{1 + number % 12:02}-10')
    return "\n".join(rows).encode()


def test_the_map_is_near_the_top_and_stays_beside_the_hits(visitors):
    guest = visitors(width=1440, height=900)
    page = guest.page
    guest.open()
    upload(guest, "two hotels.csv", reviews())
    page.get_by_role("button", name="Analyse").click()
    guest.wait_for_map()
    drawn = page.locator(".js-plotly-plot")
    assert drawn.bounding_box()["y"] <= 300

    guest.search("loud at night")
    page.locator(".st-key-hits .pg-hit").first.wait_for()
    assert drawn.bounding_box()["y"] <= 300
    page.locator(".st-key-hits .pg-hit").last.scroll_into_view_if_needed()
    seen = drawn.bounding_box()
    assert 0 <= seen["y"] <= 300
    assert page.locator('.st-key-hits .pg-text[lang="he"][dir="auto"]').count() > 0

    guest.narrow()
    guest.settle()
    hits = page.locator(".st-key-hits").bounding_box()
    assert hits["y"] + hits["height"] <= drawn.bounding_box()["y"]
    assert guest.scroll_width() <= 390
