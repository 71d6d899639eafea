"""Jobs of a database: each is done once, by whichever worker lives; any server sees the result."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from pipeline.analysis.analysis import Settings
from pipeline.common.progress import StageLog
from pipeline.database.connection import Database
from pipeline.jobs.client import WorkerClient
from pipeline.jobs.job import Job, JobState
from pipeline.jobs.job_table import MAX_CLAIMS, JobTable
from pipeline.jobs.requests import AnalyseRequest, EditRequest
from pipeline.jobs.runner import Runner
from pipeline.jobs.shared_client import SharedJobsClient
from pipeline.jobs.tasks import run_analyse
from pipeline.reviews.source import ReviewSource
from tests.support.command import ROOT, SLOW_WORKER
from tests.support.fake_encoder import FakeEncoder
from tests.support.waiting import wait_until

IDLE = (sys.executable, "-c", "import sys; sys.stdin.read()")  # a process that does nothing
SETTINGS = Settings(topic_count=3, space="raw", with_map=False, model="fake")


@pytest.fixture
def database(database_address):
    opened = Database(database_address)
    yield opened
    opened.close()


@pytest.fixture
def table(database):
    return JobTable(database, lease=2.0)


def made(path, rows=1200, hotel="x"):
    """A file of reviews; the slow model takes two seconds for as many as these."""
    things = ("pool", "bar", "view")
    more = ("", " and so on")
    texts = [
        f"A{n},en,The guest of room {n} in {hotel} liked the {things[n % 3]}{more[n % 2]}"
        for n in range(rows)
    ]
    path.write_text("review_id,language,review\n" + "\n".join(texts), "utf-8")
    return path


@pytest.fixture
def file(tmp_path, cache):  # a cache of its own: no vectors of an earlier test
    return made(tmp_path / "upload.csv")


@contextmanager
def server(table, folder):
    folder.mkdir()
    client = SharedJobsClient(table, folder, command=IDLE)
    try:
        yield client
    finally:
        client.close()


@contextmanager
def worker(table, folder):
    """A worker in a thread of this process, with a process for its jobs."""
    folder.mkdir()
    client = WorkerClient(SLOW_WORKER, with_queries=False)
    runner = Runner(table, client, folder, beat=0.2)
    thread = threading.Thread(target=runner.run)
    thread.start()
    try:
        yield runner
    finally:
        runner.stop()
        thread.join()
        client.close()


def request(file, folder):
    return AnalyseRequest(ReviewSource("upload.csv", file, 600), folder / "analysis1", SETTINGS)


def finished(job) -> bool:
    return wait_until(lambda: job.finished, said=lambda: job, seconds=90) or job.finished


def embedding(job) -> None:
    """Wait until a job is at what takes longest."""
    wait_until(lambda: job.stage == "embed" or job.finished, said=lambda: job, seconds=90)
    assert job.state == JobState.RUNNING, job.problem


def tables(folder) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in ("reviews.csv", "topics.csv")}


def waiting(table, owner, file, tmp_path):
    job = Job(1, request(file, tmp_path), 600, owner=owner)
    table.add(job, {"source": [file]})
    return job


def test_workers_at_once_never_claim_the_same_job(table, file, tmp_path):
    jobs = {waiting(table, f"owner{n % 3}", file, tmp_path).token for n in range(12)}
    with ThreadPoolExecutor(6) as pool:
        claims = list(pool.map(lambda n: table.claim(f"worker{n}"), range(20)))
    found = [row.token for row in claims if row is not None]
    assert len(found) == 12 and set(found) == jobs


def test_owners_take_turns(table, file, tmp_path):
    for owner in ("a", "a", "a", "b", "c"):
        waiting(table, owner, file, tmp_path)
    turns = [table.claim(f"worker{n}").owner for n in range(5)]
    assert turns == ["a", "b", "c", "a", "a"]
    assert table.unfinished() and table.claim("another") is None


def test_a_worker_that_was_silent_for_too_long_changes_nothing(database, file, tmp_path):
    table = JobTable(database, lease=0.05)
    token = waiting(table, "a", file, tmp_path).token
    assert table.claim("first").token == token and table.beat(token, "first", {})
    time.sleep(0.1)
    assert table.claim("second").token == token
    assert not table.beat(token, "first", {})
    assert not table.finish(token, "first", JobState.DONE, files=[file])
    assert table.parts(token) == ["source"]
    assert table.finish(token, "second", JobState.DONE, files=[file])
    assert table.rows([token])[token].state == JobState.DONE


def test_a_job_that_ends_its_workers_is_given_up(database, file, tmp_path):
    table = JobTable(database, lease=0.0)
    token = waiting(table, "a", file, tmp_path).token
    for attempt in range(MAX_CLAIMS):
        assert table.claim(f"worker{attempt}").attempts == attempt + 1
        time.sleep(0.01)
    assert table.claim("last") is None
    row = table.rows([token])[token]
    assert row.state == JobState.FAILED and "three times" in row.message


def test_what_ended_long_ago_is_removed_with_its_files(database, table, file, tmp_path):
    token = waiting(table, "a", file, tmp_path).token
    table.remove_old()
    assert table.rows([token])
    table.claim("w")
    table.finish(token, "w", JobState.DONE, files=[file])
    with database.transaction() as connection:
        connection.execute("update jobs set finished = finished - interval '25 hours'")
        connection.execute("update blobs set used = used - interval '25 hours'")
    table.remove_old()
    with database.transaction() as connection:
        left = connection.execute("select count(*) from jobs, blobs").fetchone()
    assert not table.rows([token]) and left == (0,)


def test_a_database_that_is_away_refuses_the_job(table, database, file, tmp_path):
    with server(table, tmp_path / "server") as client:
        database.close()
        job = client.submit(request(file, tmp_path))
    assert job.state == JobState.REFUSED and "can't be submitted" in job.problem


@pytest.mark.slow
def test_any_server_sees_progress_and_result(table, file, tmp_path):
    with (
        server(table, tmp_path / "one") as one,
        server(table, tmp_path / "two") as two,
    ):
        job = one.submit(request(file, tmp_path / "session"))
        other = two.find(job.token)
        assert other.state == JobState.WAITING and other.request.source.path != file
        assert other.request.source.path.read_bytes() == file.read_bytes()
        with worker(table, tmp_path / "worker"):
            embedding(other)
            one.pause(job)
            wait_until(lambda: other.state == JobState.PAUSED, said=lambda: other)
            one.resume(job)
            assert finished(job) and finished(other)
        assert job.state == other.state == JobState.DONE
        assert tables(job.target) == tables(other.target)
        assert two.find("unknown") is None


@pytest.mark.slow
def test_a_job_that_is_stopped_ends_in_its_worker(table, file, tmp_path):
    with server(table, tmp_path / "one") as one, worker(table, tmp_path / "worker"):
        job = one.submit(request(file, tmp_path / "session"))
        embedding(job)
        one.stop(job)
        assert job.state == JobState.STOPPED
        short = made(tmp_path / "short.csv", rows=60)
        second = one.submit(request(short, tmp_path / "session2"))
        assert finished(second) and second.state == JobState.DONE, second
        assert not job.target.exists()


@pytest.mark.slow
def test_kill_9_of_a_worker_and_another_ends_its_jobs(table, file, tmp_path):
    """Two workers; the one that runs the first job is killed: every job is done, to the byte."""
    command = [sys.executable, "-m", "tests.support.shared_worker"]
    workers = {}
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        started = subprocess.Popen([*command, str(tmp_path / name)], cwd=ROOT)
        workers[started.pid] = started
    try:
        with server(table, tmp_path / "server") as client:
            files = [file, made(tmp_path / "short.csv", rows=60)]
            jobs = [
                client.submit(request(path, tmp_path / f"s{n}")) for n, path in enumerate(files)
            ]
            embedding(jobs[0])
            with table._database.transaction() as connection:
                (name,) = connection.execute(
                    "select worker from jobs where token = %s", (jobs[0].token,)
                ).fetchone()
            victim = int(name.split()[-2])
            os.kill(victim, signal.SIGKILL)
            for job in jobs:
                assert finished(job) and job.state == JobState.DONE
            rows = table.rows([job.token for job in jobs])
            assert Counter(row.attempts for row in rows.values()) == {2: 1, 1: 1}
            assert rows[jobs[0].token].attempts == 2
    finally:
        for started in workers.values():
            started.kill()
            started.wait()
    for number, job in enumerate(jobs):
        alone = request(files[number], tmp_path / f"alone{number}")
        run_analyse(alone, lambda name: FakeEncoder(), StageLog(lambda *_: None))
        assert tables(job.target) == tables(alone.target)


def test_edits_stay_with_the_server(table, tmp_path):
    with server(table, tmp_path / "one") as one:
        job = one.submit(EditRequest(tmp_path / "analysis", {"do": "undo"}))
        assert one.find(job.token) is job and table.unfinished() == []
