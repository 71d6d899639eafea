"""Next month's file on the command line, with the real model."""

import csv
import re

import pytest

from pipeline.analysis.edits.history import apply_edit
from pipeline.analysis.storage import load_analysis, save_state
from tests.support.command import SAMPLE, run

pytestmark = pytest.mark.model


def test_next_month_falls_into_last_months_topics(tmp_path):
    header, *rows = csv.reader(SAMPLE.open(encoding="utf-8", newline=""))
    march, april, out = tmp_path / "march.csv", tmp_path / "april.csv", tmp_path / "out"
    for path, chosen in ((march, rows[:160]), (april, rows[130:300])):
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *chosen])
    command = ("analyse", march, "--out", out, "--topics", "8", "--unit", "review", "--no-map")
    done = run(*command)
    assert done.returncode == 0, done.stderr
    before = load_analysis(out)
    key = before.topics[3].key
    save_state(apply_edit(before, {"do": "rename", "topic": key, "name": "My topic"}), out)
    # The same file again: the edit is still there, unless it is not wanted.
    done = run(*command)
    assert "edits of the previous analysis: 1 kept, 0 dropped with their topics" in done.stdout
    assert load_analysis(out).topics[3].name == "My topic"
    done = run("add", out, april, "--out", tmp_path / "both")
    assert done.returncode == 0, done.stderr
    assert "140 reviews added, 30 were there already" in done.stdout
    assert "My topic: " in done.stdout and "% of the reviews" in done.stdout
    # Most of what is new falls into topics, though the first file is a small one.
    unfit = int(re.search(r"(\d+) reviews fit no topic", done.stdout)[1])
    assert unfit < 0.25 * 140
    after = load_analysis(tmp_path / "both")
    assert after.assignments[:160].tolist() == before.assignments.tolist()
    assert after.topics[3].name == "My topic" and after.topics[3].key == key
    table = list(csv.DictReader((tmp_path / "both" / "reviews.csv").open(encoding="utf-8")))
    assert len(table) == 300 and len({row["review_id"] for row in table}) == 300
    again = run("add", out, march)
    assert again.returncode == 2 and "already" in again.stderr
