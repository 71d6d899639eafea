"""What a topic's name says of praise and complaints."""

import pytest

from pipeline.topics.aspects import aspect_groups, aspect_names
from pipeline.topics.naming import name_polarity, name_topics, topic_name_languages


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
