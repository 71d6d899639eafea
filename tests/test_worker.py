"""The worker's protocol, in this process with a fake model; its client, with small commands."""

import base64
import json
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT, SAMPLE, FakeEncoder

from pipeline.analysis import Settings
from pipeline.analysis_folder import load_analysis
from pipeline.errors import InputError
from pipeline.job import Job
from pipeline.jobs import FAULT, LOST, WorkerClient
from pipeline.worker import Worker

QUICK = asdict(Settings(topics=3, space="raw", with_map=False, model="fake"))


class SlowEncoder(FakeEncoder):
    """Reports its progress a text at a time, and can be held."""

    def __init__(self):
        super().__init__()
        self.go_on = threading.Event()
        self.at_work = threading.Event()

    def encode_documents(self, texts, *, progress=None):
        for done in range(len(texts) if progress else 0):
            self.at_work.set()
            self.go_on.wait(10)
            progress(done, len(texts))
        return super().encode_documents(texts)


class Talk:
    """A worker in this process, and all it has answered."""

    def __init__(self, encoder, load=None):
        self.answers = []
        self.worker = Worker(self.answers.append, load=load or (lambda name: encoder))

    def ask(self, **request):
        self.worker.take([json.dumps(request).encode()])

    def wait(self, id, seconds=30):
        """The last answer to a request."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for answer in list(self.answers):
                if answer["id"] == id and answer["event"] != "progress":
                    return answer
            time.sleep(0.01)
        raise AssertionError(f"no answer to {id}: {self.answers}")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "upload"
    things = ("bed", "bath", "view", "pool", "bar", "lift")
    rows = [f"The {a} was next to the {b} and quite fine" for a in things for b in things]
    path.write_text("review\n" + "\n".join(rows), "utf-8")
    return path


def analyse(talk, file, id, **more):
    request = {"do": "analyse", "id": id, "source": str(file), "name": "f.csv", "settings": QUICK}
    talk.ask(**request | {"target": str(file.parent / f"result{id}")} | more)


def test_analysis_reports_stages_and_can_be_opened(file, cache):
    talk = Talk(FakeEncoder())
    analyse(talk, file, 1)
    assert talk.wait(1) == {"id": 1, "event": "done"}
    stages = list(dict.fromkeys(a["stage"] for a in talk.answers if a["event"] == "progress"))
    assert stages[:4] == ["read", "model", "language", "embed"]
    assert len(load_analysis(file.parent / "result1").texts) == 36


def test_columns_and_rules_of_the_user_are_used(tmp_path, cache):
    path = tmp_path / "upload"
    rows = "\n".join(f"the long remark of guest number {i},good{i} bed" for i in range(12))
    path.write_text(f"remark,review\n{rows}", "utf-8")
    talk = Talk(FakeEncoder())
    analyse(talk, path, 1, columns={"text": "remark"}, rules={"drop_duplicates": False})
    assert talk.wait(1)["event"] == "done"
    assert load_analysis(tmp_path / "result1").texts[0] == "the long remark of guest number 0"


def test_edits_and_added_files(file, cache):
    talk = Talk(FakeEncoder())
    analyse(talk, file, 1)
    assert talk.wait(1)["event"] == "done"
    first = load_analysis(file.parent / "result1")
    keys = [topic.key for topic in first.topics]
    folder = str(file.parent / "result1")
    merge = {"do": "merge", "topics": keys[:2]}
    talk.ask(do="edit", id=2, target=folder, edit=merge)
    assert talk.wait(2)["event"] == "done"
    assert len(load_analysis(Path(folder)).topics) == 2
    talk.ask(do="edit", id=3, target=folder, edit={"do": "undo"})
    assert talk.wait(3)["event"] == "done"
    undone = load_analysis(Path(folder))
    assert undone.topics == first.topics and undone.undone == (merge,)
    talk.ask(do="edit", id=4, target=folder, edit={"do": "redo"})
    talk.ask(do="edit", id=5, target=folder, edit={"do": "split", "topic": "gone", "parts": 2})
    assert talk.wait(4)["event"] == "done" and talk.wait(5)["event"] == "refused"
    analyse(talk, file, 6, edits_from=folder)
    assert talk.wait(6)["event"] == "done"
    assert load_analysis(file.parent / "result6").edits == (merge,)
    more = file.with_name("april")
    more.write_text("review\n" + "\n".join(f"The sauna {n} was cold" for n in range(9)))
    target = str(file.parent / "result7")
    request = {"folder": folder, "source": str(more), "target": target, "name": "april.csv"}
    talk.ask(do="add", id=7, **request)
    assert talk.wait(7)["event"] == "done"
    assert len(load_analysis(Path(target)).texts) == 45


def test_queries_are_answered_with_vectors():
    talk = Talk(FakeEncoder())
    talk.ask(do="encode", id=7, model="fake", texts=["loud music", "爆音"])
    answer = talk.wait(7)
    vectors = np.frombuffer(base64.b64decode(answer["data"]), "<f4").reshape(answer["shape"])
    np.testing.assert_allclose(vectors, FakeEncoder().encode_queries(["loud music", "爆音"]))


def test_bad_input_comes_back_as_its_line(file, cache):
    talk = Talk(FakeEncoder())
    (file.parent / "empty").write_bytes(b"")
    analyse(talk, file.parent / "empty", 1)
    assert talk.wait(1)["event"] == "refused"
    assert "is empty" in talk.wait(1)["message"]
    analyse(talk, file, 2, settings=QUICK | {"topics": 500})
    assert "500 topics can't be made" in talk.wait(2)["message"]
    assert not (file.parent / "result2").exists()
    analyse(talk, file, 3)
    assert talk.wait(3)["event"] == "done"


def test_a_fault_is_logged_and_the_next_job_runs(file, cache, caplog):
    def load(name):
        if name == "broken":
            raise RuntimeError("a tensor went astray")
        return FakeEncoder()

    talk = Talk(None, load)
    analyse(talk, file, 1, settings=QUICK | {"model": "broken"})
    assert talk.wait(1) == {"id": 1, "event": "failed"}
    assert "a tensor went astray" in caplog.text
    analyse(talk, file, 2)
    assert talk.wait(2)["event"] == "done"
    talk.ask(do="dance", id=3)
    assert talk.wait(3)["event"] == "failed"


def test_jobs_run_in_order_and_queries_in_between(file, cache):
    encoder = SlowEncoder()
    talk = Talk(encoder)
    analyse(talk, file, 1)
    analyse(talk, file, 2)
    assert encoder.at_work.wait(10)
    talk.ask(do="encode", id=3, model="fake", texts=["loud"])
    assert talk.wait(3)["event"] == "vectors"
    assert not any(answer["id"] == 2 for answer in talk.answers)
    encoder.go_on.set()
    assert talk.wait(2)["event"] == "done"
    order = [a["id"] for a in talk.answers if a["event"] == "done"]
    assert order == [1, 2]


def test_a_stopped_job_ends_soon_and_a_waiting_one_never_starts(file, cache):
    encoder = SlowEncoder()
    talk = Talk(encoder)
    analyse(talk, file, 1)
    analyse(talk, file, 2)
    assert encoder.at_work.wait(10)
    talk.ask(do="cancel", id=1)
    talk.ask(do="cancel", id=2)
    encoder.go_on.set()
    assert talk.wait(1, seconds=1) == {"id": 1, "event": "stopped"}
    assert talk.wait(2, seconds=1) == {"id": 2, "event": "stopped"}
    assert not (file.parent / "result1").exists()
    assert encoder.encoded == 0


def test_the_process_ends_with_its_input_and_prints_only_answers():
    command = [sys.executable, "-m", "pipeline.worker"]
    process = subprocess.run(
        command,
        input=b'{"do": "dance", "id": 1}\n',
        capture_output=True,
        cwd=ROOT,
        timeout=60,
        check=False,
    )
    assert process.returncode == 0
    lines = [json.loads(line) for line in process.stdout.splitlines()]
    assert {"id": 1, "event": "failed"} in lines


MORTAL = """
import base64, json, os, sys
for line in sys.stdin:
    request = json.loads(line)
    if request["do"] == "analyse":
        os._exit(11)
    if request["do"] == "encode":
        answer = {"event": "vectors", "shape": [1, 2], "data": base64.b64encode(bytes(8)).decode()}
        print(json.dumps(answer | {"id": request["id"]}), flush=True)
"""


def wait_until(condition, seconds=20):
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.02)
    assert condition()


def test_a_worker_that_dies_is_started_again(tmp_path):
    client = WorkerClient([sys.executable, "-c", MORTAL])
    try:
        first = client.process_id
        assert client.encode(["a"], "fake").shape == (1, 2)
        jobs = [
            client.analyse(tmp_path / "f", tmp_path / "t", name="f", settings=Settings())
            for _ in range(2)
        ]
        wait_until(lambda: all(job.over for job in jobs))
        assert [job.state for job in jobs] == ["failed", "failed"]
        assert jobs[0].message == LOST
        wait_until(lambda: client.process_id != first)
        assert client.encode(["b"], "fake").shape == (1, 2)
    finally:
        client.close()


SPEAKER = """
import json, sys, time
for line in sys.stdin:
    request = json.loads(line)
    if request["do"] == "analyse":
        if request["name"] == "slow":
            say = {"event": "progress", "stage": "embed", "done": 5, "total": 10}
        else:
            say = {"event": "refused", "message": "The file is empty"}
        if request["name"] == "fault":
            say = {"event": "failed"}
        print(json.dumps(say | {"id": request["id"]}), flush=True)
    if request["do"] == "encode":
        print("no JSON at all", flush=True)
        say = {"event": "refused", "message": "No such model"}
        print(json.dumps(say | {"id": request["id"]}), flush=True)
"""


def test_the_client_knows_how_each_job_stands(tmp_path):
    client = WorkerClient([sys.executable, "-c", SPEAKER])

    def ask(name):
        return client.analyse(tmp_path / "f", tmp_path / "t", name=name, settings=Settings())

    try:
        slow = ask("slow")
        wait_until(lambda: slow.state == "running")
        assert slow.stage_name == "Reading the meaning of each review"
        assert 0 < slow.share() < 1
        assert slow.seconds_left() > 0
        refused, fault = ask("empty"), ask("fault")
        assert client.ahead(fault) >= 1
        wait_until(lambda: refused.over and fault.over)
        assert (refused.state, refused.message) == ("refused", "The file is empty")
        assert (fault.state, fault.message) == ("failed", FAULT)
        client.stop(slow)
        assert slow.state == "stopped"
        with pytest.raises(InputError, match="No such model"):
            client.encode(["a"], "nothing")
    finally:
        client.close()


def test_the_share_that_is_done_never_falls():
    job = Job(1, SAMPLE, rows=20_000)
    assert job.share() == 0
    shares = []
    for stage, done, total in [
        ("read", 0, 1),
        ("model", 1, 1),
        ("embed", 1, 300),
        ("embed", 150, 300),
        ("a stage of tomorrow", 0, 1),
        ("map", 0, 1),
    ]:
        job.reached(stage, done, total)
        job._began -= 5
        shares.append(job.share())
    assert shares == sorted(shares)
    assert shares[-1] < 1
