import json

import pandas as pd
import pytest

from pipeline.reviews.read import read_reviews
from pipeline.tables.read import read_table

TEXTS = (
    "The room was quiet and large.",
    "Das Frühstück war kalt.",
    "Personnel charmant, vraiment.",
    "前台很热情，但是房间隔音不好。",
)
REVIEWS = [
    {
        "reviewer": {"displayName": f"Guest {i}", "photos": ["a", "b"]},
        "comment": text,
        "rating": i + 1,
        "reviewReply": {"comment": "Dear guest, thank you so much for all of your kind words."},
    }
    for i, text in enumerate(TEXTS)
]
COLUMNS = [
    "reviewer.displayName", "reviewer.photos", "comment", "rating", "reviewReply.comment",
]  # fmt: skip


def read(value):
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return read_table(text.encode())


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_an_array_of_objects(indent, encoding):
    table = read_table(json.dumps(REVIEWS, ensure_ascii=False, indent=indent).encode(encoding))
    assert (table.kind, table.header_row, table.rejected) == ("json", 0, ())
    assert list(table.frame.columns) == COLUMNS
    assert table.frame["reviewer.photos"][0] == "a, b"
    assert tuple(table.frame["comment"]) == TEXTS
    assert table.lines.tolist() == [1, 2, 3, 4]


@pytest.mark.parametrize("orient", ["records", "columns", "index", "split", "values", "table"])
def test_forms_that_pandas_writes(orient):
    frame = pd.DataFrame({"review": TEXTS, "stars": [5, 4, 3, 2]})
    table = read(frame.to_json(orient=orient))
    names = ["column 1", "column 2"] if orient == "values" else ["review", "stars"]
    assert set(names) <= set(table.frame.columns)
    assert table.frame[names].values.tolist() == [
        [text, str(5 - i)] for i, text in enumerate(TEXTS)
    ]


def test_other_forms_of_a_table():
    lists = read([["review", "stars"], *([text, i] for i, text in enumerate(TEXTS))])
    assert list(lists.frame.columns) == ["review", "stars"] and lists.rows_read == 4
    assert tuple(read(list(TEXTS)).frame["column 1"]) == TEXTS
    by_list = read({"review": TEXTS, "stars": [1, 2, 3, 4]})
    assert by_list.frame["stars"].tolist() == ["1", "2", "3", "4"]
    keyed = read({"r1": {"text": TEXTS[0], "stars": 1}, "r2": {"text": TEXTS[1], "stars": 2}})
    assert keyed.frame["id"].tolist() == ["r1", "r2"]
    objects = read("\n".join(json.dumps(review, indent=1) for review in REVIEWS))
    assert tuple(objects.frame["comment"]) == TEXTS
    assert read('{"review": "Good", "stars": 5}').frame.values.tolist() == [["Good", "5"]]


def test_the_reviews_within_an_object():
    table = read({"reviews": REVIEWS, "averageRating": 4.5, "nextPageToken": "x"})
    assert list(table.frame.columns) == [*COLUMNS, "place.averageRating", "place.nextPageToken"]
    result = read({"status": "OK", "result": {"name": "Alpenblick", "reviews": REVIEWS}})
    assert result.frame["result.name"].tolist() == ["Alpenblick"] * 4
    short = read({"result": [{"pros": "View", "cons": "Noise"}] * 3, "count": 3})
    assert short.frame["pros"].tolist() == ["View"] * 3
    deep = read({"data": {"page": {"items": [{"content": {"text": text}} for text in TEXTS]}}})
    assert tuple(deep.frame["content.text"]) == TEXTS


def test_the_reviews_of_several_places():
    places = [
        {"name": "Alpenblick", "rating": 4.2, "about": "A house in the hills.", "reviews": REVIEWS},
        {"name": "Seeperle", "rating": 4.9, "photos": [{"url": "x"}], "reviews": REVIEWS[:2]},
        {"name": "Neubau", "rating": None, "reviews": []},
    ]
    lines = "\n".join(map(json.dumps, places))
    for value in (places, lines, {"hotels": places}):
        table = read(value)
        place = "hotels" if isinstance(value, dict) else "place"
        assert tuple(table.frame["comment"]) == TEXTS + TEXTS[:2]
        assert table.frame[f"{place}.name"].tolist() == ["Alpenblick"] * 4 + ["Seeperle"] * 2
        assert table.frame["rating"].tolist() == ["1", "2", "3", "4", "1", "2"]
        assert table.lines.tolist() == [1, 2, 3, 4, 5, 6]
        reviews = read_reviews(json.dumps(value).encode() if value is not lines else lines.encode())
        assert reviews.columns.hotel == f"{place}.name" and reviews.columns.rating == "rating"
        assert reviews.ids == ("1", "2", "3", "4", "5", "6")


def test_lists_of_replies_are_no_reviews():
    answer = {"text": "Dear guest, we thank you for all of these most kind words of yours."}
    table = read([{"text": text, "replies": [answer, answer]} for text in TEXTS])
    assert tuple(table.frame["text"]) == TEXTS


def test_a_file_that_ends_within_an_object():
    table = read(json.dumps(REVIEWS, indent=1)[:-150])
    assert table.rows_read == 4 and len(table.frame) == 3
    assert table.rejected[0].line == 4
    assert table.rejected[0].reason.startswith("the rest of the file is not valid JSON")


def test_faults_of_hand_written_json():
    assert len(read('[{"review": "Good"}, {"review": "Bad"},]').frame) == 2
    assert len(read('[{"review": "Good"}][{"review": "Bad"}]').frame) == 2
    mixed = read('[{"review": "Good"}, 7, {"review": "Bad"}]')
    assert [(row.line, row.text) for row in mixed.rejected] == [(2, "7")]


def test_rows_in_brackets_are_text():
    table = read_table(b'["wifi","pool"],Good,5\n["bar"],Bad,4\n')
    assert table.kind == "text"
    assert read_table(b"[1] Good,5\n[2] Bad,4\n").kind == "text"


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, '[{"a":' + "[" * 50_000])
def test_deep_nesting_is_refused(text):
    from pipeline.common.errors import InputError

    with pytest.raises(InputError, match="no JSON that can be read"):
        read_table(text.encode())
