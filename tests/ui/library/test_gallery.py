"""The examples: each opens from its card, and the resorts have their story."""

import json

import pytest

from tests.support.apptest import catalogue, finish, pieces, press, session, start
from tests.support.command import run
from tests.support.waiting import PATIENCE
from ui.library.gallery import _CARDS


@pytest.mark.parametrize("card", _CARDS, ids=lambda card: card.sample.path.stem)
def test_a_card_starts_its_example(card, monkeypatch):
    monkeypatch.setattr("pipeline.jobs.client._CANCEL_SECONDS", PATIENCE)  # no other worker
    at = press(start(), card.button)
    assert session(at).source.path == card.sample.path
    assert session(at).is_working
    assert f"{card.sample.rows} reviews" in at.text[0].value
    session(at).jobs.stop()
    finish(at.run())
    assert session(at).problem == ""


def test_a_page_without_any_analysis_has_the_examples():
    at = start().switch_page("ui/pages/compare.py").run()
    assert at.title[0].value == "Nothing to compare yet"
    assert [card.button for card in _CARDS] == [
        button.label for button in at.button if (button.key or "").startswith("sample-")
    ]


@pytest.fixture(scope="module")
def resorts():
    """A session that has gone from the card of the resorts to their map."""
    return finish(press(start(), "Open the resort group"))


def show(at, page):
    at.switch_page(f"ui/pages/{page}.py").run()
    assert not at.exception
    return pieces(at)


def test_compare_says_what_each_resort_is_known_for(resorts):
    said = show(resorts, "compare")
    for hotel, theme in (
        ("Brisalta Bahía Coral", "Breakfast"),
        ("Brisalta Sierra Clara", "Wi-Fi and internet"),
        ("Brisalta Casa Jazmín", "Staff and service"),
    ):
        assert hotel in said and theme in said
    found = json.loads(run("compare", session(resorts).view.folder, "--aspects", "--json").stdout)
    more = {(row["group"], row["topic"]) for row in found if row["significant"]}
    assert ("Brisalta Sierra Clara", "Wi-Fi and internet") in more
    assert ("Brisalta Casa Jazmín", "Staff and service") in more


def test_changes_says_where_breakfast_got_worse_and_when(resorts):
    said = show(resorts, "changes")
    assert "Breakfast" in said and "Brisalta Bahía Coral" in said and "since 2025-12" in said
    folder = session(resorts).view.folder
    cells = json.loads(run("changes", folder, "--aspects", "--json").stdout)
    worse = [
        cell
        for cell in cells
        if cell["topic"] == "Breakfast" and cell["of"] == "complaints" and (cell["q"] or 1) < 0.05
    ]
    assert {cell["group"] for cell in worse} == {None, "Brisalta Bahía Coral"}
    assert {cell["month"] for cell in worse} == {"2025-12"}
    assert all(cell["after"] > 10 * cell["before"] for cell in worse)


def test_an_example_is_not_kept(resorts):
    assert catalogue().entries() == []
