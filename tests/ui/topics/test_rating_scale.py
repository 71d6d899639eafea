"""Ratings of ten points on the pages: cards, the filter bar, hits and the map."""

from tests.support.apptest import finish, pieces, press, session, start, upload
from tests.ui.topics.test_topics import go, reviews


def test_ratings_of_ten_are_shown_and_filtered_as_the_guests_gave_them():
    lines = reviews(1).decode().splitlines()
    head, rows = lines[0].replace("rating", "Overall score"), lines[1:]
    ten = [row.rsplit(",", 2) for row in rows]
    text = "\n".join([head, *(f"{a},{2 * int(mark)},{day}" for a, mark, day in ten)])
    at = finish(press(upload(start(), text.encode()), "Analyse"))
    page = go(at, "ui/pages/topics.py")
    assert "of 10 (all:" in pieces(page) and "of 5 (all:" not in pieces(page)
    page.segmented_control(key="drawn-as").set_value("Table").run()
    means = page.dataframe[0].value["Mean rating"]
    assert means.max() > 5
    view = session(at).view
    assert view.columns["rating"].between(None, 2, False, False).sum() == 10
    explore = go(at, "ui/pages/explore.py")
    assert not explore.exception
