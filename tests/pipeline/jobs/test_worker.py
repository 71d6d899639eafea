"""The worker's protocol, in this process with a fake model; its client, with small commands."""

import base64
import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import psutil
import pytest

from pipeline.analysis.analysis import Settings
from pipeline.analysis.storage import load_analysis
from pipeline.common.errors import InputError
from pipeline.embedding.registry import DEFAULT_MODEL
from pipeline.jobs.client import CRASH_MESSAGE, FAULT_MESSAGE, WorkerClient
from pipeline.jobs.job import Job, PartialResult
from pipeline.jobs.queue import FairQueue
from pipeline.jobs.requests import AnalyseRequest, EditRequest, LearnWordsRequest
from pipeline.jobs.worker import Worker
from pipeline.reviews.source import ReviewSource
from tests.support.command import ROOT, SAMPLE, SLOW_WORKER
from tests.support.fake_encoder import FakeEncoder
from tests.support.waiting import PATIENCE, PROMPTLY, wait_until

pytestmark = pytest.mark.slow  # processes of its own, or many files

QUICK = Settings(topic_count=3, space="raw", with_map=False, model="fake").to_dict()


class SlowEncoder(FakeEncoder):
    """Reports its progress a text at a time, and can be held."""

    def __init__(self):
        super().__init__()
        self.go_on = threading.Event()
        self.at_work = threading.Event()

    def encode_documents(self, texts, *, progress=None):
        for done in range(len(texts) if progress else 0):
            self.at_work.set()
            self.go_on.wait(PATIENCE)
            progress(done, len(texts))
        return super().encode_documents(texts)


class Talk:
    """A worker in this process, and all it has answered."""

    def __init__(self, encoder, load=None):
        self.answers = []
        self.worker = Worker(self.answers.append, load=load or (lambda name: encoder))

    def ask(self, **request):
        self.worker.read_requests([json.dumps(request).encode()])

    def wait(self, id, seconds=PATIENCE):
        """The last answer to a request."""

        def found():
            return [
                answer
                for answer in list(self.answers)
                if answer["id"] == id and answer["event"] not in ("progress", "pace", "early")
            ]

        wait_until(found, said=lambda: f"no answer to {id}: {self.answers}", seconds=seconds)
        return found()[0]


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
    refused = talk.wait(2)  # a message and its values, which are put in where it is shown
    assert "500 topics can't be made" in refused["message"].format(**refused["values"])
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
    assert encoder.at_work.wait(PATIENCE)
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
    assert encoder.at_work.wait(PATIENCE)
    talk.ask(do="cancel", id=1)
    talk.ask(do="cancel", id=2)
    encoder.go_on.set()
    assert talk.wait(1, PROMPTLY) == {"id": 1, "event": "stopped"}
    assert talk.wait(2, PROMPTLY) == {"id": 2, "event": "stopped"}
    assert not (file.parent / "result1").exists()
    assert encoder.encoded == 0


def test_a_job_that_reports_nothing_is_stopped_too(file, cache, monkeypatch):
    """As in the map stage: a loop in Python that calls compiled code."""
    from pipeline.jobs import worker

    at_work = threading.Event()

    def endless(*_arguments, **_options):
        at_work.set()
        while True:
            try:
                time.sleep(0.01)
            except Exception:  # as libraries do
                continue

    encoder = FakeEncoder()
    monkeypatch.setattr(encoder, "encode_documents", endless, raising=False)
    talk = Talk(encoder)
    talk.worker._warm = True
    analyse(talk, file, 1)
    assert at_work.wait(PATIENCE)
    talk.ask(do="cancel", id=1)
    assert talk.wait(1, PROMPTLY) == {"id": 1, "event": "stopped"}
    monkeypatch.undo()
    monkeypatch.setenv("POLYGUEST_CACHE", str(file.parent / "cache"))
    analyse(talk, file, 2)
    assert talk.wait(2)["event"] == "done"
    assert worker._raise_in_thread(threading.get_ident(), None) is None


def test_the_process_ends_with_its_input_and_prints_only_answers():
    command = [sys.executable, "-m", "pipeline.jobs.worker"]
    process = subprocess.run(
        command,
        input=b'{"do": "dance", "id": 1}\n',
        capture_output=True,
        cwd=ROOT,
        timeout=PATIENCE,
        check=False,
    )
    assert process.returncode == 0
    lines = [json.loads(line) for line in process.stdout.splitlines()]
    assert {"id": 1, "event": "failed"} in lines


def test_at_its_start_the_process_for_queries_loads_what_the_first_query_takes():
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline.jobs.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "POLYGUEST_WORKER": "queries"},
    )
    try:
        assert json.loads(process.stdout.readline()) == {"id": None, "event": "warm"}

        def answer(**request):
            process.stdin.write(json.dumps({"id": 1, **request}).encode() + b"\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())["event"]

        before = psutil.Process(process.pid).cpu_times()
        assert answer(do="encode", model=DEFAULT_MODEL, texts=["loud music"]) == "vectors"
        assert answer(do="highlight", text="loud music", phrases=[], names=[]) == "terms"
        after = psutil.Process(process.pid).cpu_times()
        assert after.user - before.user + after.system - before.system < 0.3  # 1.5 s to load it
    finally:
        process.kill()
        process.communicate()


CRASHING = """
import base64, json, os, sys
for line in sys.stdin:
    request = json.loads(line)
    if request["do"] == "analyse":
        os._exit(11)
    if request["do"] == "encode":
        answer = {"event": "vectors", "shape": [1, 2], "data": base64.b64encode(bytes(8)).decode()}
        print(json.dumps(answer | {"id": request["id"]}), flush=True)
"""


def analyse_request(path, target, *, name="f", settings=None, **more):
    source = ReviewSource(name, path, 1000)
    return AnalyseRequest(source, target, settings or Settings(), **more)


@contextmanager
def client_of(program, **options):
    client = WorkerClient([sys.executable, "-c", program], **options)
    try:
        yield client
    finally:
        client.close()


def test_a_worker_that_dies_is_started_again(tmp_path):
    with client_of(CRASHING) as client:
        first = client.process_id
        assert client.encode(["a"], "fake").shape == (1, 2)
        job = client.submit(analyse_request(tmp_path / "f", tmp_path / "t"))
        wait_until(lambda: job.finished)
        assert (job.state, job.message, job.attempts) == ("failed", CRASH_MESSAGE, 2)
        assert client.process_id != first
        assert client.encode(["b"], "fake").shape == (1, 2)


SLEEPER = """
import json, sys, time
for line in sys.stdin:
    request = json.loads(line)
    if request["do"] == "analyse":
        say = {"id": request["id"], "event": "progress", "stage": "map", "done": 0, "total": 1}
        print(json.dumps(say), flush=True)
        if request["name"] == "deaf":
            time.sleep(1000)
        say = {"id": request["id"], "event": "done"}
        print(json.dumps(say), flush=True)
"""


def test_a_job_that_does_not_listen_is_ended_by_force(tmp_path):
    with client_of(SLEEPER) as client:

        def ask(name):
            return client.submit(analyse_request(tmp_path, tmp_path / name, name=name))

        deaf, next_one = ask("deaf"), ask("next")
        wait_until(lambda: deaf.state == "running")
        first = client.process_id
        client.stop(deaf)
        assert deaf.state == "stopped"
        wait_until(lambda: next_one.state == "done", seconds=PROMPTLY)
        assert client.process_id != first and deaf.state == "stopped"


def test_jobs_survive_a_restart_of_the_server(tmp_path):
    source, files = tmp_path / "f", tmp_path / "jobs"
    source.write_text("review")
    with client_of(SLEEPER, files=files) as client:
        done, deaf, waiting, gone = (
            client.submit(analyse_request(path, tmp_path / n, name=n), owner=n)
            for n, path in {"a": source, "deaf": source, "b": source, "c": tmp_path / "x"}.items()
        )
        wait_until(lambda: deaf.state == "running")
        with client_of(SLEEPER, files=files) as second:  # another server has no part in them
            assert second.find(deaf.token) is None
    for path in files.glob("*.json"):  # else the next server would wait for it again
        path.write_text(path.read_text().replace('"deaf"', '"hears"'))
    (files / "strange.json").write_text("{}")
    with client_of(SLEEPER, files=files) as client:
        assert client.find(gone.token) is None and not (files / "strange.json").exists()
        assert client.find(done.token).state == "done"
        again = [client.find(job.token) for job in (deaf, waiting)]
        wait_until(lambda: all(job.state == "done" for job in again))
        assert [job.attempts for job in again] == [2, 1]
        client.stop(again[0])
        assert client.find(deaf.token).target == tmp_path / "deaf"


PUBLISHER = """
import json, sys, threading
def say(id, **event):
    print(json.dumps({"id": id, **event}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    id = request["id"]
    if request["do"] == "cancel":
        say(id, event="stopped")
    if request["do"] == "analyse" and request["name"] == "large":
        say(id, event="progress", stage="embed", done=400, total=2000)
        say(id, event="pace", pace=40.0, left=40.0)
        say(id, event="notice", message="No {what}", values={"what": "cluster"})
        say(id, event="early", folder=request["early"] + "-first-300", reviews=300, of=2000)
    elif request["do"] == "analyse":
        say(id, event="done")
"""


def test_a_paused_job_lets_others_go_first_and_survives_a_restart(tmp_path):
    source, files = tmp_path / "f", tmp_path / "jobs"
    source.write_text("review")

    def ask(client, name):
        path = tmp_path / name
        request = analyse_request(source, path, name=name, partial_base=path)
        return client.submit(request, owner=name)

    with client_of(PUBLISHER, files=files) as client:
        job = ask(client, "large")
        wait_until(lambda: job.partial_result is not None)
        assert job.partial_result == PartialResult(tmp_path / "large-first-300", 300, 2000)
        assert job.is_embedding and job.reviews_per_second == 40 and 30 < job.seconds_left() < 90
        assert job.remark == "No cluster"
        small = ask(client, "small")
        client.pause(job)
        assert job.state == "paused" and not job.finished and client.has_unfinished_jobs("large")
        wait_until(lambda: small.state == "done", seconds=PROMPTLY)
        assert job.state == "paused"
        os.kill(client.process_id, signal.SIGTERM)  # nothing of it is lost, nothing begins
        client.resume(job)
        wait_until(lambda: job.state == "running" and job.is_embedding)
        client.pause(job)
        client.resume(job)  # before the worker has let go of it
        assert job.state == "waiting"
        wait_until(lambda: job.state == "running")
        client.pause(job)
    with client_of(PUBLISHER, files=files) as client:
        again = client.find(job.token)
        assert (again.state, again.partial_result) == ("paused", job.partial_result)
        assert again.request.source.name == "large"
        last = ask(client, "last")
        wait_until(lambda: last.state == "done")
        assert again.state == "paused"
        client.resume(again)
        wait_until(lambda: again.state == "running")
        client.stop(again)
    with client_of(PUBLISHER, files=files) as client:
        assert client.find(job.token) is None


def test_owners_take_turns():
    queue = FairQueue()
    jobs = [Job(n, EditRequest(SAMPLE, {}), 1, owner=owner) for n, owner in enumerate("aaabbc")]
    for job in jobs:
        queue.put(job)
    assert [job.id for job in queue] == [0, 3, 5, 1, 4, 2]
    assert queue.pop() is jobs[0]
    queue.put(jobs[0], first=True)
    assert queue.remove(jobs[4]) and not queue.remove(jobs[4])
    assert [queue.pop().id for _ in range(5)] == [0, 3, 5, 1, 2]
    assert queue.pop() is None


def test_brief_jobs_come_first():
    queue = FairQueue()
    long = [Job(n, LearnWordsRequest(SAMPLE), 1, owner=f"{n}") for n in range(2)]
    brief = [Job(n + 2, EditRequest(SAMPLE, {}), 1, owner="0") for n in range(2)]
    for job in (*long, *brief):
        queue.put(job)
    assert [job.id for job in queue] == [2, 3, 0, 1]
    assert queue.remove(brief[0])
    assert [queue.pop().id for _ in range(3)] == [3, 0, 1]


SLOW = """
import pathlib, sys, time
from tests.support.fake_encoder import FakeEncoder
from pipeline.jobs import tasks, worker
from pipeline.embedding.embed import embed_documents

folder = pathlib.Path(sys.argv[1])

class SlowEncoder(FakeEncoder):
    def encode_documents(self, texts, *, progress=None):
        time.sleep(0.3)
        with open(folder / "encoded", "a") as file:
            file.write(f"{len(texts)} ")
        return super().encode_documents(texts)

def embed(request, load, log):
    with log.stage("embed") as progress:
        texts = pathlib.Path(request.source.path).read_text("utf-8").splitlines()
        embed_documents(load("fake"), texts, progress=progress)

tasks.run_analyse = embed
worker.Worker.__init__.__kwdefaults__["load"] = lambda name: SlowEncoder()
worker.Worker.warm_up = lambda self, **options: None
worker.main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9")
def test_partial_results_of_a_job_that_is_paused_and_killed(tmp_path, cache, monkeypatch):
    monkeypatch.setenv("POLYGUEST_EARLY_SECONDS", "0.3")
    rows = [f"The {('bed', 'bath', 'view')[n % 3]} of guest{n} was good" for n in range(1500)]
    path = tmp_path / "upload"
    path.write_text("review\n" + "\n".join(rows))
    settings = Settings.from_dict(QUICK)
    target, command = (
        tmp_path / "t",
        SLOW_WORKER,
    )
    with closing(WorkerClient(command)) as client:
        request = analyse_request(path, target, settings=settings, partial_base=target)
        job = client.submit(request, rows=1500)
        wait_until(lambda: job.finished or job.partial_result is not None)
        client.pause(job)
        first = load_analysis(job.partial_result.folder)
        assert len(first.texts) == job.partial_result.reviews < job.partial_result.total == 1500
        os.kill(client.process_id, signal.SIGKILL)
        time.sleep(0.1)
        assert job.state == "paused"
        client.resume(job)
        wait_until(lambda: job.finished or job.partial_result.reviews > len(first.texts))
        grown = load_analysis(job.partial_result.folder)
        assert grown.texts[: len(first.texts)] == first.texts
        names = [[topic.name for topic in each.topics[:3]] for each in (first, grown)]
        assert names[0] == names[1]
        wait_until(lambda: job.finished)
        assert job.state == "done" and len(load_analysis(target).texts) == 1500


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9")
def test_after_kill_9_in_the_middle_at_most_a_batch_is_computed_again(tmp_path, cache):
    path = tmp_path / "upload"
    path.write_text("\n".join(f"The bed number {n} was good, with a view" for n in range(1000)))
    client = WorkerClient([sys.executable, "-c", SLOW, str(tmp_path)])
    try:
        job = client.submit(analyse_request(path, tmp_path / "t"), rows=1000)
        wait_until(lambda: job.finished or (job.stage == "embed" and job.done > 400))
        os.kill(client.process_id, signal.SIGKILL)
        wait_until(lambda: job.finished)
        assert (job.state, job.attempts) == ("done", 2), job.message
        batches = [int(size) for size in (tmp_path / "encoded").read_text().split()]
        assert len(batches) > 3
        assert 1000 <= sum(batches) <= 1000 + max(batches)
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


def test_the_client_tracks_the_state_of_each_job(tmp_path):
    client = WorkerClient([sys.executable, "-c", SPEAKER])

    def ask(name):
        return client.submit(analyse_request(tmp_path / "f", tmp_path / "t", name=name))

    try:
        slow = ask("slow")
        wait_until(lambda: slow.state == "running")
        assert slow.stage_name == "Reading the meaning of each review"
        assert 0 < slow.fraction_done() < 1
        assert slow.seconds_left() > 0
        refused, fault = ask("empty"), ask("fault")
        assert (client.jobs_ahead(slow), client.jobs_ahead(refused), client.jobs_ahead(fault)) == (
            0,
            1,
            2,
        )
        client.stop(slow)
        assert slow.state == "stopped"
        wait_until(lambda: refused.finished and fault.finished)
        assert (refused.state, refused.message) == ("refused", "The file is empty")
        assert (fault.state, fault.message) == ("failed", FAULT_MESSAGE)
        with pytest.raises(InputError, match="No such model"):
            client.encode(["a"], "nothing")
    finally:
        client.close()


def test_the_share_that_is_done_never_falls():
    job = Job(1, analyse_request(SAMPLE, SAMPLE), rows=20_000)
    assert job.fraction_done() == 0
    shares = []
    for stage, done, total in [
        ("read", 0, 1),
        ("model", 1, 1),
        ("embed", 1, 300),
        ("embed", 150, 300),
        ("a stage of tomorrow", 0, 1),
        ("map", 0, 1),
    ]:
        job.update_progress(stage, done, total)
        job._started -= 5
        shares.append(job.fraction_done())
    assert shares == sorted(shares)
    assert shares[-1] < 1


def test_while_reviews_are_counted_the_bar_goes_with_them():
    job = Job(1, analyse_request(SAMPLE, SAMPLE), rows=20_000)
    job.update_progress("embed", 0, 20_000)
    shares = []
    for done in (200, 5_000, 10_000, 20_000):
        job.update_progress("embed", done, 20_000)
        job.update_speed(50.0, (20_000 - done) / 50)
        job._started -= 100
        shares.append(job.fraction_done())
        assert job.seconds_left() > (20_000 - done) / 50
    # The passages that search ranks are still to be embedded then.
    assert shares[0] < 0.01 and shares == sorted(shares) and 0.6 < shares[-1] < 1
    job.update_progress("map", 0, 1)
    assert shares[-1] <= job.fraction_done() < 1
    job.requeue(2)
    assert (job.id, job.state, job.is_embedding) == (2, "waiting", False)
