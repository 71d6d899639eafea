"""A manager compares two quarters, and reads what the change is about."""

ROOMS = ("bed", "bath", "view", "pool", "bar", "lift", "desk", "sauna")


def reviews():
    """Two quarters of two hotels; the street is loud at Oslo in the second one."""
    rows = ["review,hotel,rating,date"]
    for number in range(240):
        month, hotel = 1 + number % 6, ("Oslo", "Lyon")[number // 6 % 2]
        text = f"The {ROOMS[number % 8]} was very nice, room {number}"
        if hotel == "Oslo" and month > 3 and number % 5:
            text = f"Terrible noise from the street all night, room {number}"
        rows.append(f'"{text}",{hotel},{2 + number % 4},2025-{month:02}-{1 + number % 28:02}')
    return "\n".join(rows).encode()


def test_two_quarters_are_compared_and_read(visitors):
    guest = visitors()
    page = guest.page
    guest.open()
    page.locator("input[type=file]").set_input_files(
        {"name": "half-year.csv", "mimeType": "text/csv", "buffer": reviews()}
    )
    guest.settle()
    page.get_by_role("button", name="Analyse").click()
    guest.wait_for_map()
    page.get_by_role("link", name="Changes", exact=True).click()
    page.get_by_text("before 2025-04-01: 120 reviews").wait_for()  # the last quarter
    guest.settle()
    more = page.get_by_text("mostly Oslo").first
    more.wait_for()
    assert page.locator(".js-plotly-plot").count() == 1
    guest.narrow()
    assert guest.scroll_width() <= 390
    page.get_by_role("button", name="Read").first.click()
    page.get_by_text("chosen").first.wait_for()
    guest.settle()
    assert page.get_by_text("Terrible noise from the street").count()
    assert not guest.errors
