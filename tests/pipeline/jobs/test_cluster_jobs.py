"""Jobs whose texts a Ray cluster encodes: nodes and drivers are killed; skips without Ray."""

import importlib.util
import logging

import numpy as np
import psutil
import pytest

from pipeline.analysis.analysis import Settings
from pipeline.analysis.storage import load_analysis
from pipeline.common.progress import StageLog
from pipeline.embedding import embed, optional_cluster, ray_cluster
from pipeline.embedding.registry import DEFAULT_MODEL
from pipeline.jobs.client import WorkerClient
from pipeline.jobs.requests import AnalyseRequest
from pipeline.jobs.tasks import run_analyse
from pipeline.reviews.source import ReviewSource
from tests.support.command import load_once
from tests.support.waiting import wait_until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("ray") is None,
        reason="Ray is an extra: pip install -r requirements-ray.txt",
    ),
]
MODEL = f"{DEFAULT_MODEL}:int8"  # loads fastest
SETTINGS = Settings(topic_count=3, space="raw", with_map=False, model=MODEL)
SMALL = {"_BLOCK_CHARACTERS": 1500, "_LEAST_CHARACTERS": 1500}
DRIVER = (  # a worker process whose blocks are small, so that a kill leaves some
    "from pipeline.embedding import embed, optional_cluster, ray_cluster\n"
    "embed.shipped_vectors = lambda _encoder: {}\n"
    f"vars(ray_cluster).update({SMALL})\n"
    "optional_cluster._WORTH_CHARACTERS = 0\n"
    "from pipeline.jobs.worker import main\nmain()"
)


@pytest.fixture
def cluster(monkeypatch):
    from ray.cluster_utils import Cluster

    monkeypatch.setenv("RAY_memory_monitor_refresh_ms", "0")  # the memory is others' as well
    nodes = Cluster()
    try:
        nodes.add_node(num_cpus=1, include_dashboard=False, object_store_memory=80_000_000)
        nodes.second = nodes.add_node(num_cpus=1, object_store_memory=80_000_000)
        monkeypatch.setenv("POLYGUEST_RAY", nodes.address)
        yield nodes
    finally:
        nodes.shutdown()


@pytest.fixture
def file(tmp_path, sample_reviews):
    texts = [text.replace('"', " ") for text in sample_reviews.texts[:160]]
    path = tmp_path / "reviews.csv"
    path.write_text("review\n" + "\n".join(f'"{text}"' for text in texts), "utf-8")
    return path


@pytest.fixture
def small_blocks(monkeypatch):
    for name, value in SMALL.items():
        monkeypatch.setattr(ray_cluster, name, value)
    monkeypatch.setattr(optional_cluster, "_WORTH_CHARACTERS", 0)
    monkeypatch.setattr(embed, "shipped_vectors", lambda _encoder: {})  # the sample's


def request_for(file, target):
    return AnalyseRequest(ReviewSource("reviews", file, 160), target, SETTINGS)


def analyse_here(file, folder, monkeypatch) -> np.ndarray:
    """The vectors of the analysis without a cluster and without what is cached."""
    with monkeypatch.context() as alone:
        alone.delenv("POLYGUEST_RAY", raising=False)
        alone.delenv("POLYGUEST_DATABASE", raising=False)
        alone.setenv("POLYGUEST_CACHE_MB", "0")
        run_analyse(request_for(file, folder), load_once, StageLog())
    return load_analysis(folder).vectors


def test_a_node_is_killed(cluster, file, small_blocks, cache, tmp_path, monkeypatch, caplog):
    killed, events = [], []

    def watch(stage, done, total):
        if stage == "embed" and done >= total / 4 and not killed:
            killed.append(done)
            cluster.remove_node(cluster.second, allow_graceful=False)

    with caplog.at_level(logging.WARNING):
        log = StageLog(watch, emit=events.append)
        run_analyse(request_for(file, tmp_path / "result"), load_once, log)
    assert killed and killed[0] < 160
    assert not [event for event in events if event["event"] == "notice"]
    together = load_analysis(tmp_path / "result").vectors
    assert together.tobytes() == analyse_here(file, tmp_path / "alone", monkeypatch).tobytes()


def test_the_whole_cluster_goes_away(cluster, file, small_blocks, cache, tmp_path, monkeypatch):
    """Its nodes' processes are killed; the head answers until then."""
    killed, events = [], []

    def watch(stage, done, total):
        if stage == "embed" and done >= total / 4 and not killed:
            killed.append(done)
            for actor in alive_actors():
                psutil.Process(actor["Pid"]).kill()
            cluster.remove_node(cluster.second, allow_graceful=False)
            monkeypatch.setattr(ray_cluster, "_MOST_DEATHS", 0)  # patience is not what is tested

    def alive_actors():
        import ray

        return [a for a in ray._private.state.actors().values() if a["State"] == "ALIVE"]

    run_analyse(
        request_for(file, tmp_path / "result"), load_once, StageLog(watch, emit=events.append)
    )
    (notice,) = [event for event in events if event["event"] == "notice"]
    assert "encoded on this machine" in notice["message"]
    assert "died" in notice["values"]["problem"]
    together = load_analysis(tmp_path / "result").vectors
    assert together.tobytes() == analyse_here(file, tmp_path / "alone", monkeypatch).tobytes()


def test_a_driver_is_killed_and_goes_on_with_what_is_missing(
    cluster, file, cache, database_address, tmp_path, monkeypatch
):
    """What is in the database is computed once: a trigger counts what is written for each text."""
    import sys

    import psycopg

    monkeypatch.setenv("POLYGUEST_DATABASE", database_address)
    monkeypatch.setenv("POLYGUEST_EARLY_SECONDS", "0")
    with psycopg.connect(database_address, autocommit=True) as database:
        database.execute("create table written (key bytea)")
        database.execute(
            "create function note() returns trigger language plpgsql as "
            "'begin insert into written values (new.key); return null; end'"
        )
        database.execute(
            "create trigger note after insert or update of data on text_vectors "
            "for each row execute function note()"
        )

        def written() -> int:
            return database.execute("select count(*) from written").fetchone()[0]

        client = WorkerClient([sys.executable, "-c", DRIVER], with_queries=False)
        try:
            job = client.submit(request_for(file, tmp_path / "result"))
            wait_until(lambda: written() or job.finished, said=lambda: job)
            psutil.Process(client.process_id).kill()
            before = written()
            wait_until(lambda: job.finished, said=lambda: job)
        finally:
            client.close()
        assert (job.state, job.attempts) == ("done", 2)
        distinct = database.execute("select count(distinct key) from written").fetchone()[0]
        assert 0 < before < distinct == written()
    together = load_analysis(tmp_path / "result").vectors
    assert together.tobytes() == analyse_here(file, tmp_path / "alone", monkeypatch).tobytes()
