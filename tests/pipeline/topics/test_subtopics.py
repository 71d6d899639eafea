"""The parts of topics, which the map names."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.analysis.analysis import Settings
from pipeline.analysis.edits.history import apply_edit
from pipeline.analysis.run import analyse
from pipeline.analysis.storage import load_analysis, save_analysis
from pipeline.analysis.topic_names import localise_topic_names
from pipeline.reviews.read import read_reviews
from pipeline.topics.aspects import aspect_names
from pipeline.topics.describe import says_something
from pipeline.topics.naming import name_subjects
from pipeline.topics.subjects import find_subjects
from pipeline.topics.subtopics import NONE, Subtopics, divide_topics, name_subtopics
from tests.support.fake_encoder import FakeEncoder

PARTS = {
    "pool": ("lifeguard whistle deckchair", "slide wave diving"),
    "food": ("buffet eggs coffee", "dinner steak wine"),
}


@pytest.fixture(scope="module")
def analysis():
    rows = ["id,language,review"]
    for topic, parts in PARTS.items():
        for number in range(70):
            words = f"{topic} {topic} {topic} {parts[number % 2]} {parts[number % 2]}"
            rows.append(f"{topic}{number},en,{words} guest{number}")
    # Without a map, which takes longer and has no part in it.
    settings = Settings(topic_count=2, unit="review", space="raw", model="fake", with_map=False)
    made = analyse(
        read_reviews("\n".join(rows).encode()),
        settings,
        name="parts.csv",
        encoder=FakeEncoder(),
        use_cache=False,
        with_passages=False,
    )
    assert made.subtopics is None
    return replace(made, subtopics=parts_of(made))


def parts_of(analysis):
    points = analysis.assigner.points(analysis.vectors)
    parts = divide_topics(points, analysis.assignments, analysis.chosen_topic_count)
    (subjects,) = find_subjects(
        analysis.units,
        analysis.unit_languages,
        [parts.grouping],
        analysis.vectors,
        raw=analysis.raw,
        space=analysis.space,
        encoder=FakeEncoder(),
    )
    return name_subtopics(parts, subjects, analysis.assignments, analysis.topics)


def test_large_topics_have_parts_with_names_of_their_own(analysis):
    found = analysis.subtopics
    assert 2 <= len(found.names) == len(set(found.shown)) <= 4
    topics = {topic.name for topic in analysis.topics}
    for part, names in enumerate(found.names):
        members = np.flatnonzero(found.of_units == part)
        assert len(members) >= 30
        # Of one half of one topic, which is every other of its reviews.
        assert len(set(analysis.assignments[members].tolist())) == len(set(members % 2)) == 1
        assert names["en"] not in topics and set(names) >= {"en", "ja", "ar"}
    again = parts_of(analysis)
    assert again.names == found.names and np.array_equal(again.of_units, found.of_units)


def test_they_are_saved_and_are_in_no_table(analysis, tmp_path):
    save_analysis(analysis, tmp_path / "saved")
    loaded = load_analysis(tmp_path / "saved").subtopics
    assert loaded.names == analysis.subtopics.names
    assert np.array_equal(loaded.of_units, analysis.subtopics.of_units)
    tables = {path.name: path.read_bytes() for path in (tmp_path / "saved").glob("*.csv")}
    save_analysis(replace(analysis, subtopics=None), tmp_path / "earlier")
    assert load_analysis(tmp_path / "earlier").subtopics is None
    assert tables == {path.name: path.read_bytes() for path in (tmp_path / "earlier").glob("*.csv")}


def test_names_that_say_nothing_are_left_out():
    assert says_something("Noise at night", ((3,), 0))
    assert not says_something("Noise (2)", ((3,), 0)) and not says_something("Topic 27", None)
    assert says_something("Lift, door", None) and not says_something("夜中", None)
    general = aspect_names().index("General impression")
    assert not says_something("General impression: praise", ((general,), 1))
    assert name_subjects("Bathroom · Noise: complaints (2)") == {"bathroom", "noise"}
    assert name_subjects("騒音：苦情") == {"騒音"}


def test_edits_leave_them_and_they_have_names_in_every_language(analysis):
    merged = apply_edit(
        analysis,
        {"do": "merge", "topics": [topic.key for topic in analysis.topics]},
        encoder=FakeEncoder(),
    )
    assert len(merged.topics) == 1 and merged.subtopics is analysis.subtopics
    names = ({"en": "Pool", "ja": "プール"}, {"en": "Bar"})
    parts = Subtopics.restored(analysis.subtopics.of_units % 2, names)
    japanese = localise_topic_names(replace(analysis, subtopics=parts), "ja")
    assert japanese.subtopics.shown == ("プール", "Bar")
    longer = parts.extended(3)
    assert len(longer.of_units) == len(parts.of_units) + 3 and longer.of_units[-1] == NONE


@pytest.mark.parametrize("numbers", [[0, 2], [-2, 0], [[0, 1]]])
def test_numbers_without_a_name_are_refused(numbers):
    with pytest.raises(ValueError, match="another analysis"):
        Subtopics.restored(np.array(numbers, np.int16), [{"en": "A"}, {"en": "B"}])
