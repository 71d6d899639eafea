"""Impact on the command line, on an analysis of the fake encoder."""

import json

import pytest

from pipeline.analysis.analysis import Settings
from pipeline.analysis.run import analyse
from pipeline.analysis.storage import save_analysis
from pipeline.reviews.read import read_reviews
from tests.support.analyses import WORDS
from tests.support.command import run
from tests.support.fake_encoder import FakeEncoder


@pytest.fixture(scope="module")
def folder(tmp_path_factory, file_cache):
    """Noise costs 4 points of 10 at either of two hotels."""
    rows = [
        f"{WORDS['pool' if n % 3 else 'noise']} guest{n},{(9 if n % 3 else 5) + n * n % 11 % 2},"
        f"{'Lyon' if n % 5 else 'Oslo'},2025-{1 + n % 4:02}-10,en"
        for n in range(160)
    ]
    reviews = read_reviews("\n".join(["review,rating,hotel,date,language", *rows]).encode())
    settings = Settings(topic_count=2, unit="review", space="raw", with_map=False, model="fake")
    out = tmp_path_factory.mktemp("impact")
    save_analysis(analyse(reviews, settings, encoder=FakeEncoder(), use_cache=False), out)
    return out


def test_records_have_the_promised_keys_in_points_of_the_files_scale(folder):
    done = run("impact", folder, "--json")
    assert done.returncode == 0, done.stderr
    records = json.loads(done.stdout)
    assert [list(record)[:5] for record in records] == [
        ["topic", "effect", "low", "high", "reviews"]
    ] * 2
    costly, other = records
    assert costly["effect"] == pytest.approx(-4, abs=0.3) and costly["reviews"] == 54
    assert costly["low"] < costly["effect"] < costly["high"] < 0
    assert other["effect"] == pytest.approx(-costly["effect"])
    assert costly["complaints"] is None  # the fake model knows no sentiment


def test_filters_choose_reviews_and_words_say_what_it_is_not(folder):
    done = run("impact", folder, "--where", "hotel=Lyon")
    assert "128 reviews with a mark" in done.stdout and "no proof of cause" in done.stdout


def test_too_few_marks_and_no_aspects_are_one_line(folder):
    few = run("impact", folder, "--filter", "rating <= 5", "--where", "hotel=Oslo")
    assert few.returncode == 2 and "impact needs 50 of them" in few.stderr
    none = run("impact", folder, "--aspects")
    assert none.returncode == 2 and "can't tell which aspects" in none.stderr
