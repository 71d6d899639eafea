"""The pages "Changes" and "Hotels", on an analysis whose change is known."""

import numpy as np
import pytest

from tests.support.analyses import loud_since_july
from tests.support.apptest import catalogue, new, pieces, press, session


@pytest.fixture(scope="module")
def page(file_cache):
    entry = catalogue().add(loud_since_july(), name="Loud", file="loud.csv")
    at = new()
    at.query_params["analysis"] = entry.token
    at.run()
    assert not at.exception
    return at


def go(at, where):
    at.switch_page(f"ui/pages/{where}.py").run()
    assert not at.exception
    return at


def choose(at, label, value):
    next(box for box in at.selectbox if box.label == label).set_value(value).run()
    assert not at.exception
    return at


def test_what_changed_is_said_in_words_with_its_hotel(page):
    go(page, "changes")
    page.date_input[0].set_value(np.datetime64("2025-07-01").item()).run()
    body = pieces(page)
    assert "before 2025-07-01" in body and "360 reviews" in body
    assert "mostly Oslo" in body and "since 2025-07" in body
    assert "(Oslo)" in body and "(Lyon)" not in body and "(Porto)" not in body
    assert "More than before" in [head.value for head in page.subheader]
    choose(page, "By", "All reviews together")
    assert "(Oslo)" not in pieces(page) and "mostly" not in pieces(page)
    choose(page, "By", "hotel")


def test_two_quarters_are_compared_by_ranges_of_days(page):
    choose(page, "Compare", "Two ranges of days")
    before, after = page.date_input
    before.set_value((np.datetime64("2025-01-01").item(), np.datetime64("2025-03-31").item()))
    after.set_value((np.datetime64("2025-04-01").item(), np.datetime64("2025-06-30").item())).run()
    assert not page.exception
    assert "180 reviews" in pieces(page) and "may be chance" in pieces(page)
    choose(page, "Compare", "Since a day")


def test_a_change_is_one_click_from_its_reviews(page):
    page.date_input[0].set_value(np.datetime64("2025-07-01").item()).run()
    read = next(button for button in page.button if button.label == "Read")
    read.click().run()
    assert not page.exception
    analysis = session(page).view.original
    chosen = np.array(session(page).analysis.selected)
    months = analysis.days[analysis.units.review[chosen]].astype("datetime64[M]")
    assert len(chosen) and set(months.astype(str)) == {"2025-07", "2025-08"}
    assert len(set(analysis.assignments[chosen].tolist())) == 1
    assert any(button.label.startswith("date") for button in page.button)
    assert f"{len(chosen)} chosen reviews" in [head.value for head in page.subheader]


def test_a_hotel_has_its_marks_and_what_its_guests_say_more_often(page):
    go(page, "hotels")
    choose(page, "Name", 1)  # the second by its letters: Oslo
    body = pieces(page)
    assert "160" in body and "on average" in body and "Written in English 160" in body
    assert "clearly more" in body
    heads = [head.value for head in page.subheader]
    assert "Mark over time" in heads and "Said more often than elsewhere" in heads
    press(page, "Read")
    analysis = session(page).view.original
    named = analysis.frame["hotel"].to_numpy()[
        analysis.units.review[list(session(page).analysis.selected)]
    ]
    assert len(set(named)) == 1
