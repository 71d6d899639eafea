"""Checks of the Ray cluster that encodes the texts of jobs, where the settings name one."""

from __future__ import annotations

import queue
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

from pipeline.common import settings, variables
from pipeline.common.version import VERSION
from pipeline.diagnosis.check import Finding, failed, ok, warning

_ANSWER_SECONDS = 20.0  # in which a cluster says of which machines it consists
_MODEL_SECONDS = 120.0  # in which they must have loaded the model
_LEAVE_OUT = f"or leave {variables.RAY.name} out"
_SURVEY = (sys.executable, "-m", "pipeline.diagnosis.cluster_survey")

_Answers = queue.Queue[dict[str, Any] | None]


def check_cluster() -> Iterator[Finding]:
    """Whether the cluster answers, what it has, and whether its machines fit this one."""
    address = settings.ray_address()
    if not address:
        return
    if find_spec("ray") is None:
        advice = "'pip install \"polyguest[ray]\"' or 'pip install -r requirements-ray.txt'"
        found = f"the package ray is missing, which {variables.RAY.name} needs"
        yield _unusable("cluster", found, f"{advice}, on every machine of it, {_LEAVE_OUT}")
        return
    from pipeline.jobs.process import WorkerProcess

    answers: _Answers = queue.Queue()
    survey = WorkerProcess("cluster", answers.put, lambda: answers.put(None), (*_SURVEY, address))
    try:
        yield from _findings(address, answers)
    finally:
        survey.close()


def _findings(address: str, answers: _Answers) -> Iterator[Finding]:
    first = _next(answers, time.monotonic() + _ANSWER_SECONDS)
    if first is None:
        found = f"{address} doesn't say within {_ANSWER_SECONDS:.0f} s which machines it has"
        advice = f"'ray status' on one of them says more; start it again, {_LEAVE_OUT}"
        yield _unusable("cluster", found, advice)
        return
    if first["event"] == "refused":
        yield _unusable("cluster", first["message"], f"do what the message says, {_LEAVE_OUT}")
        return
    machines = {each["node"]: each for each in first["machines"]}
    cores = sum(each["cores"] for each in machines.values())
    found = f"Ray {first['ray']} at {address}, machines with cores: {len(machines)}, cores: {cores}"
    yield ok("cluster", found)
    yield from _findings_of_models(machines, answers)


def _findings_of_models(
    machines: dict[str, dict[str, Any]], answers: _Answers
) -> Iterator[Finding]:
    subject, until, fitting = "cluster's models", time.monotonic() + _MODEL_SECONDS, 0
    waited_for = dict(machines)
    while (answer := _next(answers, until)) and answer["event"] == "model":
        name = waited_for.pop(answer["machine"])["name"]
        if answer["problem"]:
            advice = f"install {VERSION} with its model there, or take {name} out of the cluster"
            yield _unusable(subject, f"{name}: {answer['problem']}", advice)
            continue
        fitting += 1
        if not answer["has_same_digits"]:
            found = f"{name} has another kind of processor: last digits of its vectors differ"
            yield warning(subject, found, "take machines of one kind for the same bytes each time")
    if answer and answer["event"] == "refused":
        yield _unusable(subject, f"this machine: {answer['message']}", "see 'model' and 'worker'")
    elif waited_for:
        names = ", ".join(each["name"] for each in waited_for.values())
        found = f"not loaded within {_MODEL_SECONDS:.0f} s on {names}"
        yield _unusable(subject, found, "'ray status' and 'ray logs' say what keeps them busy")
    if fitting:
        yield ok(
            subject, f"Polyguest {VERSION} and this machine's model on {fitting} of {len(machines)}"
        )


def _unusable(subject: str, found: str, advice: str) -> Finding:
    """That jobs can't use the cluster: nothing is lost where they may go on here."""
    if settings.encodes_without_cluster():
        return warning(subject, found, f"{advice}; jobs encode on this machine until then")
    until = f"jobs are refused until then, as {variables.RAY_FALLBACK.name} says"
    return failed(subject, found, f"{advice}; {until}")


def _next(answers: _Answers, until: float) -> dict[str, Any] | None:
    """The next answer; None where the process has died or the time is up."""
    try:
        return answers.get(timeout=max(until - time.monotonic(), 0))
    except queue.Empty:
        return None
