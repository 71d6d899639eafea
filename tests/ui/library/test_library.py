"""Analyses are kept, listed, opened again with all changes, deleted with undo, handed on."""

import zipfile
from dataclasses import replace

import pytest

from pipeline.analysis.edits.history import apply_edit
from pipeline.search.evaluation import GoldenQuery, load_golden_set, save_golden_set
from pipeline.search.saved import SavedSearch, load_searches, save_searches
from tests.support.apptest import (
    SMALL,
    THINGS,
    catalogue,
    finish,
    pieces,
    press,
    run_until,
    session,
    start,
    upload,
)
from ui.library import gallery
from ui.session.autosave import file_title
from ui.session.samples import Sample

SEARCH = SavedSearch("night", "noise at night")
JUDGED = GoldenQuery("night", frozenset({"3", "\ud800 4"}), frozenset({"5"}))
NAME = "<img src=x> ![a](b) تقييمات.csv"


def analysed(data=SMALL, name="reviews.csv"):
    at = upload(start(), data, name)
    return finish(press(at, "Analyse"))


def go(at, where):
    at.switch_page(where).run()
    assert not at.exception
    return at


def rename_topic(at, name):
    key = session(at).view.original.topics[0].key
    edit = {"do": "rename", "topic": key, "name": name}
    session(at).change(lambda analysis: apply_edit(analysis, edit), "Renamed")
    at.run()
    assert not at.exception


def topic_names(at):
    return [topic.name for topic in session(at).view.original.topics]


def click(at, key):
    at.button(key=key).click().run()
    assert not at.exception
    return at


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """What the list has of an analysis that was made on the page."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POLYGUEST_DATA", str(tmp_path_factory.mktemp("small")))
        analysed()
        (entry,) = catalogue().entries()
        return entry, catalogue().open(entry.token)


def keep(small, name="reviews.csv"):
    """Put it in the list of this test."""
    entry, analysis = small
    return catalogue().add(analysis, name=file_title(name), file=name, digest=entry.digest)


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("POLYGUEST_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def test_an_analysis_is_kept_edited_opened_elsewhere_deleted_and_brought_back(data):
    at = analysed(name=NAME)
    rename_topic(at, "Sleep")
    save_searches(session(at).view.folder, [SEARCH])
    save_golden_set(session(at).view.folder, [JUDGED])
    at.run()
    (entry,) = catalogue().entries()
    assert (entry.file, entry.reviews) == (NAME, 64)

    other = start()
    assert "&lt;img src=x&gt;" in pieces(other)
    go(other, "ui/pages/analyses.py")
    body = pieces(other)
    assert "<bdi>&lt;img src=x&gt; ![a](b) تقييمات.csv</bdi>" in body
    assert "64 reviews" in body
    assert "<img src=x>" not in body
    click(other, f"open-list-{entry.token}")
    assert "Sleep" in topic_names(other)
    assert session(other).view.folder.is_relative_to(session(other).folder.path)

    # Its settings can still be changed: the file is there, and so are the edits.
    go(other, "ui/pages/explore.py").toggle(key="correction").set_value(False).run()
    finish(other)
    assert not other.error
    assert session(other).view.original.settings.space == "raw"
    assert catalogue().open(entry.token).settings.space == "raw"
    assert load_searches(catalogue().path(entry.token)) == (SEARCH,)
    assert load_golden_set(catalogue().path(entry.token)) == (JUDGED,)
    assert session(other).search.golden == (JUDGED,)

    go(other, "ui/pages/analyses.py")
    click(other, f"delete-{entry.token}")
    assert catalogue().entries() == []
    assert "Deleted: " in pieces(other)
    assert any("No saved analyses yet" in text.value for text in other.markdown)
    click(other, "undo-delete")
    assert [kept.token for kept in catalogue().entries()] == [entry.token]
    assert "Deleted: " not in pieces(other)


def test_the_same_file_again_is_known_and_takes_the_changes_over(data):
    at = analysed()
    rename_topic(at, "Sleep")
    save_searches(session(at).view.folder, [SEARCH])
    at.run()
    first = catalogue().entries()[0]

    again = upload(start(), SMALL, "copy.csv")
    assert "This file was analysed before" in pieces(again)
    finish(press(again, "Analyse"))
    assert "Sleep" in topic_names(again)
    assert session(again).view.original.edits
    assert load_searches(session(again).view.folder) == (SEARCH,)
    assert {entry.name for entry in catalogue().entries()} == {"reviews", "copy"}

    another = upload(start(), SMALL, "copy.csv")
    click(another, f"open-known-{catalogue().entries()[0].token}")
    assert "Sleep" in topic_names(another)
    assert "This file was analysed before" not in pieces(
        upload(start(), SMALL + b"\nThe sea was near")
    )
    assert catalogue().find(first.token).name == "reviews"


def test_two_people_at_one_analysis_overwrite_nothing(data):
    one = analysed()
    (entry,) = catalogue().entries()
    other = go(start(), "ui/pages/analyses.py")
    click(other, f"open-list-{entry.token}")
    rename_topic(one, "Sleep")
    rename_topic(other, "Rest")
    assert "kept as “reviews (2)”" in session(other).problem
    kept = {e.name: catalogue().open(e.token).topics[0].name for e in catalogue().entries()}
    assert kept == {"reviews": "Sleep", "reviews (2)": "Rest"}
    rename_topic(other, "Dreams")  # goes on in the copy
    assert len(catalogue().entries()) == 2


def test_import_takes_what_was_exported_and_refuses_the_rest(data, tmp_path):
    at = analysed()
    rename_topic(at, "Sleep")
    save_searches(session(at).view.folder, [SEARCH])
    at.run()
    (entry,) = catalogue().entries()
    path = tmp_path / "out.zip"
    catalogue().export(entry.token, path)
    with zipfile.ZipFile(path) as bundle:
        assert b"Sleep" in bundle.read("topics.csv")
    go(at, "ui/pages/analyses.py")

    def put(content):
        at.file_uploader[0].upload("analysis.zip", content, "application/zip").run()
        assert not at.exception

    put(b"not a zip at all")
    assert "can't be imported" in at.error[0].value.replace("\\", "")
    assert "\n" not in at.error[0].value
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as evil:
        evil.writestr("../../evil.py", "print()")
    put((tmp_path / "evil.zip").read_bytes())
    assert "no part of an analysis" in at.error[0].value.replace("\\", "")
    assert len(catalogue().entries()) == 1
    put(path.read_bytes())
    assert not at.error
    assert any("is in the list" in box.value for box in at.success)
    imported = next(e for e in catalogue().entries() if e.token != entry.token)

    # Without its file, its rows are: other settings still work.
    click(at, f"open-list-{imported.token}")
    go(at, "ui/pages/explore.py").toggle(key="correction").set_value(False).run()
    finish(at)
    assert not at.error
    assert len(session(at).view.original.texts) == 64
    assert "Sleep" in topic_names(at)
    assert load_searches(session(at).view.folder) == (SEARCH,)


def test_a_server_that_keeps_nothing(data, small, monkeypatch, tmp_path):
    entry = keep(small)
    path = tmp_path / "out.zip"
    catalogue().export(entry.token, path)
    monkeypatch.setenv("POLYGUEST_KEEP", "0")
    other = upload(start(), SMALL)
    assert "This file was analysed before" not in pieces(other)
    assert "reviews" not in pieces(go(other, "ui/pages/analyses.py"))
    other.file_uploader[0].upload("a.zip", path.read_bytes(), "application/zip").run()
    assert not other.exception
    assert len(session(other).view.original.texts) == 64
    rename_topic(other, "Sleep")
    assert len(catalogue().entries()) == 1


def test_the_sample_is_kept_when_it_is_changed_or_asked_for(data, tmp_path, monkeypatch):
    sample = tmp_path / "hotel_reviews.csv"
    sample.write_bytes(SMALL)
    small = Sample(sample, len(THINGS) ** 2)
    monkeypatch.setattr("ui.session.samples.SAMPLES", (small,))
    card = replace(gallery._CARDS[0], sample=small)
    monkeypatch.setattr(gallery, "_CARDS", (card, *gallery._CARDS[1:]))
    at = finish(press(start(), "Try it with sample reviews"))
    assert catalogue().entries() == []
    go(at, "ui/pages/analyses.py")
    press(at, "Save to Analyses")
    assert [entry.name for entry in catalogue().entries()] == ["hotel_reviews"]
    assert not any(button.label == "Save to Analyses" for button in at.button)

    other = finish(press(start(), "Try it with sample reviews"))
    assert len(catalogue().entries()) == 1
    rename_topic(other, "Sleep")
    assert [entry.name for entry in catalogue().entries()].count("hotel_reviews (2)") == 1


def test_what_was_being_replaced_when_the_program_was_killed_is_there_again(data, small):
    entry = keep(small)
    folder = catalogue().path(entry.token)
    folder.rename(folder.with_name(f".old-{entry.token}"))
    assert catalogue().entries() == [entry]
    assert len(catalogue().open(entry.token).texts) == 64


def test_the_first_name():
    assert [file_title(name) for name in ("May.csv", "a/b <i>.csv.gz", ".csv", "Rev. 3", " ")] == [
        "May",
        "a/b <i>",
        ".csv",
        "Rev. 3",
        "reviews",
    ]


def ask_everywhere(at, query):
    at.text_input(key="everywhere").set_value(query)
    click(at, "search-everywhere-now")


def test_one_search_over_all_analyses_and_from_a_hit_into_its_analysis(data, small):
    keep(small, NAME)
    at = go(start(), "ui/pages/analyses.py")
    ask_everywhere(at, "Loud music at night")
    run_until(at, lambda: "everywhere-job" not in at.session_state)
    assert not at.exception and not at.error
    body = pieces(at)
    assert "<bdi>&lt;img src=x&gt; ![a](b) تقييمات" in body and "<img src=x>" not in body
    assert '<span class="rank">1.</span>' in body
    (entry,) = catalogue().entries()
    # Its damaged store is made anew.
    store = catalogue().path(entry.token) / "store" / "store.sqlite"
    store.write_bytes(bytes(store.stat().st_size))
    ask_everywhere(at, "Loud music in the night")
    run_until(at, lambda: "everywhere-job" not in at.session_state)
    assert not at.exception and not at.error and '<span class="rank">1.</span>' in pieces(at)
    ask_everywhere(at, "Loud music at night")
    first = next(b for b in at.button if b.key.startswith(f"everywhere-{entry.token}"))
    first.click().run()
    assert not at.exception
    assert session(at).file.autosave.revision.token == entry.token
    assert at.text_input(key="query").value == "Loud music at night"

    # Deleted, it is searched no more.
    go(at, "ui/pages/analyses.py")
    ask_everywhere(at, "Loud music at night")
    assert [b for b in at.button if b.key.startswith(f"everywhere-{entry.token}")]
    click(at, f"delete-{entry.token}")
    assert not [b for b in at.button if b.key and b.key.startswith("everywhere-")]
    click(at, f"remove-{entry.token}")
    assert not at.exception and catalogue().trashed() == [] and "Deleted: " not in pieces(at)


def test_a_page_without_an_analysis_lists_those_that_are_kept(data, small):
    keep(small)
    at = go(start(), "ui/pages/topics.py")
    assert at.title[0].value == "No topics yet"
    assert not any(button.label == "Open the resort group" for button in at.button)
    (entry,) = catalogue().entries()
    click(at, f"open-newest-{entry.token}")
    assert session(at).source.name == "reviews.csv"
    assert not at.title  # it is the page's own now, not the map
    assert at.segmented_control(key="part").value == "Topics"
