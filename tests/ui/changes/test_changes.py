"""The pages "Changes" and "Hotels", on an analysis whose change is known."""

from datetime import date

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
    assert "More than before" in [head.value for head in page.header]
    choose(page, "By", "")  # all reviews together
    assert "(Oslo)" not in pieces(page) and "mostly" not in pieces(page)
    choose(page, "By", "hotel")


def test_two_quarters_are_compared_by_ranges_of_days(page):
    choose(page, "Compare", "ranges")
    before, after = page.date_input
    before.set_value((np.datetime64("2025-01-01").item(), np.datetime64("2025-03-31").item()))
    after.set_value((np.datetime64("2025-04-01").item(), np.datetime64("2025-06-30").item())).run()
    assert not page.exception
    assert "180 reviews" in pieces(page) and "may be chance" in pieces(page)
    choose(page, "Compare", "since")


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
    assert f"{len(chosen)} chosen reviews" in [head.value for head in page.header]
    assert ", since 2025-07-01</bdi></h2>" in pieces(page)
    press(page, "Back to Changes")
    assert not session(page).analysis.selected and not page.session_state["hotels"]
    assert "More than before" in [head.value for head in page.header]


def test_a_hotel_has_its_marks_and_what_its_guests_say_more_often(page):
    go(page, "hotels")
    choose(page, "Name", "Oslo")
    body = pieces(page)
    assert "160" in body and "on average" in body and "Written in English 160" in body
    assert "clearly more" in body
    heads = [head.value for head in page.header]
    assert "Mark over time" in heads and "Said more often than elsewhere" in heads
    press(page, "Read")
    analysis = session(page).view.original
    named = analysis.frame["hotel"].to_numpy()[
        analysis.units.review[list(session(page).analysis.selected)]
    ]
    assert len(set(named)) == 1


def test_a_link_shows_what_was_chosen_and_leaving_the_page_keeps_it(page):
    go(page, "changes")
    choose(page, "Compare", "ranges")
    ranges = [(date(2025, 1, 10), date(2025, 3, 31)), (date(2025, 7, 1), date(2025, 8, 10))]
    for place, days in enumerate(ranges):
        page.date_input[place].set_value(days).run()
    topic = next(box for box in page.selectbox if box.label == "Topic").value
    choose(page, "Topic", 1 - topic)
    choose(page, "Hotel", 1)
    choose(page, "By", "")
    go(page, "hotels")
    choose(page, "Name", "Porto")
    session(page).analysis.selected = (3, 5)
    go(page, "changes")
    assert [box.value for box in page.date_input] == ranges
    named = {
        name: [values] if isinstance(values, str) else list(values)
        for name, values in page.query_params.items()
    }
    assert named["periods"] == ["ranges"] and named["before"] == ["2025-01-10..2025-03-31"]
    assert named["after"] == ["2025-07-01..2025-08-10"] and named["changes-by"] == ["*"]
    assert named["hotel"] == ["Porto"] and named["chosen"] == ["review.3.5"]
    assert named["months"][0] == "mentions" and named["months"][2:] == ["Oslo"]

    other = new()
    for name, values in (named | {"since": ["2031-01-01"]}).items():
        other.query_params[name] = values
    other.run()
    (said,) = (toast.value for toast in other.toast)
    assert said.endswith("are left out: the day.")
    assert session(other).analysis.selected == (3, 5)
    for at in (page, other):  # the same on both, also when a page is opened again
        go(at, "changes")
        assert [box.value for box in at.date_input] == ranges
        boxes = {box.label: box.value for box in at.selectbox}
        assert boxes["By"] == "" and boxes["Topic"] == 1 - topic
        go(at, "hotels")
        assert next(box for box in at.selectbox if box.label == "Name").value == "Porto"
    session(other).analysis.selected = tuple(range(31))
    assert "chosen" not in go(other, "explore").query_params
    assert any("leaves these out" in each.value for each in other.caption)
