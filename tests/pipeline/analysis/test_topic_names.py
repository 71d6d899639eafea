"""Topic names in other languages."""

from dataclasses import replace

import pytest

from pipeline.analysis.topic_names import (
    localise_topic_names,
    preferred_language,
    topic_name_languages,
)
from tests.support.analyses import rated_and_dated


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
