"""Files in which guests say the same few things over and over, as in answers chosen from a list."""

import csv

import pytest

from tests.support.command import run

pytestmark = pytest.mark.model

FILES = {
    # As many topics as the file has rows for, but not as many texts.
    "three texts": {"The lift was broken": 40, "Staff said no to all": 40, "El desayuno frío": 40},
    # Nothing is left of them once their languages are taken out.
    "a phrase in each language": {"😀😀": 6, "Great hotel": 80, "12345": 2, "السرير مريح": 9},
    "one phrase and a few others": {
        "Good": 300,
        "OK": 60,
        "部屋は清潔": 2,
        "!!!": 1,
        "Très bien": 1,
    },
    "sentences": {"Breakfast cold. Staff rude. Room dirty!": 60, "ok ok ok": 90, "Zimmer laut.": 3},
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("options", [(), ("--unit", "sentence"), ("--topics", "3")])
def test_few_phrases_make_topics_none_of_which_is_empty(name, options, encoder, tmp_path):
    rows = [[text] for text, times in FILES[name].items() for _time in range(times)]
    file = tmp_path / "few.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([["review"], *rows])
    done = run("analyse", file, "--out", tmp_path / "out", *options)
    assert done.returncode == 0, done.stderr
    with (tmp_path / "out" / "topics.csv").open(encoding="utf-8", newline="") as made:
        topics = list(csv.DictReader(made))
    assert len(topics) >= 2
    assert all(int(topic.get("mentions") or topic["reviews"]) for topic in topics)
