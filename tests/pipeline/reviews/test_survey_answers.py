import csv
import io

import pytest

from pipeline.reviews.cleaning import CleaningRules
from pipeline.reviews.read import read_reviews, reviews_from_table
from pipeline.reviews.survey_answers import find_open_questions
from pipeline.tables.read import read_table

LIKED = [
    "The view over the lake",
    "Die Lage am Bahnhof",
    "Le petit déjeuner",
    "-",
    "温泉が最高でした",
]
IMPROVE = ["It was loud at night.", "Kalter Kaffee.", "L'ascenseur.", "La humedad.", "Nothing"]
ELSE = ["", "We came for a wedding", "N/A", "Parking was hard to find", ""]
NAMES = [
    "Response ID",
    "Which hotel did you stay at?",
    "What did you like most about your stay?",
    "What could we have done better?",
    "Any other comments about your stay in this hotel",
    "Would you come again?",
]
ROWS = [[f"R{i}", f"Hotel {'AB'[i % 2]}", LIKED[i], IMPROVE[i], ELSE[i], "Yes"] for i in range(5)]


def read(rows):
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


SURVEY = read([NAMES, *ROWS])


def test_answers_of_a_row_are_joined():
    reviews = read_reviews(SURVEY)
    assert reviews.texts == (
        "The view over the lake\nIt was loud at night.",
        "Die Lage am Bahnhof\nKalter Kaffee.\nWe came for a wedding",
        "Le petit déjeuner\nL'ascenseur.",
        "La humedad.\nParking was hard to find",
        "温泉が最高でした",
    )
    assert reviews.columns.hotel == NAMES[1]
    assert "The answers to 3 questions are joined into one review" in reviews.notes[0]


def test_each_answer_is_a_review():
    reviews = read_reviews(SURVEY, rules=CleaningRules(questions="split"))
    assert reviews.texts == (
        "The view over the lake",
        "It was loud at night.",
        "Die Lage am Bahnhof",
        "Kalter Kaffee.",
        "We came for a wedding",
        "Le petit déjeuner",
        "L'ascenseur.",
        "La humedad.",
        "Parking was hard to find",
        "温泉が最高でした",
    )
    assert reviews.ids[:5] == ("R0", "R0 (2)", "R1", "R1 (2)", "R1 (3)")
    assert list(reviews.frame.columns) == [*NAMES, "question", "answer"]
    assert reviews.frame["question"][4] == NAMES[4]
    assert reviews.columns.text == "answer" and reviews.columns.positive is None
    assert reviews.rows_read == len(reviews.frame) + len(reviews.rejected) == 10


def test_a_row_without_an_answer_is_rejected_when_split():
    reviews = read_reviews(
        read([NAMES, *ROWS, ["R9", "Hotel A", "", "-", "", "Yes"]]),
        rules=CleaningRules(questions="split"),
    )
    assert [(row.line, row.reason) for row in reviews.rejected] == [(7, "the review is blank")]


def test_the_review_column_alone():
    table = read_table(SURVEY)
    reviews = read_reviews(SURVEY, rules=CleaningRules(questions="one"), text_column=NAMES[3])
    assert reviews.texts[:2] == ("It was loud at night.", "Kalter Kaffee.")
    assert reviews.columns.text == NAMES[3]
    joined = reviews_from_table(table, reviews.columns)
    assert joined.texts[1] == "Die Lage am Bahnhof\nKalter Kaffee.\nWe came for a wedding"


def test_answers_that_were_split_are_not_joined_again():
    split = read_reviews(SURVEY, rules=CleaningRules(questions="split"))
    out = io.StringIO()
    split.frame.to_csv(out, index=False)
    again = reviews_from_table(read_table(out.getvalue().encode()), split.columns)
    assert again.texts == split.texts


def test_liked_and_disliked_may_be_reviews_of_their_own():
    rows = [["id", "pos_text", "neg_text"], *([f"r{i}", LIKED[i], IMPROVE[i]] for i in range(5))]
    reviews = read_reviews(read(rows), rules=CleaningRules(questions="split"))
    assert reviews.texts[:2] == ("The view over the lake", "It was loud at night.")
    assert reviews.frame["question"].tolist()[:2] == ["pos_text", "neg_text"]


@pytest.mark.parametrize(
    "names",
    [
        ["Review ID", "Hotel", "Review Title", "Review Text", "Review comments", "Recommended"],
        ["id", "hotel", "about", "review", "Management response", "Would you come again?"],
    ],
)
def test_other_files_ask_no_questions(names):
    table = read_table(read([names, *ROWS]))
    reviews = reviews_from_table(table)
    assert find_open_questions(table.frame, reviews.columns) == ()
    assert reviews.texts[0] == "It was loud at night."
