"""Ratings: the scale of a column, of a platform and of a cell."""

import numpy as np
import pytest

from pipeline.common.errors import InputError
from pipeline.reviews.rating_scale import RatingScale, judge_scale, stated_scale
from pipeline.reviews.ratings import Ratings, parse_ratings, read_ratings
from pipeline.reviews.read import read_reviews

OF_TEN = ["9.5", "8.0", "6.0", "7.3", "10.0", "5.5"]


def test_one_mistyped_mark_does_not_decide_the_scale():
    read = read_ratings([*OF_TEN * 6, "15.0"], name="nota")
    assert read.ratings.of_five[:3].tolist() == [4.75, 4, 3]
    assert np.isnan(read.ratings.marks[-1]) and read.unreadable == 1
    assert read.ratings.common_highest == 10
    assert read.notes == ("1 rating in column 'nota' was not read, as it is over the scale: 15.0.",)


@pytest.mark.parametrize(
    ("marks", "code"),
    [
        ([1, 2, 3, 4, 5], "5"),
        ([4.4, 3.5, 5], "5"),
        ([6, 9, 10, 4, 2], "10"),
        ([3] * 60 + [45], "5"),
        ([3, 4, 5, 2] * 5 + [99] * 4, "5"),
        ([9, 8, 7, 10, 15], "10"),
        ([4, 5, 3] * 30 + [9], "5"),
        ([4, 5, 3, 9], "10"),
        ([10, 10, 10], "10"),
        ([80, 95, 40, 100], "100"),
        ([40, 50, 60, 20], "100"),
        ([50, 40, 30, 20, 10], "bubbles"),
        ([50, 45, 35, 10], "bubbles"),
        ([14, 17, 9, 12, 20], "20"),
        ([6, 5, 6, 4, 6, 1] * 6, "6"),
        ([7, 6, 5, 7, 2] * 8, "7"),
        ([5.2, 6.0, 4.8, 3.4] * 5, "6"),
        ([5.2, 6.0, 9.8, 3.4] * 5, "10"),
        ([], "5"),
    ],
)
def test_the_scale_of_plain_numbers(marks, code):
    assert judge_scale(np.array(marks, float)).code == code


@pytest.mark.parametrize(
    ("name", "marks", "code"),
    [
        ("Overall score (1-10)", [3, 4, 5], "10"),
        ("Rate your stay from 0 to 10", [3, 4, 5], "10"),
        ("Valoración global (1 a 10)", [3, 4, 5], "10"),
        ("Punkte (max. 10)", [2, 5], "10"),
        ("Note /20", [8, 10, 9], "20"),
        ("総合評価（10点満点）", [4, 5], "10"),
        ("Score out of 7", [5, 4], "7"),
        ("Rating (1 = poor, 10 = excellent)", [3, 4, 5], "10"),
        ("Gesamtnote (1 = sehr gut, 6 = ungenügend)", [1, 2, 2], "1-6"),
        ("von 1 (sehr gut) bis 5 (mangelhaft)", [1, 2, 5], "1-5"),
        ("Celkově (1 = nejlepší)", [1, 2], "1-5"),
        ("Rank (1 = best)", [1, 4, 6], "1-6"),
        ("Schulnote", [1, 2, 2], "1-6"),
        ("Score (1-5)", [8, 9, 10], None),  # the marks are over it
        ("1 - Best value", [1, 4, 5], None),  # the number of a question
        ("Q1-10 score", [4, 5], None),
        ("Nights 1-2", [1, 2], None),
        ("rating", [4, 5], None),
    ],
)
def test_the_scale_that_a_name_states(name, marks, code):
    scale = stated_scale(name, np.array(marks, float))
    assert (scale and scale.code) == code


def test_marks_of_which_1_is_the_best_are_turned_round():
    read = read_ratings(["1", "2", "6", "0", "7", "", "8/10", *"2" * 30], name="Schulnote")
    assert read.ratings.marks[:3].tolist() == [6, 5, 1] and read.ratings.highest[0] == 6
    assert np.isnan(read.ratings.marks[3:6]).all() and read.ratings.marks[6] == 8
    assert "1 is the best mark" in " ".join(read.notes) and read.to_dict()["turned"]
    chosen = read_ratings(["1", "2"], scale=RatingScale.from_code("1-5"))
    assert chosen.ratings.marks.tolist() == [5, 4] and chosen.describe().startswith("Ratings are")
    assert "turned" not in read_ratings(["4", "5"]).to_dict()


def test_arabic_decimal_signs():
    assert parse_ratings(["٨٫٥", "١٠", "٦٫٠", "9"]).tolist() == [4.25, 5, 3, 4.5]


def test_bubbles_are_read_as_five():
    read = read_ratings(["50", "40", "30", "20", "10", "45"])
    assert read.ratings.marks.tolist() == [5, 4, 3, 2, 1, 4.5]
    assert read.ratings.common_highest == 5
    assert read.to_dict()["highest"] == 50 and read.to_dict()["shown"] == 5


def test_each_platform_has_its_scale():
    values = ["5", "4", "2"] * 10 + ["9", "7", "5"] * 10
    sources = ["Google"] * 30 + ["Booking.com"] * 30
    read = read_ratings(values, sources=sources, name="score")
    assert read.ratings.of_five[:3].tolist() == [5, 4, 2]
    assert read.ratings.of_five[30:33].tolist() == [4.5, 3.5, 2.5]
    assert read.ratings.are_mixed and read.ratings.shown_highest == 5
    assert read.to_dict()["sources"] == {"Google": 5, "Booking.com": 10}
    assert "a scale for each source" in read.notes[0]


def test_a_platform_with_few_marks_has_the_scale_it_is_known_for_or_that_of_the_file():
    ten = [*OF_TEN, *OF_TEN]
    known = read_ratings([*ten, "5", "4"], sources=["Agoda"] * 12 + ["Google Maps"] * 2)
    assert known.ratings.of_five[-2:].tolist() == [5, 4]
    scaled = read_ratings(["5", "3"], sources=["Booking.com", "Agoda"])  # by whoever exported them
    assert scaled.ratings.of_five.tolist() == [5, 3]
    other = read_ratings([*ten, "5", "4"], sources=["Agoda"] * 12 + ["Front desk"] * 2)
    assert other.ratings.of_five[-2:].tolist() == [2.5, 2]


@pytest.mark.parametrize(
    ("value", "of_five"),
    [
        ("FIVE", 5), ("four stars", 4), ("drei Sterne", 3), ("cinq étoiles", 5), ("dos", 2),
        ("пять звёзд", 5), ("四星", 4), ("五星", 5), ("3星半", 3), ("4/5", 4), ("7,5/10", 3.75),
        ("Rating: 4.0 out of 5 bubbles", 4), ("ui_bubble_rating bubble_45", 4.5),
        ("★★★★☆", 4), ("★★★½☆", 3.5), ("4½", 4.5), ("4 su 5", 4), ("٤ من ٥", 4),
        ("5つ星のうち4.0", 4), ("별표 5개 중 4개", 4), ("5 üzerinden 4", 4), ("80 %", 4),
        ("Scored 5.0 5.0", 5),
        ("4 - good", 4), ("5 = very satisfied", 5),
    ],
)  # fmt: skip
def test_marks_in_words_and_figures(value, of_five):
    assert parse_ratings([value])[0] == pytest.approx(of_five)


@pytest.mark.parametrize(
    "answers",
    [
        "Very satisfied|Satisfied|Neither satisfied nor dissatisfied|Dissatisfied|"
        "Very dissatisfied",
        "Excellent|Very good|Good|Fair|Poor",
        "Excellent|Good|Average|Poor|Terrible",
        "Very good|Good|Average|Bad|Very bad",
        "Très bien|Bien|Moyen|Mauvais|Très mauvais",
        "Sehr gut|Gut|Mittel|Schlecht|Sehr schlecht",
        "Strongly agree|Agree|Neither agree nor disagree|Disagree|Strongly disagree",
        "Sehr zufrieden|Zufrieden|Weder noch|Unzufrieden|Sehr unzufrieden",
        "Très satisfait|Satisfait|Neutre|Insatisfait|Très insatisfait",
        "Muy satisfecho|Satisfecho|Neutral|Insatisfecho|Muy insatisfecho",
        "Molto soddisfatto|Soddisfatto|Neutrale|Insoddisfatto|Molto insoddisfatto",
        "Muito satisfeito|Satisfeito|Indiferente|Insatisfeito|Muito insatisfeito",
        "Zeer tevreden|Tevreden|Neutraal|Ontevreden|Zeer ontevreden",
        "Bardzo zadowolony|Zadowolony|Neutralny|Niezadowolony|Bardzo niezadowolony",
        "Очень доволен|Доволен|Нейтрально|Недоволен|Очень недоволен",
        "とても満足|満足|普通|不満|とても不満",
        "非常满意|满意|一般|不满意|非常不满意",
        "매우 만족|만족|보통|불만족|매우 불만족",
        "Çok memnunum|Memnunum|Kararsızım|Memnun değilim|Hiç memnun değilim",
        "راضٍ جدًا|راضٍ|محايد|غير راضٍ|غير راضٍ جدًا",
    ],
)
def test_answers_of_surveys(answers):
    assert parse_ratings(answers.split("|")).tolist() == [5, 4, 3, 2, 1]


def test_words_of_one_platform_among_the_figures_of_others():
    values = [*("8", "9", "7") * 4, "Excellent", "Very good", "Average", "Poor", "Terrible", ""]
    sources = [*["Booking.com"] * 12, *["Tripadvisor"] * 6]
    found = read_ratings(values, sources=sources)
    assert found.ratings.of_five[12:17].tolist() == [5, 4, 3, 2, 1]
    assert found.unreadable == 0
    rooms = ["quiet", "by the lift", "facing north", "good"]  # in other words: a column of remarks
    assert np.isnan(read_ratings([*"1234", *rooms]).ratings.marks[4:]).all()


def test_numbers_in_a_sentence_that_all_cells_share():
    values = [f"Avec une note de {mark}" for mark in ("8", "9,5", "6", "10", "7")]
    assert parse_ratings(values).tolist() == [4, 4.75, 3, 5, 3.5]
    assert np.isnan(parse_ratings([f"{values[0]} et {i} nuits" for i in range(9)])).all()


def test_words_that_are_no_marks():
    assert np.isnan(parse_ratings(["good", "The pool was fine", "2024-05-06", "-"])).all()


def test_zero_is_a_mark_only_where_people_are_asked_whether_they_recommend():
    assert np.isnan(parse_ratings(["0", "8", "9"])[0])
    assert read_ratings(["0", "8", "9"], name="NPS Score").ratings.marks[0] == 0


@pytest.mark.parametrize(
    ("values", "sources", "words"),
    [
        (["7", "9"], None, "Ratings are out of 10."),
        (["50", "40"], None, "Ratings are 10 to 50, out of 5."),
        (["4/5", "3/5"], None, "Ratings are out of 5."),
        (["x"], None, "No rating can be read."),
        (["4/5", "9/10"], None, "Ratings are on several scales and are shown from 1 to 5."),
        (
            ["4", "3"] * 5 + ["9", "7"] * 5,
            ["A"] * 10 + ["B"] * 10,
            "Ratings are on several scales (A out of 5, B out of 10) and are shown from 1 to 5.",
        ),
    ],
)
def test_the_scale_in_words(values, sources, words):
    assert read_ratings(values, sources=sources).describe() == words


def test_a_scale_that_is_chosen():
    read = read_ratings(["3", "4", "5"], scale=RatingScale.from_code("10"))
    assert read.ratings.of_five.tolist() == [1.5, 2, 2.5] and read.chosen
    for code in ("", "five", "1", "-5", "1-", "1-1", "2-6", "1-٦"):
        with pytest.raises(InputError, match="rating scale"):
            RatingScale.from_code(code)


def test_marks_are_shown_on_their_own_scale_unless_scales_are_mixed():
    ten, five = read_ratings(OF_TEN).ratings, read_ratings(["5", "4", ""]).ratings
    assert ten.shown.tolist() == [float(mark) for mark in OF_TEN] and ten.shown_highest == 10
    both = five.extended(ten)
    assert both.shown[:2].tolist() == [5, 4] and both.shown[3] == 4.75
    assert both.select(np.arange(3)).common_highest == 5
    assert not Ratings.blank(3).are_mixed and Ratings.blank(3).shown_highest == 5


def test_marks_of_rows_without_a_text_tell_the_scale_too():
    rows = ["4,Fine rooms", "5,Kind staff", *(f"{mark}," for mark in (9, 10, 8, 7))]
    reviews = read_reviews("\n".join(["score,review", *rows]).encode())
    assert reviews.marks.of_five.tolist() == [2, 2.5]
