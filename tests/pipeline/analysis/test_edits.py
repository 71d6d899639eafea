"""Edits of topics: each operation, undo and redo, saving, and transfer to another analysis."""

import numpy as np
import pytest

from pipeline.analysis.analysis import Settings
from pipeline.analysis.edits.draft import unit_references
from pipeline.analysis.edits.history import apply_edit, describe_edit, redo, transfer_edits, undo
from pipeline.analysis.run import analyse
from pipeline.analysis.storage import load_analysis, load_state, save_analysis, save_state
from pipeline.common.errors import InputError
from pipeline.reviews.read import read_reviews
from tests.support.fake_encoder import FakeEncoder

THINGS = {
    "pool": "the pool water was warm swim swimming lane",
    "breakfast": "breakfast buffet eggs coffee bread morning",
    "noise": "noise loud music street night sleep",
    "staff": "staff reception friendly helpful kind desk",
}


def made(fake_encoder, **settings):
    words = {topic: text.split() for topic, text in THINGS.items()}
    lines = [
        " ".join([*words[topic][n % 3 : n % 3 + 4], topic, topic, f"guest{n}"])
        for n in range(20)
        for topic in THINGS
    ]
    reviews = read_reviews(("review\n" + "\n".join(lines)).encode())
    return analyse(
        reviews, Settings(topic_count=4, unit="review", **settings), encoder=fake_encoder
    )


@pytest.fixture(scope="module")
def analysis(file_cache):
    return made(FakeEncoder())


def topic_with(analysis, word):
    """The topic that most reviews with a word are in."""
    rows = [row for row, text in enumerate(analysis.texts) if f"{word} {word}" in text]
    return analysis.topics[int(np.bincount(analysis.assignments[rows]).argmax())]


def test_rename_changes_only_the_name(analysis):
    key = analysis.topics[1].key
    edited = apply_edit(analysis, {"do": "rename", "topic": key, "name": "  Night\n noise "})
    assert edited.topics[1].name == "Night noise" and edited.topics[1].named
    assert edited.topics[0] == analysis.topics[0]
    assert np.array_equal(edited.assignments, analysis.assignments)
    assert analysis.topics[1].name != "Night noise"  # what was there stays


@pytest.mark.parametrize("name", ["", " \n ", "\x00"])
def test_empty_names_are_rejected(analysis, name):
    with pytest.raises(InputError, match="needs a name"):
        apply_edit(analysis, {"do": "rename", "topic": analysis.topics[0].key, "name": name})


def test_duplicate_names_are_rejected(analysis):
    taken = analysis.topics[1].name.upper()
    with pytest.raises(InputError, match="Another topic"):
        apply_edit(analysis, {"do": "rename", "topic": analysis.topics[0].key, "name": taken})


def test_merged_topic_has_all_reviews_and_takes_new_ones(analysis, fake_encoder):
    pair = [topic_with(analysis, word) for word in ("pool", "staff")]
    edit = {"do": "merge", "topics": [topic.key for topic in pair]}
    edited = apply_edit(analysis, edit, encoder=fake_encoder)
    assert len(edited.topics) == 3
    assert [topic.id for topic in edited.topics] == [0, 1, 2]
    merged = next(topic for topic in edited.topics if topic.reviews == sum(t.reviews for t in pair))
    assert merged.key in edit["topics"]
    new = analysis.space.transform(fake_encoder.encode_documents([THINGS["pool"], THINGS["staff"]]))
    assert edited.assigner.assign(new).tolist() == [merged.id] * 2
    assert len({topic.colour for topic in edited.topics}) == 3


def test_split_undoes_a_merge(analysis, fake_encoder):
    pair = [topic_with(analysis, word).key for word in ("pool", "staff")]
    merged = apply_edit(analysis, {"do": "merge", "topics": pair}, encoder=fake_encoder)
    key = topic_with(merged, "pool").key
    parts = apply_edit(merged, {"do": "split", "topic": key, "parts": 2}, encoder=fake_encoder)
    assert len(parts.topics) == 4
    assert topic_with(parts, "pool").key != topic_with(parts, "staff").key
    assert sum(topic.reviews for topic in parts.topics) == len(parts.texts)
    assert len({topic.name for topic in parts.topics}) == 4


def test_move_and_empty_topics_are_removed(analysis):
    source, target = analysis.topics[0], analysis.topics[1]
    units = np.flatnonzero(analysis.assignments == source.id)
    one = apply_edit(
        analysis, {"do": "move", "units": unit_references(analysis, units[:1]), "to": target.key}
    )
    assert (
        one.topics[1].reviews == target.reviews + 1 and one.topics[0].reviews == source.reviews - 1
    )
    everything = {"do": "move", "units": unit_references(analysis, units), "to": target.key}
    edited = apply_edit(analysis, everything)
    assert len(edited.topics) == 3 and source.key not in {topic.key for topic in edited.topics}
    assert edited.assigner.centroid_topics.max() == 2


def test_topic_from_examples_takes_similar_reviews(analysis, fake_encoder):
    rows = [row for row, text in enumerate(analysis.texts) if "pool pool" in text]
    merged = apply_edit(
        analysis,
        {"do": "merge", "topics": [topic.key for topic in analysis.topics]},
        encoder=fake_encoder,
    )
    assert len(merged.topics) == 1
    edit = {"do": "example", "units": unit_references(analysis, rows[:3]), "name": "Swimming"}
    edited = apply_edit(merged, edit, encoder=fake_encoder)
    swimming = next(topic for topic in edited.topics if topic.name == "Swimming")
    found = set(np.flatnonzero(edited.assignments == swimming.id))
    assert len(found & set(rows)) >= 15 and len(found - set(rows)) <= 3


def test_topic_from_a_phrase(analysis, fake_encoder):
    edit = {"do": "example", "phrase": "breakfast buffet eggs coffee"}
    edited = apply_edit(analysis, edit, encoder=fake_encoder)
    made_topic = next(topic for topic in edited.topics if topic.key.startswith("e0"))
    texts = [edited.texts[row] for row in np.flatnonzero(edited.assignments == made_topic.id)]
    assert texts and np.mean(["breakfast" in text for text in texts]) > 0.9
    assert made_topic.name == edit["phrase"] and made_topic.named
    again = apply_edit(edited, edit, encoder=fake_encoder)
    assert {f"{edit['phrase']} (2)"} <= {topic.name for topic in again.topics}


def test_hide_and_show_but_never_the_last_topic(analysis):
    for topic in analysis.topics[:3]:
        analysis = apply_edit(analysis, {"do": "hide", "topic": topic.key, "hidden": True})
    assert [topic.hidden for topic in analysis.topics] == [True, True, True, False]
    with pytest.raises(InputError, match="last topic"):
        apply_edit(analysis, {"do": "hide", "topic": analysis.topics[3].key, "hidden": True})
    back = apply_edit(analysis, {"do": "hide", "topic": analysis.topics[0].key, "hidden": False})
    assert not back.topics[0].hidden


def edits_of(analysis, encoder):
    """Three edits of three kinds."""
    keys = [topic.key for topic in analysis.topics]
    first = apply_edit(analysis, {"do": "rename", "topic": keys[0], "name": "Mine"})
    second = apply_edit(first, {"do": "merge", "topics": keys[1:3]}, encoder=encoder)
    split = {"do": "split", "topic": keys[3], "parts": 2}
    return [analysis, first, second, apply_edit(second, split, encoder=encoder)]


def same(one, two):
    return one.topics == two.topics and np.array_equal(one.assignments, two.assignments)


def test_undo_and_redo_before_and_after_reloading(analysis, fake_encoder, tmp_path):
    states = edits_of(analysis, fake_encoder)
    assert len(states[-1].edits) == 3
    once = undo(states[-1], encoder=fake_encoder)
    assert same(once, states[2]) and same(undo(once, encoder=fake_encoder), states[1])
    assert same(redo(once, encoder=fake_encoder), states[-1])
    save_analysis(analysis, tmp_path / "out")
    save_state(states[-1], tmp_path / "out")
    opened = load_analysis(tmp_path / "out")
    assert same(opened, states[-1]) and opened.edits == states[-1].edits
    back = undo(opened, encoder=fake_encoder)
    assert same(back, states[2]) and len(back.undone) == 1
    save_state(back, tmp_path / "out")
    again = load_state(analysis, tmp_path / "out")
    assert same(again, back) and same(redo(again, encoder=fake_encoder), states[-1])
    assert len(list((tmp_path / "out").glob("state-*.npz"))) == 1
    with pytest.raises(InputError, match="nothing to undo"):
        undo(analysis)
    with pytest.raises(InputError, match="nothing to redo"):
        redo(states[-1])


def test_edit_after_undo_clears_redo(analysis, fake_encoder):
    state = undo(edits_of(analysis, fake_encoder)[-1], encoder=fake_encoder)
    key = state.topics[0].key
    state = apply_edit(state, {"do": "rename", "topic": key, "name": "Other"})
    assert state.undone == ()


def test_edits_are_transferred_to_a_new_analysis(analysis, fake_encoder):
    edited = edits_of(analysis, fake_encoder)[-1]
    again, lost = transfer_edits(edited, made(fake_encoder), encoder=fake_encoder)
    assert not lost and same(again, edited) and again.edits == edited.edits
    # Another seed groups the same reviews; topics have other ids.
    other, lost = transfer_edits(edited, made(fake_encoder, seed=3), encoder=fake_encoder)
    assert len(other.edits) + len(lost) == 3
    mine = next(topic for topic in other.topics if topic.name == "Mine")
    before = set(np.flatnonzero(edited.in_topic(edited.topics[0].id)))
    assert len(before & set(np.flatnonzero(other.in_topic(mine.id)))) >= 0.5 * len(before)


def test_every_edit_is_described(analysis, fake_encoder):
    edited = edits_of(analysis, fake_encoder)[-1]
    words = [describe_edit(edited, edit) for edit in edited.edits]
    assert words[0] == "Renamed a topic to “Mine”"
    assert words[1].startswith("Merged “") and words[2].endswith("into 2")


@pytest.mark.parametrize(
    "edit",
    [
        {"do": "explode"},
        {"do": "rename", "topic": "t99", "name": "x"},
        {"do": "merge", "topics": ["t0"]},
        {"do": "merge", "topics": ["t0", "t0"]},
        {"do": "split", "topic": "t0", "parts": 1},
        {"do": "split", "topic": "t0", "parts": 99},
        {"do": "move", "units": ["nothing"], "to": "t0"},
        {"do": "example", "units": [], "phrase": "  "},
    ],
)
def test_invalid_edits_raise_one_line(analysis, fake_encoder, edit):
    with pytest.raises(InputError) as caught:
        apply_edit(analysis, edit, encoder=fake_encoder)
    assert "\n" not in str(caught.value)
