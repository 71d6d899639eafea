"""Names in queries."""

import pytest

from pipeline.search.name_matching import CERTAIN, POSSIBLE, find_names, rank_by_names
from pipeline.search.query import parse_query
from pipeline.text.normalise import fold_with_offsets
from tests.support.multilingual_reviews import INDEX, LANGUAGES
from tests.support.naughty import NAUGHTY


def test_any_string_is_a_valid_query():
    for text in [*NAUGHTY, *(f'"{text}" -{text}' for text in NAUGHTY)]:
        query = parse_query(text)
        for phrase in (*query.phrases, *query.excluded, query.text):
            phrase.encode("utf-8")
            INDEX.containing(phrase)
            INDEX.containing_word(phrase)
        rank_by_names(find_names(query.text, INDEX, LANGUAGES), INDEX)
        folded, starts, ends = fold_with_offsets(text)
        assert len(folded) == len(starts) == len(ends)


@pytest.mark.parametrize("name", ["Wi-Fi", "WiFi", "wi fi", "wifi", "ＷＩＦＩ"])
def test_name_is_found_in_any_spelling(name):
    found = find_names(name, INDEX, LANGUAGES)
    assert found.weight
    assert rank_by_names(found, INDEX)[0].tolist() == [0, 4, 8, 13, 18]


@pytest.mark.parametrize(
    ("name", "rows"), [("306号室", [4]), ("OHare", [1]), ("O’Hare", [1]), ("新宿駅", [5])]
)
def test_names_are_matched_literally(name, rows):
    found = find_names(name, INDEX, LANGUAGES)
    assert found.weight >= POSSIBLE and rank_by_names(found, INDEX)[0].tolist() == rows


@pytest.mark.parametrize(
    "query",
    [
        "Fast breakfast",
        "Fast Wi-Fi",
        "朝食",
        "No noise at all",
        "とても静か",
        "Größe des Zimmers",
        "조식",
    ],
)
def test_ordinary_words_are_not_names(query):
    assert find_names(query, INDEX, LANGUAGES).weight == 0


def test_name_in_context_has_a_low_weight():
    found = find_names("slow shuttle to O’Hare", INDEX, LANGUAGES)
    assert found.names == ("O’Hare",) and 0 < found.weight < CERTAIN
