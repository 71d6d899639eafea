"""Ratings of an analysis: on the guests' own scale, and kept when a file is added."""

import csv
import io
from dataclasses import replace

import numpy as np
import pytest

from pipeline.analysis.add_file import add_reviews
from pipeline.analysis.analysis import Settings
from pipeline.analysis.export import reviews_csv
from pipeline.analysis.filter_columns import analysis_columns
from pipeline.analysis.run import analyse
from pipeline.analysis.storage import load_analysis, save_analysis
from pipeline.insights.attributes import mean_rating, review_attributes
from pipeline.reviews.read import read_reviews

WORDS = ("pool water warm swim lane", "noise loud music street night")


def review_file(marks, start=0):
    rows = [f"R{start + i},{mark},{WORDS[i % 2]} guest {start + i}" for i, mark in enumerate(marks)]
    return read_reviews("\n".join(["id,rating,review", *rows]).encode())


@pytest.fixture
def of_ten(fake_encoder, cache):
    reviews = review_file([1 + i % 10 for i in range(40)])
    return analyse(reviews, Settings(topic_count=2, unit="review"), encoder=fake_encoder)


def test_filters_and_means_are_on_the_scale_of_the_file(of_ten):
    columns = analysis_columns(of_ten)
    assert columns["rating"].between(None, 2, False, False).sum() == 8  # 1 and 2 of ten
    assert columns["rating_of_5"].between(None, 2, False, False).sum() == 16  # 1 to 4 of ten
    attributes = review_attributes(of_ten)
    assert mean_rating(attributes) == 2.75
    assert attributes.shown_rating(mean_rating(attributes)) == 5.5
    assert (attributes.highest_rating, attributes.mixes_scales) == (10, False)


def test_a_file_with_another_scale_changes_no_mark(fake_encoder, cache, tmp_path):
    reviews = review_file([1 + i % 5 for i in range(40)])
    base = analyse(reviews, Settings(topic_count=2, unit="review"), encoder=fake_encoder)
    added = add_reviews(
        base, review_file([6 + i % 5 for i in range(30)], 40), name="b.csv", encoder=fake_encoder
    )
    np.testing.assert_array_equal(added.ratings.marks[:40], base.ratings.marks)
    np.testing.assert_array_equal(added.ratings.of_five[40:45], [3, 3.5, 4, 4.5, 5])
    save_analysis(added, tmp_path / "out")
    opened = load_analysis(tmp_path / "out")
    np.testing.assert_array_equal(opened.ratings.of_five, added.ratings.of_five)
    rows = list(csv.DictReader(io.StringIO(reviews_csv(opened))))
    assert [row["rating_of_5"] for row in (rows[4], rows[41])] == ["5", "3.5"]
    assert (rows[4]["rating"], rows[41]["rating"]) == ("5", "7")  # the file's own cells stay
    attributes = review_attributes(opened)
    assert (attributes.highest_rating, attributes.mixes_scales) == (5, True)
    assert analysis_columns(opened)["rating"].between(None, 2, False, False).sum() == 16
    assert opened.report["added"][0]["rating_scale"]["highest"] == 10


def test_an_analysis_without_kept_marks_is_read_file_by_file(of_ten, tmp_path):
    batches = (replace(of_ten.batches[0], reviews=20), replace(of_ten.batches[0], reviews=20))
    frame = of_ten.frame.assign(rating=[str(1 + i % 5) for i in range(20)] + ["10", "7"] * 10)
    old = replace(of_ten, frame=frame, batch=np.repeat([0, 1], 20), batches=batches, ratings=None)
    save_analysis(old, tmp_path / "old")
    opened = load_analysis(tmp_path / "old")
    assert opened.ratings.of_five[[4, 20, 21]].tolist() == [5, 5, 3.5]


def test_the_report_has_columns_with_reasons_and_the_scale(of_ten):
    columns = {column["role"]: column for column in of_ten.report["columns"]}
    assert columns["rating"] == {
        "role": "rating",
        "name": "rating",
        "reason": "its name says so",
        "runner_up": None,
    }
    assert of_ten.report["rating_scale"] == {
        "highest": 10,
        "shown": 10,
        "chosen_by": "program",
        "unreadable": 0,
        "sources": {},
    }


def test_a_file_without_ratings_can_be_added(of_ten, fake_encoder):
    more = read_reviews(f"id,review\nX1,{WORDS[0]} once more\nX2,{WORDS[1]} once more".encode())
    added = add_reviews(of_ten, more, name="b.csv", encoder=fake_encoder)
    assert np.isnan(added.ratings.marks[40:]).all() and added.ratings.common_highest == 10
