"""Logs as JSON lines: what is in them, and what is not."""

import json
import logging
from pathlib import Path

import pytest

from pipeline.common.logs import LEFT_OUT, JsonFormatter
from pipeline.jobs.job import Job, JobState
from pipeline.jobs.requests import EditRequest

REVIEW = "Das Zimmer war laut, 部屋はうるさい"


@pytest.fixture
def line():
    """What is written of a call of a logger."""

    def written(message, *values, name="pipeline.somewhere", error=None, **extra):
        record = logging.getLogger(name).makeRecord(
            name, logging.ERROR, "file.py", 1, message, values, None, extra=extra
        )
        if error:
            record.exc_info = (type(error), error, error.__traceback__)
        text = JsonFormatter("jobs").format(record)
        assert "\n" not in text
        return json.loads(text)

    return written


def test_a_line_has_when_where_and_what(line):
    told = line("job %s of %d reviews in %.1f s", "analyse", 789, 12.34)
    assert told["message"] == "job analyse of 789 reviews in 12.3 s"
    assert (told["level"], told["process"], told["logger"]) == (
        "error", "jobs", "pipeline.somewhere",
    )  # fmt: skip
    assert told["time"].endswith("+00:00")
    assert told["pid"] > 0


@pytest.mark.parametrize(
    ("message", "values"),
    [
        ("could not read %s", [REVIEW]),
        ("could not read %r", [REVIEW.encode()]),
        ("failed: %s", [ValueError(REVIEW)]),
        ("%(text)s", [{"text": REVIEW}]),
        ("%d reviews", [REVIEW]),
        ("in %s", [Path("/data/Das Zimmer war laut.csv")]),
    ],
)
def test_values_that_may_be_texts_are_left_out(line, message, values):
    told = json.dumps(line(message, *values), ensure_ascii=False)
    for word in ("Zimmer", "laut", "うるさい"):
        assert word not in told


def test_messages_that_a_library_has_put_together_are_left_out(line):
    assert line(f"Error: {REVIEW}", name="streamlit")["message"] == LEFT_OUT
    assert line("Uncaught app execution", name="streamlit")["message"] == "Uncaught app execution"


def test_an_error_is_told_by_its_kind_and_place(line):
    try:
        json.loads("{" + REVIEW)
    except ValueError as error:
        told = line("%s failed", "edit", error=error)
    assert told["error"] == "JSONDecodeError"
    assert told["where"][0].startswith("pipeline/common/test_logs.py:")
    assert told["where"][-1].endswith("raw_decode")
    assert "Zimmer" not in json.dumps(told)


def test_what_is_plain_stays(line):
    assert (
        line("%s in %s", "multilingual-e5-small:int8", Path("/data/analyses/0a"))["message"]
        == "multilingual-e5-small:int8 in /data/analyses/0a"
    )
    assert line("%s", REVIEW)["message"] == LEFT_OUT


def test_jobs_tell_their_end_without_names(caplog, line):
    job = Job(1, EditRequest(Path("/data/Hotel Laut"), {"kind": "rename", "name": REVIEW}), 789)
    job.update_progress("read", 0, 1)
    with caplog.at_level(logging.INFO, "pipeline.jobs.job"):
        job.end(JobState.DONE)
    (record,) = caplog.records
    told = json.loads(JsonFormatter("server").format(record))
    assert (told["job"], told["state"], told["reviews"]) == ("edit", "done", 789)
    assert "Laut" not in json.dumps(told)
    assert job.state == JobState.DONE
