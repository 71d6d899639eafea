"""The command ``compare``."""

import json

import pytest

from pipeline.analysis.analysis import Settings
from pipeline.analysis.run import analyse
from pipeline.analysis.storage import save_analysis
from pipeline.reviews.read import read_reviews
from tests.support.analyses import WORDS
from tests.support.command import run
from tests.support.fake_encoder import FakeEncoder

KEYS = ["topic", "group", "share", "rest", "ratio", "low", "high", "reviews", "q", "complaints"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory, file_cache):
    """Noise in 30 of 60 reviews of Madrid, and in 10 of 100 of Lyon."""

    def text(topic, n):  # no two alike, and none with a word that other topics have
        first, second, *rest = WORDS[topic].split()
        return " ".join([*[first] * (n % 10), *[second] * (n // 10), first, second, *rest])

    rows = [
        f"{text('noise' if n < loud else 'pool', n)},{hotel},{1 + n % 5},en"
        for hotel, size, loud in (("Madrid", 60, 30), ("Lyon", 100, 10))
        for n in range(size)
    ]
    reviews = read_reviews("\n".join(["review,hotel,rating,language", *rows]).encode())
    settings = Settings(topic_count=2, unit="review", space="raw", with_map=False, model="fake")
    place = tmp_path_factory.mktemp("compare") / "analysis"
    save_analysis(analyse(reviews, settings, encoder=FakeEncoder(), use_cache=False), place)
    return place


def test_records_have_the_promised_keys_and_the_significant_ones_come_first(folder):
    records = json.loads(run("compare", folder, "--by", "hotel", "--json").stdout)
    assert len(records) == 4 and all(set(KEYS) <= set(record) for record in records)
    first = records[0]
    assert first["significant"] and first["q"] <= 0.02
    loud = next(
        r for r in records if r["group"] == "Madrid" and r["ratio"] > 1 and r["reviews"] == 30
    )
    assert (loud["share"], loud["rest"], loud["ratio"]) == (0.5, 0.1, 5.0)
    assert 2 < loud["low"] < 5 < loud["high"] < 12 and loud["size"] == 60
    assert loud["complaints"] is None  # the fake model has no polarity


def test_words_say_what_differs(folder):
    said = run("compare", folder).stdout.splitlines()
    assert any(
        "50% of Madrid's reviews, 10% of Lyon's reviews (30 of 60; 5 times" in x for x in said
    )
    assert said[-1] == "160 of 160 reviews in 2 groups by hotel, 2 topics"


def test_no_difference_and_filters(folder):
    said = run("compare", folder, "--by", "rating", "--where", "hotel=Lyon").stdout.splitlines()
    assert said[0] == "No clear difference: what differs may be chance."
    assert said[-1].startswith("100 of 160 reviews in 5 groups by rating")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--by", "room"], "There is no column 'room' to group by"),
        (["--where", "hotel=Lyon"], "All reviews are in one group by hotel: Lyon"),
        (["--adjust", "room"], "There is no column 'room'"),
        (["--aspects"], "The model fake can't tell which aspects"),
    ],
)
def test_what_can_not_be_compared_is_one_line(folder, arguments, message):
    done = run("compare", folder, *arguments)
    assert done.returncode == 2 and message in done.stderr
    assert len(done.stderr.splitlines()) == 1
