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
from dataclasses import replace

import pytest

from pipeline.analysis.analysis import Settings
from pipeline.analysis.storage import load_analysis
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
def test_any_server_says_that_a_cluster_is_out_of_reach(table, tmp_path, cache, monkeypatch):
    monkeypatch.setenv("POLYGUEST_RAY", "127.0.0.1:1")
    file = made(tmp_path / "upload.csv", rows=3000)
    with server(table, tmp_path / "one") as one, worker(table, tmp_path / "worker"):
        job = one.submit(request(file, tmp_path / "session"))
        wait_until(lambda: job.remark or job.finished, said=lambda: job)
        assert "so the texts are encoded on this machine: " in job.remark
        assert "127.0.0.1:1" in job.remark
        assert finished(job) and job.state == JobState.DONE


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
    with worker_processes(tmp_path, ("a", "b")), server(table, tmp_path / "server") as client:
        files = [file, made(tmp_path / "short.csv", rows=60)]
        jobs = [client.submit(request(path, tmp_path / f"s{n}")) for n, path in enumerate(files)]
        embedding(jobs[0])
        kill_worker_of(table, jobs[0])
        for job in jobs:
            assert finished(job) and job.state == JobState.DONE
        rows = table.rows([job.token for job in jobs])
        assert Counter(row.attempts for row in rows.values()) == {2: 1, 1: 1}
        assert rows[jobs[0].token].attempts == 2
    for number, job in enumerate(jobs):
        alone = request(files[number], tmp_path / f"alone{number}")
        run_analyse(alone, lambda name: FakeEncoder(), StageLog(lambda *_: None))
        assert tables(job.target) == tables(alone.target)


@contextmanager
def worker_processes(folder, names):
    """Workers in processes of their own, by their numbers."""
    command = [sys.executable, "-m", "tests.support.shared_worker"]
    workers = {}
    for name in names:
        (folder / name).mkdir()
        started = subprocess.Popen([*command, str(folder / name)], cwd=ROOT)
        workers[started.pid] = started
    try:
        yield workers
    finally:
        for started in workers.values():
            started.kill()
            started.wait()


def kill_worker_of(table, job):
    with table._database.transaction() as connection:
        (name,) = connection.execute(
            "select worker from jobs where token = %s", (job.token,)
        ).fetchone()
    os.kill(int(name.split()[-2]), signal.SIGKILL)


@pytest.mark.slow
def test_kill_9_after_a_partial_result_and_another_worker_goes_on(
    table, file, tmp_path, monkeypatch
):
    monkeypatch.setenv("POLYGUEST_EARLY_SECONDS", "0.3")
    asked = replace(request(file, tmp_path / "s"), partial_base=tmp_path / "s" / "analysis1")
    with (
        worker_processes(tmp_path, ("a", "b")),
        server(table, tmp_path / "server") as client,
        server(table, tmp_path / "elsewhere") as other,
    ):
        job = client.submit(asked, rows=1200)
        wait_until(lambda: job.finished or job.partial_result is not None, said=lambda: job)
        first = load_analysis(job.partial_result.folder)
        kill_worker_of(table, job)
        assert not job.finished and len(first.texts) == job.partial_result.reviews < 1200
        seen = other.find(job.token)  # a page that is loaded again, on another server
        assert load_analysis(seen.partial_result.folder).texts[: len(first.texts)] == first.texts
        sizes = [job.partial_result.reviews]
        while not finished_now(job):
            sizes.append(job.partial_result.reviews)
            folder = job.partial_result.folder
        assert job.state == JobState.DONE, job
        assert sizes == sorted(sizes)  # never less than was shown before
        assert load_analysis(folder).texts[: len(first.texts)] == first.texts
        assert finished(seen)
        assert table.rows([job.token])[job.token].attempts == 2
    alone = replace(asked, target=tmp_path / "alone", partial_base=tmp_path / "alone")
    run_analyse(alone, lambda name: FakeEncoder(), StageLog(lambda *_: None))
    assert tables(job.target) == tables(seen.target) == tables(alone.target)


def finished_now(job) -> bool:
    time.sleep(0.02)
    return job.finished


def test_every_server_lists_the_jobs_of_all(table, file, tmp_path):
    with server(table, tmp_path / "one") as one, server(table, tmp_path / "two") as two:
        edit = one.submit(EditRequest(tmp_path / "analysis", {"do": "undo"}))
        jobs = [
            one.submit(request(file, tmp_path / name), rows=600, user=name, room="europe")
            for name in ("ada", "ben", "eve")
        ]
        one.pause(jobs[0])
        assert table.claim("somebody").token == jobs[1].token
        table.beat(jobs[1].token, "somebody", {"stage": "embed", "done": 300, "total": 600})
        wait_until(lambda: jobs[1].state == JobState.RUNNING)
        seen = two.in_order()
        shown = [(job.token, job.state, job.user, job.room, job.rows) for job in seen]
        order = [(jobs[1], "running"), (jobs[2], "waiting"), (jobs[0], "paused")]
        assert shown == [(job.token, state, job.user, "europe", 600) for job, state in order]
        assert seen[0].request.source.name == "upload.csv" and seen[0].stage == "embed"
        assert 0 < seen[0].fraction_done() < 1
        assert list((tmp_path / "two").iterdir()) == []  # no file was fetched for the list
        assert [job.token for job in one.in_order()] == [
            jobs[1].token, edit.token, jobs[2].token, jobs[0].token,
        ]  # fmt: skip
        assert set(map(id, jobs)) < set(map(id, one.in_order()))  # its own are those it follows


def test_a_database_that_is_away_leaves_a_servers_own_jobs(table, database, file, tmp_path):
    with server(table, tmp_path / "one") as one:
        job = one.submit(request(file, tmp_path))
        database.close()
        assert one.in_order() == [job]


def test_edits_stay_with_the_server(table, tmp_path):
    with server(table, tmp_path / "one") as one:
        job = one.submit(EditRequest(tmp_path / "analysis", {"do": "undo"}))
        assert one.find(job.token) is job and table.unfinished() == []
