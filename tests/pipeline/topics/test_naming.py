"""What a topic's name says of praise and complaints."""

import pytest

from pipeline.topics.aspects import aspect_groups, aspect_names
from pipeline.topics.naming import (
    name_polarity,
    name_topics,
    rename_unjudged,
    topic_name_languages,
    without_judgement,
)


@pytest.mark.parametrize("polarity", [1, -1])
def test_a_name_says_praise_or_complaints_in_every_language(polarity):
    breakfast = aspect_names().index("Breakfast buffet")
    names = name_topics([{}] * 2, [{}] * 2, aspects=[[(breakfast,)]] * 2, polarities=[polarity, 0])
    for language in topic_name_languages():
        assert [name_polarity(name[language]) for name in names] == [polarity, 0], language
        own = [name_polarity(name) for name in aspect_names(language)]
        assert own == list(aspect_groups()[1]), language
    assert name_polarity("Bad smells (2)") == -1 and name_polarity("Bad smells · Good value") == 0
    assert name_polarity("Complaints and how they are handled") == -1 and name_polarity("") == 0


@pytest.mark.parametrize("polarity", [1, -1])
def test_praise_and_complaints_are_taken_out_of_a_name_in_every_language(polarity):
    breakfast = (aspect_names().index("Breakfast"),)
    judged, plain = name_topics(
        [{}] * 2, [{}] * 2, aspects=[[breakfast]] * 2, polarities=[polarity, 0]
    )
    assert {without_judgement(name) for name in judged.values()} == set(plain.values())
    assert rename_unjudged(judged, []) == plain
    again = rename_unjudged(judged, [plain])
    assert again == {language: f"{name} (2)" for language, name in plain.items()}
    assert without_judgement("Breakfast: praise (2)") == "Breakfast"
    for name in ("Noise", "Lob: Beschwerden im Hof", "praise", ": praise", "Wi-Fi · Lift"):
        assert without_judgement(name) == name
