"""What changed, on the command line, on an analysis of the fake encoder."""

import json

import pytest

from pipeline.analysis.storage import save_analysis
from tests.support.analyses import loud_since_july
from tests.support.command import run

KEYS = ["topic", "group", "before", "after", "ratio", "q", "month"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory, file_cache):
    out = tmp_path_factory.mktemp("changes")
    save_analysis(loud_since_july(), out)
    return out


def test_records_have_the_promised_keys_and_the_planted_change_is_among_the_first(folder):
    done = run("changes", folder, "--since", "2025-07", "--json")
    assert done.returncode == 0, done.stderr
    records = json.loads(done.stdout)
    assert all(list(record)[:7] == KEYS for record in records)
    clear = [record for record in records if record["q"] is not None and record["q"] <= 0.05]
    assert records[: len(clear)] == clear
    loud = max((r for r in clear if r["group"] == "Oslo"), key=lambda record: record["ratio"] or 0)
    assert loud["month"] == "2025-07" and loud["before"] == pytest.approx(0.35)
    assert loud["after"] == pytest.approx(0.9) and loud["ratio"] == pytest.approx(0.9 / 0.35)
    whole = next(r for r in clear if r["topic"] == loud["topic"] and r["group"] is None)
    assert whole["driver"] == "Oslo"
    assert {record["group"] for record in records} == {None, "Oslo", "Lyon", "Porto"}
    assert not [record for record in clear if record["group"] in ("Lyon", "Porto")]


def test_words_come_first_and_the_last_three_months_are_the_default(folder):
    done = run("changes", folder)
    assert "since 2025-06-01: 180 reviews" in done.stdout
    assert "mostly Oslo" in done.stdout and done.returncode == 0
    calm = run("changes", folder, "--where", "hotel=Lyon", "--since", "2025-07-01")
    assert "nothing has clearly changed" in calm.stdout


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--since", "July"], "--since takes a day or a month, as in 2026-01, got 'July'"),
        (["--since", "2025-13"], "--since takes a day or a month"),
        (["--since", "2031-01"], "The reviews are from 2025-01-10 to 2025-08-10"),
        (["--by", "month"], "--by takes a column of groups"),
        (["--by", "colour"], "There is no column 'colour'"),
    ],
)
def test_what_can_not_be_compared_is_one_line(folder, options, said):
    done = run("changes", folder, *options)
    assert done.returncode == 2 and said in done.stderr


def test_another_column_gives_other_groups(folder):
    records = json.loads(run("changes", folder, "--by", "language", "--json").stdout)
    assert {record["group"] for record in records} == {None, "en"}
