import csv
import io

import pytest

from pipeline.tables.read import read_table

COMMENTS = [
    "The room was quiet at night.",
    "Das Frühstück war kalt.",
    "Personnel charmant, vraiment.",
    "前台很热情。",
]


def write(rows):
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def columns_of(header, row):
    rows = [[comment if cell is ... else cell for cell in row] for comment in COMMENTS]
    table = read_table(write([*header, *rows]))
    assert table.rows_read == len(table.frame) == len(COMMENTS)
    assert table.header_row == 1
    return list(table.frame.columns), table.notes


CODES = ["StartDate", "ResponseId", "UserLanguage", "Q1", "Q3_1"]
WORDINGS = ["Start Date", "Response ID", "User Language", "Your mark?", "What could\nwe improve?"]
IDS = ['{"ImportId":"startDate","timeZone":"UTC"}'] + [f'{{"ImportId":"QID{i}"}}' for i in range(4)]
DATA = ["2026-01-01 10:00:00", "R_1", "EN", "4", ...]
NAMES = ["StartDate", "ResponseId", "UserLanguage", "Q1 Your mark?", "Q3_1 What could we improve?"]


def test_qualtrics_with_three_rows_and_with_two():
    names, notes = columns_of([CODES, WORDINGS, IDS], DATA)
    assert names == NAMES
    assert notes == ("Three header rows were joined into one name for each column.",)
    names, notes = columns_of([CODES, WORDINGS], DATA)
    assert names == NAMES
    assert notes == ("Two header rows were joined into one name for each column.",)
    assert columns_of([CODES, IDS], DATA)[0] == CODES


@pytest.mark.parametrize(
    ("response", "open_ended"),
    [("Response", "Open-Ended Response"), ("Antwort", "Offene Antwort"), ("回答", "自由回答")],
)
def test_surveymonkey(response, open_ended):
    questions = ["Respondent ID", "Date", "Your mark?", "Which did you use?", "", "Comments"]
    below = ["", "", response, "Pool", "Spa", open_ended]
    names, _ = columns_of([questions, below], ["118", "01/02/2026", "4", "Pool", "", ...])
    assert names == [
        "Respondent ID",
        "Date",
        "Your mark?",
        "Which did you use? Pool",
        "Which did you use? Spa",
        "Comments",
    ]


@pytest.mark.parametrize(
    "header",
    [
        ["Timestamp", "How would you rate your stay with us?", "What could we have done better?"],
        [
            "#",
            "How did you find the room you stayed in?",
            "What would you change about this place?",
        ],
        [
            "送信日時",
            "今回のご滞在の満足度を教えていただけますでしょうか？",
            "改善してほしい点は何ですか？",
        ],
    ],
)
def test_questions_of_a_form_are_a_header(header):
    names, notes = columns_of([header], ["2026/01/01 10:00:00", "4", ...])
    assert names == header and notes == ()


@pytest.mark.parametrize(
    "rows",
    [
        [
            ["1", "Would I come again to this place? I wonder, would I?"],
            ["2", "No."],
            ["3", "Yes."],
        ],
        [["id", "type", "text"], ["a", "response", "Thanks"], ["b", "review", "Good room"]],
        [["Q1", "Q2"], ["Was it good, they ask?", "Yes"], ["Was it good?", "No"], ["No", "No"]],
    ],
)
def test_rows_that_are_data(rows):
    table = read_table(write(rows))
    assert rows[1][-1] in table.frame.iloc[:, -1].tolist()
