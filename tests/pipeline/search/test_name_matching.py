"""What a query means, and what is found by its letters."""

import numpy as np
import pytest

from pipeline.search.bm25 import build_lexical_index
from pipeline.search.name_matching import CERTAIN, POSSIBLE, find_names, rank_by_names
from pipeline.search.query import MAX_LENGTH, parse_query
from pipeline.text.normalise import fold, fold_with_offsets
from tests.support.naughty import NAUGHTY

REVIEWS = {
    "en": ["Wi-Fi was slow in room 306", "Walked from O'Hare", "Fast breakfast", "No noise at all"],
    "ja": ["306号室のWiFiが遅い", "新宿駅から近い。朝食がおいしい", "ﾄﾞﾗｲﾔｰがない", "とても静か"],
    "de": [
        "WLAN langsam, wi fi auch",
        "Frühstück für 306 Gäste",
        "Größe des Zimmers",
        "Sehr ruhig",
    ],
    "th": ["ห้อง 306 เสียงดัง", "อาหารเช้าดีมาก wifi แรง", "พนักงานดี", "ใกล้สถานี"],
    "ko": ["신주쿠역에서 가까워요", "조식이 맛있어요", "와이파이 느림 WIFI", "조용해요"],
}
TEXTS = [text for texts in REVIEWS.values() for text in texts]
LANGUAGES = np.repeat(np.arange(5), 4)
INDEX = build_lexical_index(TEXTS)


@pytest.mark.parametrize(
    ("typed", "text", "phrases", "excluded"),
    [
        ('night "thin walls" -bar', "night thin walls", ("thin walls",), ("bar",)),
        ('check-in - “a b” „c d“ -"x y"', "check-in - a b c d", ("a b", "c d"), ("x y",)),
        ("「朝食」が『風呂』 －騒音", "朝食 が 風呂", ("朝食", "風呂"), ("騒音",)),
        ("«quiet room» -Wi-Fi.", "quiet room", ("quiet room",), ("Wi-Fi",)),
        ('24" TV and "no end', "24 TV and no end", (), ()),
        ("-only -this", "", (), ("only", "this")),
        ("- -- —", "", (), ()),
        ('"" “” -""', "", (), ()),
        ("👍 a\x00b\ud800", "👍 a b", (), ()),
    ],
)
def test_queries(typed, text, phrases, excluded):
    query = parse_query(typed)
    assert (query.text, query.phrases, query.excluded) == (text, phrases, excluded)
    assert query.is_empty == (text == "")


def test_a_long_query_is_cut_and_says_so():
    query = parse_query("late night " * 10_000)
    assert len(query.text) <= MAX_LENGTH and "2,000" in query.notes[0]


def test_any_string_is_a_query():
    for text in [*NAUGHTY, *(f'"{text}" -{text}' for text in NAUGHTY)]:
        query = parse_query(text)
        for phrase in (*query.phrases, *query.excluded, query.text):
            phrase.encode("utf-8")
            INDEX.containing(phrase)
            INDEX.containing_word(phrase)
        rank_by_names(find_names(query.text, INDEX, LANGUAGES), INDEX)
        folded, starts, ends = fold_with_offsets(text)
        assert len(folded) == len(starts) == len(ends)


def test_folding():
    assert fold("Ｗｉ‐Ｆｉ  CAFÉ\u200b Größe İzmir") == "wi-fi cafe grosse izmir"
    assert fold("ﾄﾞﾗｲﾔｰ") == "ドライヤー" and fold("が") != fold("か")
    text = "Das große Café ﾄﾞ"
    folded, starts, ends = fold_with_offsets(text)
    assert folded == fold(text)
    at = folded.index("cafe")
    assert text[starts[at] : ends[at + 3]] == "Café"


@pytest.mark.parametrize(
    ("phrase", "rows"),
    [
        ("fast", [2]),  # a true part of breakfast, too, which the same review has
        ("break", [2]),
        ("306号室", [4]),
        ("朝食", [5]),
        ("新宿", [5]),
        ("ドライヤー", [6]),
        ("grosse des", [10]),
        ("신주쿠", [16]),
        ("เช้าดี", [13]),
        ("wi fi", [8]),
        ("食", [5]),
        ("nowhere", []),
    ],
)
def test_exact_phrases(phrase, rows):
    assert INDEX.containing(phrase).tolist() == rows


@pytest.mark.parametrize("name", ["Wi-Fi", "WiFi", "wi fi", "wifi", "ＷＩＦＩ"])
def test_a_name_in_any_way_of_writing(name):
    found = find_names(name, INDEX, LANGUAGES)
    assert found.weight
    assert rank_by_names(found, INDEX)[0].tolist() == [0, 4, 8, 13, 18]


@pytest.mark.parametrize(
    ("name", "rows"), [("306号室", [4]), ("OHare", [1]), ("O’Hare", [1]), ("新宿駅", [5])]
)
def test_names_by_their_letters(name, rows):
    found = find_names(name, INDEX, LANGUAGES)
    assert found.weight >= POSSIBLE and rank_by_names(found, INDEX)[0].tolist() == rows


@pytest.mark.parametrize(
    "query",
    ["Fast breakfast", "朝食", "No noise at all", "とても静か", "Größe des Zimmers", "조식"],
)
def test_meanings_are_no_names(query):
    assert find_names(query, INDEX, LANGUAGES).weight == 0


def test_a_name_beside_a_meaning_leaves_the_meaning_its_say():
    found = find_names("Wi-Fi too slow", INDEX, LANGUAGES)
    assert found.names == ("Wi-Fi",) and 0 < found.weight < CERTAIN


def test_bm25_as_by_hand():
    index = build_lexical_index(["sauna sauna garden", "sauna terrace", "garden"])
    rows, scores = index.score(["sauna"])
    # Two of three have it; k1 = 1.2, b = 0.75, mean length 2.
    idf = np.log(1 + (3 - 2 + 0.5) / (2 + 0.5))
    first = idf * 2 * 2.2 / (2 + 1.2 * (0.25 + 0.75 * 3 / 2))
    second = idf * 1 * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 2 / 2))
    assert rows.tolist() == [0, 1]
    np.testing.assert_allclose(scores, [first, second], rtol=1e-5)


def test_nothing_to_index():
    index = build_lexical_index(["", "!!!"])
    assert index.review_count == 2
    assert len(index.containing("a")) == 0 and len(index.score(["a"])[0]) == 0
