"""Requests to the worker, and their JSON objects."""

import json
from pathlib import Path

import pytest

from pipeline.analysis.analysis import Settings
from pipeline.jobs.job import Job
from pipeline.jobs.queue import FairQueue, JobFiles
from pipeline.jobs.requests import (
    AddRequest,
    AnalyseRequest,
    CompareModelsRequest,
    EditRequest,
    LearnWordsRequest,
    PrepareRequest,
    request_from_dict,
)
from pipeline.reviews.cleaning import CleaningRules
from pipeline.reviews.column_roles import ColumnRoles
from pipeline.reviews.source import ReadOptions, ReviewSource

SOURCE = ReviewSource(
    "a.csv", Path("/in/a"), 7, ColumnRoles("text"), CleaningRules(), ReadOptions("utf-8")
)
REQUESTS = (
    AnalyseRequest(SOURCE, Path("/out/1"), Settings(topic_count=3)),
    AnalyseRequest(SOURCE, Path("/out/1"), Settings(), Path("/old"), Path("/out/1")),
    AddRequest(SOURCE, Path("/out/1"), Path("/out/2")),
    EditRequest(Path("/out/1"), {"do": "merge", "topics": ["a", "b"]}),
    PrepareRequest((Path("/a"), Path("/b"))),
    LearnWordsRequest(Path("/out/1")),
    CompareModelsRequest(Path("/a"), Path("/t"), ("tfidf", "m:int8"), (64,), "about"),
    CompareModelsRequest(Path("/a"), Path("/t"), ("tfidf",)),
)


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: request.task)
def test_a_request_comes_back_from_json(request_):
    assert request_from_dict(json.loads(json.dumps(request_.to_dict()))) == request_


def test_an_unknown_task_is_refused():
    with pytest.raises(ValueError, match="unknown task 'dance'"):
        request_from_dict({"do": "dance", "target": "/a", "source": "/b", "name": "c"})


def test_a_job_file_of_0_1_0_is_resumed(tmp_path):
    path, token = tmp_path / "upload", "0123456789abcdef0123456789abcdef"
    path.write_text("review\nA fine bed\n")
    reading = {"encoding": "cp1252", "delimiter": None, "sheet": None}
    request = {
        "do": "analyse",
        "id": 3,
        "target": str(tmp_path / "analysis1"),
        "source": str(path),
        "name": "spring.csv",
        "columns": {
            "text": "review",
            "title": None,
            "id": None,
            "language": None,
            "hotel": None,
            "date": None,
            "rating": None,
            "positive": None,
            "negative": None,
        },
        "rules": None,
        "reading": reading,
        "settings": {
            "topics": 4,
            "unit": "auto",
            "space": "neutral",
            "model": "multilingual-e5-small",
            "seed": 0,
            "with_map": True,
        },
        "edits_from": None,
        "early": str(tmp_path / "analysis1"),
    }
    folder = tmp_path / "jobs"
    folder.mkdir()
    entry = {
        "token": token,
        "owner": "somebody",
        "rows": 640,
        "tries": 1,
        "state": "running",
        "message": "",
        "began": path.stat().st_mtime,
        "request": request,
        "early": [str(tmp_path / "analysis1-first-300"), 300, 640],
    }
    (folder / f"{token}.json").write_text(json.dumps(entry))
    files = JobFiles(folder)
    (job,) = files.load()
    assert (job.state, job.rows, job.partial_result.reviews) == ("waiting", 640, 300)
    assert job.request == AnalyseRequest(
        ReviewSource("spring.csv", path, 640, ColumnRoles("review"), None, ReadOptions("cp1252")),
        tmp_path / "analysis1",
        Settings(topic_count=4),
        partial_base=tmp_path / "analysis1",
    )
    files.save(job)
    written = json.loads((folder / f"{token}.json").read_text())
    assert written["request"] == request | {"id": job.id, "rows": 640}
    assert written == entry | {"state": "waiting", "values": {}, "request": written["request"]}
    files.close()


def test_users_take_turns_whatever_windows_they_have(tmp_path):
    source = ReviewSource("spring.csv", tmp_path / "spring.csv", 5)
    queue = FairQueue()

    def job(number, user, window):
        request = AnalyseRequest(source, tmp_path / window / "a", Settings())
        return Job(number, request, 5, owner=window, user=user, room="europe" if user else "")

    jobs = [job(1, "ada", "w1"), job(2, "ada", "w2"), job(3, "ada", "w3"), job(4, "ben", "w4")]
    for each in jobs:
        queue.put(each)
    assert [each.id for each in queue] == [1, 4, 2, 3]
    assert queue.remove(jobs[1]) and [queue.pop().id for _time in range(3)] == [1, 4, 3]
    without = [job(1, "", "w1"), job(2, "", "w1"), job(3, "", "w2")]
    for each in without:
        queue.put(each)
    assert [each.id for each in queue] == [1, 3, 2]
