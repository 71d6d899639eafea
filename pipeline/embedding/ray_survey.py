"""What a Ray cluster is made of: its machines, and whether each has the program and the model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

from pipeline.common.errors import InputError
from pipeline.embedding.encoder import Encoder
from pipeline.embedding.node_encoder import (
    NodeEncoder,
    check_model,
    describe_model,
    gives_same_digits,
)
from pipeline.embedding.ray_connection import connect, cores_of, loaded_model, working_nodes
from pipeline.embedding.registry import exact_model

if TYPE_CHECKING:
    from ray.actor import ActorHandle


@dataclass(frozen=True)
class Machine:
    """A machine of a cluster that has cores for work.

    Attributes:
        node: its id.
        name: its host name.
        cores: for work.
    """

    node: str
    name: str
    cores: int


@dataclass(frozen=True)
class ModelOfMachine:
    """How a machine's model compares with this machine's.

    Attributes:
        machine: whose it is.
        problem: why the machine can't be used; "" where it can.
        has_same_digits: whether its vectors are this machine's to the last digit.
    """

    machine: Machine
    problem: str
    has_same_digits: bool


class RaySurvey:
    """Questions to the cluster that Ray is connected to. None has a limit of time.

    Args:
        ray: the library.

    Attributes:
        version: of Ray.
        machines: that have cores for work.

    Raises:
        InputError: there are none.
    """

    def __init__(self, ray: ModuleType) -> None:
        self._ray = ray
        self.version = str(ray.__version__)
        self.machines = tuple(
            Machine(node["NodeID"], node["NodeManagerHostname"], cores_of(node))
            for node in working_nodes(ray.nodes())
        )

    def models(self, encoder: Encoder) -> Iterator[ModelOfMachine]:
        """Load the model once on every machine, whatever else that does, and compare.

        Args:
            encoder: the model on this machine.

        Yields:
            A machine's, as soon as it answers.
        """
        own, model = describe_model(encoder), exact_model(encoder.name, encoder.fingerprint)
        actors = [self._start_on(machine) for machine in self.machines]  # they end when dropped
        waiting = {
            actor.load.remote(model, 1): machine
            for actor, machine in zip(actors, self.machines, strict=True)
        }
        while waiting:
            (answer, *_more), _rest = self._ray.wait(list(waiting), num_returns=1)
            machine = waiting.pop(answer)
            try:
                found = loaded_model(self._ray, answer)
                check_model(found, own)
            except InputError as error:
                yield ModelOfMachine(machine, str(error), False)
            except self._ray.exceptions.RayError as error:
                reason = " ".join(str(error).split())[:300]
                yield ModelOfMachine(machine, f"No encoder starts there: {reason}", False)
            else:
                yield ModelOfMachine(machine, "", gives_same_digits(found, own))

    def _start_on(self, machine: Machine) -> ActorHandle:
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        there = NodeAffinitySchedulingStrategy(machine.node, soft=False)
        # Without cores of its own it need not wait for work that is under way.
        options = self._ray.remote(NodeEncoder).options(num_cpus=0, scheduling_strategy=there)
        return options.remote()


@contextmanager
def survey_of_ray(address: str) -> Iterator[RaySurvey]:
    """Connect to a cluster to ask it.

    Args:
        address: as :func:`pipeline.embedding.ray_cluster.encoder_on_ray` takes it.

    Raises:
        InputError: Ray is not installed, there is no such cluster, or it has no cores.
    """
    ray = connect(address)
    try:
        yield RaySurvey(ray)
    finally:
        ray.shutdown()
