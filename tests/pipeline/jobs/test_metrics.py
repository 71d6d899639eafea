"""Figures for Prometheus: what is measured, how it is told, and what is in the way."""

import socket
import sys
import urllib.request
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from pipeline.common import variables
from pipeline.common.measures import BUCKETS, EVICTED, JOB, SEARCH, STAGE, Measures
from pipeline.common.workspace import Workspace
from pipeline.jobs import job as jobs
from pipeline.jobs import metrics
from pipeline.jobs.job import Job, JobState
from pipeline.jobs.requests import EditRequest


@pytest.fixture
def measures(monkeypatch):
    """Empty ones, in place of this process' own."""
    empty = Measures()
    for module in (metrics, jobs):
        monkeypatch.setattr(module, "MEASURES", empty)
    monkeypatch.setattr(metrics, "started_client", lambda: None)
    return empty


@pytest.fixture
def clock(monkeypatch):
    """Seconds that the job's clock shows; a test moves them."""
    now = [100.0]
    monkeypatch.setattr(jobs.time, "monotonic", lambda: now[0])
    return now


def told():
    """(name, values of labels) -> value, as Prometheus reads it."""
    registry = CollectorRegistry()
    registry.register(metrics.ServerFigures())
    families = text_string_to_metric_families(generate_latest(registry).decode())
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


def test_copies_of_a_databases_analyses(measures, cache, monkeypatch):
    assert ("polyguest_copies_bytes",) not in told()
    monkeypatch.setenv("POLYGUEST_DATABASE", "postgresql://127.0.0.1:1/none")  # is not asked
    copy = Workspace.current().copies / ("a" * 16)
    copy.mkdir(parents=True)
    (copy / "reviews.csv").write_bytes(b"x" * 1234)
    measures.count(EVICTED, "copies")
    found = told()
    assert found["polyguest_copies_bytes",] == 1234
    assert found["polyguest_copies_evicted_total",] == 1


def test_stages_are_timed_from_when_a_job_runs(measures, clock):
    job = Job(1, EditRequest(Path("folder"), {}), 10)
    clock[0] += 50  # it waits
    job.update_progress("read", 0, 1)
    clock[0] += 2
    job.update_progress("model", 0, 1)
    clock[0] += 30.5
    job.end(JobState.DONE)
    seconds = {stage: kept.seconds for stage, kept in measures.durations(STAGE).items()}
    assert seconds == {"read": 2, "model": 30.5}
    assert measures.counts(JOB, [JobState.DONE, JobState.FAILED]) == {"done": 1, "failed": 0}


def test_a_job_that_never_ran_has_no_stage(measures, clock):
    job = Job(1, EditRequest(Path("folder"), {}), 10)
    clock[0] += 50
    job.end(JobState.STOPPED)
    assert measures.durations(STAGE) == {}
    assert told()["polyguest_jobs_ended_total", "stopped"] == 1


def test_histograms_are_cumulative(measures):
    for seconds in (0.01, 0.3, 0.3, 7, 10_000):
        measures.add_seconds(SEARCH, "analysis", seconds)
    figures = told()
    buckets = [
        figures["polyguest_search_seconds_bucket", str(edge), "analysis"] for edge in BUCKETS
    ]
    assert buckets == [1, 1, 1, 3, 3, 3, 3, 4, 4, 4, 4, 4]
    assert figures["polyguest_search_seconds_bucket", "+Inf", "analysis"] == 5
    assert figures["polyguest_search_seconds_count", "analysis"] == 5
    assert figures["polyguest_search_seconds_sum", "analysis"] == pytest.approx(10_007.61)


def test_a_search_that_fails_is_timed(measures):
    with pytest.raises(KeyError), measures.timed(SEARCH, "library"):
        raise KeyError
    assert sum(measures.durations(SEARCH)["library"].counts) == 1


def test_they_are_off_by_default(monkeypatch):
    monkeypatch.setitem(sys.modules, "prometheus_client", None)  # importing it would fail
    metrics.start_metrics()()


def test_they_end(measures, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    monkeypatch.setenv(variables.METRICS_PORT.name, str(port))
    end = metrics.start_metrics()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        assert b"polyguest_jobs" in answer.read()
    end()
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10)


@pytest.mark.parametrize("wrong", ["text", "port in use", "package"])
def test_what_is_in_the_way_is_logged(wrong, monkeypatch, caplog):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        monkeypatch.setenv(variables.METRICS_PORT.name, "none" if wrong == "text" else port)
        if wrong == "package":
            monkeypatch.setitem(sys.modules, "prometheus_client", None)
        metrics.start_metrics()()
    (record,) = caplog.records
    assert record.getMessage().startswith("no metrics: ")
