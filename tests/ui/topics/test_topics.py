"""The page "Topics": cards, the user's changes, the next file, and what changed."""

import csv
import io

import pytest

from tests.support.apptest import finish, pieces, press, session, start, upload
from ui.filters.filter_bar import topics_key
from ui.topics.card_html import sparkline

ABOUT = {
    "bed": ("soft", "hard", "too short", "very clean", "creaking", "comfortable"),
    "breakfast": ("cold", "rich", "fresh", "late", "dull", "served with a smile"),
    "receptionist": ("rude", "kind", "slow", "helpful", "absent", "always smiling"),
    "street": ("noisy", "loud at night", "quiet", "full of bars", "dark", "lively"),
}


def reviews(month, things=ABOUT, *, hotel="<b>Roma</b>"):
    """A file of one month: four things by six, in two wordings."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(["review", "hotel", "rating", "date"])
    for number, (thing, said) in enumerate(things.items()):
        for i, how in enumerate(said):
            for wording in ("The {} was {}.", "We found that the {} in this hotel was {}."):
                row = [wording.format(thing, how), hotel, 1 + (number + i) % 5]
                rows.writerow([*row, f"2025-{month:02}-{1 + i:02}"])
    return text.getvalue().encode()


@pytest.fixture(scope="module")
def page():
    """A session that has analysed a small file and gone to its topics."""
    at = upload(start(), reviews(1) + reviews(2).split(b"\n", 1)[1], "winter <i>.csv")
    finish(press(at, "Analyse"))
    at.toggle(key="auto_topic_count").set_value(False).run()
    at.slider(key="topic_count").set_value(4).run()
    return go(finish(at), "ui/pages/topics.py")


def go(at, where):
    at.switch_page(where).run()
    assert not at.exception
    return at


def open_menu(at, name):
    """Open the menu of the topic with this name, alone."""
    view = session(at).view
    for topic in view.analysis.topics:
        key = f"edit-{topic.key}-{view.number}-{len(view.original.edits)}"
        at.session_state[key] = topic.name == name
    at.run()
    assert not at.exception
    return at


def names(at):
    return [topic.name for topic in session(at).view.analysis.topics if not topic.hidden]


def test_a_card_says_what_is_known_of_its_topic(page):
    body = pieces(page)
    assert body.count('class="pg-card"') == 4
    assert body.count("Languages of the file: English") == 4
    assert "of 5 (all:" in body
    assert body.count('class="pg-spark"') == 4
    assert "since Feb 2025" in body
    assert "Guests say it" not in body  # one language: nothing to boast of
    assert "winter &lt;i&gt;.csv" in body
    page.segmented_control(key="drawn-as").set_value("Table").run()
    assert not page.exception
    assert list(page.dataframe[0].value["Topic"]) == names(page)
    page.segmented_control(key="drawn-as").set_value("Cards").run()


def test_the_map_is_one_press_from_a_card(page):
    view = session(page).view
    press(page, "Show on the map")
    assert page.session_state[topics_key(view)] == [0]
    assert "of 96 match the filters" in pieces(page)
    go(page, "ui/pages/topics.py")


def test_a_rename_is_undone_and_redone_at_once(page):
    old = names(page)
    open_menu(page, old[1])
    box = next(box for box in page.text_input if box.label == "Name")
    box.set_value("Rest & <b>beds</b>")
    press(page, "Rename")
    assert names(page) == [old[0], "Rest & <b>beds</b>", *old[2:]]
    assert "Rest &amp; &lt;b&gt;beds&lt;/b&gt;" in pieces(page)
    undo = next(button for button in page.button if button.label.startswith("Undo: renamed"))
    undo.click().run()
    assert names(page) == old
    next(b for b in page.button if b.label.startswith("Redo: renamed")).click().run()
    assert names(page)[1] == "Rest & <b>beds</b>"
    assert any("Changes (1)" in expander.label for expander in page.expander)


def test_a_name_that_is_taken_is_refused_in_a_box(page):
    first, second = names(page)[:2]
    open_menu(page, first)
    next(box for box in page.text_input if box.label == "Name").set_value(second)
    press(page, "Rename")
    assert "choose another name" in page.error[0].value
    assert names(page)[:2] == [first, second]


def test_a_hidden_topic_leaves_every_page_and_comes_back(page):
    name = names(page)[3]
    press(open_menu(page, name), "Hide topic")
    assert name not in names(page)
    assert pieces(page).count('class="pg-card"') == 3
    go(page, "ui/pages/explore.py")
    topics = next(box for box in page.multiselect if box.label == "Topics")
    assert not any(name in option for option in topics.options)
    go(page, "ui/pages/topics.py")
    press(page, "Unhide")
    assert name in names(page)


def test_merge_and_split_go_through_the_worker(page):
    first, second = names(page)[:2]
    before = session(page).view
    open_menu(page, first)
    other = before.analysis.topics[1]
    box = next(box for box in page.multiselect if box.label == "Merge with")
    box.set_value([other.key]).run()
    finish(press(page, "Merge"))
    assert not page.error
    assert len(names(page)) == 3
    view = session(page).view
    assert view.original.raw is before.original.raw  # held in memory once
    assert view.analysis.topics[0].reviews == sum(t.reviews for t in before.analysis.topics[:2])
    next(button for button in page.button if button.label.startswith("Undo: merged")).click().run()
    assert names(page)[:2] == [first, second]
    assert session(page).view is before


def test_a_phrase_becomes_a_topic(page):
    count = len(names(page))
    page.text_input(key="phrase-text").set_value("bars and noise in the street at night")
    finish(press(page, "Create topic"))
    assert not page.error
    assert len(names(page)) == count + 1
    made = session(page).view.analysis
    [topic] = [topic for topic in made.topics if topic.key.startswith("e")]
    texts = [made.texts[row] for row in made.in_topic(topic.id).nonzero()[0]]
    assert sum("street" in text for text in texts) > len(texts) / 2
    next(b for b in page.button if b.label.startswith("Undo: made a topic")).click().run()


def test_chosen_reviews_are_moved(page):
    view = session(page).view
    goal = view.analysis.topics[0]
    units = tuple(int(u) for u in (view.analysis.assignments == 2).nonzero()[0][:3])
    session(page).analysis.selected = units
    go(page, "ui/pages/explore.py")
    page.session_state[f"move-{view.number}"] = True
    page.run()
    page.selectbox(key=f"move-to-{view.number}").set_value(goal.key).run()
    press(page, "Move")
    assert not page.error
    moved = session(page).view.analysis
    assert all(moved.topic_of(unit).key == goal.key for unit in units)
    next(button for button in page.button if button.label.startswith("Undo: moved")).click().run()
    session(page).analysis.selected = ()
    go(page, "ui/pages/topics.py")


def test_next_month_falls_into_the_topics_and_shows_what_changed(page):
    old = session(page).view.analysis
    page.session_state["part"] = "Add a file"
    page.run()
    more = {"street": ABOUT["street"], "charger": ("broken", "new", "taken", "slow", "dear", "far")}
    page.file_uploader[0].upload("march.csv", reviews(3, more), "text/csv").run()
    assert not page.exception
    finish(press(page, "Add to the analysis"))
    assert not page.error
    new = session(page).view.analysis
    assert len(new.texts) == len(old.texts) + 24
    assert [topic.name for topic in new.topics if not topic.is_outlier] == [
        t.name for t in old.topics
    ]
    shown = " ".join(text.value.replace("\\", "") for text in page.markdown)
    assert "march.csv" in shown
    assert "24 new reviews" in shown
    assert "Month by month" in [head.value for head in page.header]
    assert "winter" in pieces(page) and "march.csv: 24 reviews" in pieces(page).replace(
        "<bdi>", ""
    ).replace("</bdi>", "")
    page.slider(key="topic_count").set_value(3).run()  # analysed anew with both files
    finish(page)
    assert not page.error
    assert len(session(page).view.analysis.batches) == 2
    assert len(session(page).view.analysis.texts) == len(new.texts)
    go(page, "ui/pages/explore.py")
    files = next(box for box in page.multiselect if box.label == "Files")
    files.set_value([1]).run()
    assert "24 reviews of 120 match" in pieces(page)


def test_a_line_is_broken_where_nothing_is_known():
    drawing = sparkline([0.1, float("nan"), 0.2, 0.3], '"><script>')
    assert drawing.count("M") == 2  # percent-encoding leaves letters alone
    assert "<script>" not in drawing
    assert sparkline([0.1], "alone") == ""


def test_a_note_stands_on_its_card_and_in_the_list(page):
    at = go(page, "ui/pages/topics.py")
    at.session_state["part"] = "Topics"
    view, topic = session(at).view, session(at).view.analysis.topics[0]
    key = f"{topic.key.replace('.', '_')}-{view.number}"
    session(at).file.notebook.author = "Ana <i>"  # asked once
    at.session_state[f"note-{key}"] = True
    at.run()
    at.text_area(key=f"note-text-{key}").set_value("told the <b>chief</b>")
    press(at, "Add note")
    said = "told the &lt;b&gt;chief&lt;/b&gt;</span>"
    assert pieces(at).count(said) == 1 and "Ana &lt;i&gt;" in pieces(at)
    assert at.text_area(key=f"note-text-{key}").value == ""
    press(at, "Add note")
    assert "needs a text" in at.error[0].value
    at.session_state["part"] = "Notes"
    assert pieces(at.run()).count(said) == 1
    press(at, "Delete")
    assert said not in pieces(at)
    press(at, "Undo: deleted a note")
    assert said in pieces(at)
    at.session_state["part"] = "Topics"
    at.run()
