"""Topic names in other languages, and names that the reviews contradict."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.analysis.edits.draft import unit_references
from pipeline.analysis.edits.history import apply_edit, undo
from pipeline.analysis.topic_names import (
    contradicted_topics,
    keep_names_true,
    localise_topic_names,
    preferred_language,
    topic_name_languages,
)
from pipeline.exports.documents import Documents
from pipeline.exports.selection import select_reviews
from pipeline.insights.attributes import review_attributes
from pipeline.insights.theme_summary import summarise_themes
from pipeline.insights.themes import topic_themes
from pipeline.reviews.units import review_units
from tests.support.analyses import rated_and_dated, synthetic_analysis


@pytest.fixture(scope="module")
def analysis():
    return rated_and_dated()


def test_localised_names_remain_unique(analysis):
    first, second = analysis.topics
    named = replace(
        analysis,
        topics=(replace(first, names={"de": "Lärm"}), replace(second, names={"de": "Schwimmbad"})),
    )
    german = localise_topic_names(named, "de")
    assert [topic.name for topic in german.topics] == ["Lärm", "Schwimmbad"]
    assert localise_topic_names(named, "fr") is named
    assert named.vectors is localise_topic_names(named, "de").vectors  # computed once
    for names in ("Lärm", second.name):  # both the same, or one what the other is in English
        twice = replace(named, topics=(named.topics[0], replace(second, names={"de": "Lärm"})))
        if names == second.name:
            twice = replace(named, topics=(replace(first, names={"de": second.name}), second))
        shown = [topic.name for topic in localise_topic_names(twice, "de").topics]
        assert len(set(shown)) == 2


def test_preferred_language_of_a_browser():
    assert topic_name_languages()[0] == "en" and {"de", "ja", "ar", "zh"} < set(
        topic_name_languages()
    )
    assert [preferred_language(locale) for locale in ("pt-BR", "zh_TW", "sw", None)] == [
        "pt", "zh", "en", "en",
    ]  # fmt: skip


@pytest.fixture
def praised():
    """Topic 0 is called praise, and so it is; topic 1 is called complaints, and so it is."""
    return named_and_judged({0: 1, 1: -1})


def named_and_judged(signs):
    """Twenty reviews on each of three topics; the last is called "Pool"."""
    texts = tuple(f"What guest {number} says of it" for number in range(60))
    analysis = synthetic_analysis(n=60, languages=("en",), texts=texts, units=review_units(texts))
    first, second, third = analysis.topics
    topics = (
        replace(first, name="Breakfast: praise", names={"de": "Frühstück: Lob"}),
        replace(second, name="Noise: complaints", names={"de": "Lärm: Beschwerden"}),
        replace(third, name="Pool", names={"de": "Schwimmbad"}),
    )
    analysis = replace(analysis, topics=topics)
    said = [signs.get(topic, 0) for topic in analysis.assignments.tolist()]
    analysis.__dict__["passage_sentiment"] = np.array(said, np.int8)
    return analysis


def names(analysis):
    return [topic.name for topic in analysis.topics]


def test_names_that_are_true_stay(praised):
    assert contradicted_topics(praised) == [] and keep_names_true(praised) is praised


def test_a_contradicted_name_of_an_earlier_version_is_shown_without_what_is_not_true():
    analysis = named_and_judged({0: -1, 1: -1})
    assert contradicted_topics(analysis) == [0]
    shown = localise_topic_names(analysis, "en")
    assert names(shown) == ["Breakfast", "Noise: complaints", "Pool"]
    german = localise_topic_names(analysis, "de")
    assert names(german) == ["Frühstück", "Lärm: Beschwerden", "Schwimmbad"]
    assert names(analysis)[0] == "Breakfast: praise"  # what was saved stays


def test_a_name_without_praise_is_unlike_all_others():
    analysis = named_and_judged({0: -1, 1: -1})
    first, second, third = analysis.topics
    taken = replace(third, name="Breakfast", names={"de": "Frühstück (2)"})
    kept = keep_names_true(analysis.edited(topics=(first, second, taken)))
    assert names(kept) == ["Breakfast (2)", "Noise: complaints", "Breakfast"]
    assert kept.topics[0].names["de"] == "Frühstück"


def test_names_of_the_users_stay_as_they_are():
    analysis = named_and_judged({0: -1, 1: -1})
    own = replace(analysis.topics[0], named=True)
    analysis = analysis.edited(topics=(own, *analysis.topics[1:]))
    assert names(keep_names_true(analysis))[0] == "Breakfast: praise"


def test_an_edit_that_makes_a_name_untrue_changes_it_and_undo_brings_it_back(praised):
    noisy = np.flatnonzero(praised.assignments == 1)
    neutral = np.flatnonzero(praised.assignments == 2)
    edited = apply_edit(praised, move(praised, noisy[:15], "t0"))
    assert names(edited) == names(praised)  # 20 of 35: still more than half
    edited = apply_edit(edited, move(edited, neutral[:5], "t0"))
    assert names(edited) == ["Breakfast", "Noise: complaints", "Pool"]
    assert names(undo(edited)) == names(praised)


def move(analysis, units, topic):
    """The edit that moves some units to a topic."""
    return {"do": "move", "units": unit_references(analysis, units.tolist()), "to": topic}


def test_a_report_on_some_reviews_has_no_name_that_they_contradict():
    analysis = named_and_judged({0: 1, 1: -1})
    hotels = analysis.frame["hotel"].to_numpy()
    said = analysis.passage_sentiment.copy()
    said[(hotels == "Hotel 0") & (analysis.assignments == 0)] = -1
    analysis.__dict__["passage_sentiment"] = said
    attributes = review_attributes(analysis)
    lines = {}
    for hotel in ([], ["Hotel 0"]):
        chosen = select_reviews(analysis, attributes, hotels=hotel)
        report = Documents(analysis, attributes, chosen).report
        lines[bool(hotel)] = {line.name: line.complaints for line in report.topics}
    assert lines[False]["Breakfast: praise"] == 0.25
    assert lines[True]["Breakfast"] == 1 and "Breakfast: praise" not in lines[True]


def test_cards_reports_and_names_count_alike():
    analysis = named_and_judged({0: 1, 1: -1})
    analysis.languages[::2] = "xx"  # in which nothing is told
    attributes = review_attributes(analysis)
    chosen = select_reviews(analysis, attributes)
    lines = {line.name: line for line in Documents(analysis, attributes, chosen).report.topics}
    for card in summarise_themes(analysis, attributes, topic_themes(analysis)):
        assert card.complaints.size == 10
        assert lines[card.name].complaints == card.complaints.share
