"""Encoding on the machines of a Ray cluster (Moritz et al. 2018, arXiv 1712.05889).

The texts go out in blocks, a few seconds of work each, to actors that have the model loaded. A
block's vectors are cached on this machine as soon as they are back, so that what is interrupted
goes on with what is missing. Plain actors, not Ray Data: docs/scale.md says why.
"""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.embedding.encoder import Encoder
from pipeline.embedding.endpoint import SCHEME
from pipeline.embedding.local_encoder import LocalEncoder
from pipeline.embedding.node_encoder import (
    NodeEncoder,
    check_model,
    cluster_error,
    describe_model,
    gives_same_digits,
)
from pipeline.embedding.ray_connection import connect, cores_of, loaded_model, working_nodes
from pipeline.embedding.registry import exact_model

if TYPE_CHECKING:
    from ray import ObjectRef
    from ray.actor import ActorHandle

log = logging.getLogger(__name__)

_BLOCK_CHARACTERS = 100_000  # most; some ten seconds of a core, which a kill -9 can lose
_LEAST_CHARACTERS = 10_000  # of a block; files with fewer are computed on this machine
_BLOCKS_EACH = 4  # at least, where a file is large enough, so that actors end at the same time
_BLOCK_TEXTS = 4096
_CORES_PER_ACTOR = 4  # with more, they would wait for the thread that cuts texts into tokens
_BLOCKS_PER_ACTOR = 2  # one is computed while the next is on its way
_START_SECONDS = 180.0  # until some actor has its model
_MOST_DEATHS = 3  # of actors, for each that was asked for


@contextmanager
def encoder_on_ray(address: str, encoder: Encoder) -> Iterator[RayEncoder]:
    """An encoder that computes many texts on the machines of a cluster, and few on this one.

    Args:
        address: of the cluster's head, "10.0.0.5:6379"; "auto" for the cluster that this machine
            belongs to.
        encoder: the model on this machine, by which those of the others are checked.

    Raises:
        InputError: Ray is not installed, or there is no such cluster.
    """
    if encoder.name.startswith(SCHEME):
        raise cluster_error(
            f"A Ray cluster is for models that run on its machines, not for '{encoder.name}'"
        )
    ray = connect(address)
    cluster = RayEncoder(ray, encoder)
    try:
        yield cluster
    finally:
        cluster.close()
        ray.shutdown()


class RayEncoder(LocalEncoder):
    """An :class:`Encoder` and :class:`BlockEncoder` on the cluster that Ray is connected to.

    Args:
        ray: the library.
        encoder: the model on this machine.
    """

    def __init__(self, ray: ModuleType, encoder: Encoder) -> None:
        super().__init__(encoder)
        self._ray = ray
        self._own = describe_model(encoder)
        self._cores, self._wanted = _plan_actors(ray.nodes())
        self._actors: set[ActorHandle] = set()
        self._loading: dict[ObjectRef, ActorHandle] = {}  # the answer that is waited for -> actor
        self._ready: list[ActorHandle] = []
        self._deaths = 0
        exceptions = (
            ray.exceptions
        )  # what is said of an actor that is no more, killed for memory too
        self._lost = (
            *(exceptions.RayActorError, exceptions.OutOfMemoryError),
            *(exceptions.WorkerCrashedError, exceptions.NodeDiedError),
        )

    @property
    def characters_at_once(self) -> int:
        """As many as keep every actor busy for some seconds."""
        return _BLOCKS_EACH * self._wanted * _LEAST_CHARACTERS

    @property
    def encoders_ready(self) -> int:
        """How many encoders have their model and can work."""
        return len(self._ready)

    def encode_blocks(self, texts: Sequence[str]) -> Iterator[tuple[slice, np.ndarray]]:
        """Rows and vectors of each block of texts, in the order in which they are ready.

        An actor that dies is replaced, and its blocks go to others.

        Raises:
            InputError: no machine has a free core, or the model; actors die again and again; or
                the cluster is out of reach.
        """
        try:
            yield from self._encode_blocks(texts)
        except self._ray.exceptions.RayError as error:
            reason = " ".join(str(error).split())[:300]
            raise cluster_error(f"The Ray cluster is out of reach: {reason}") from error

    def _encode_blocks(self, texts: Sequence[str]) -> Iterator[tuple[slice, np.ndarray]]:
        total = sum(map(len, texts))
        share = total // (_BLOCKS_EACH * self._wanted)
        size = min(max(share, _LEAST_CHARACTERS), _BLOCK_CHARACTERS)
        blocks = deque(split_into_blocks(texts, size))
        if total < _LEAST_CHARACTERS:
            for block in blocks:
                yield block, self._local.encode_documents(texts[block])
            return
        while len(self._actors) < min(self._wanted, len(blocks)):
            self._start_actor()
        running: dict[ObjectRef, tuple[ActorHandle, slice]] = {}
        while blocks or running:
            self._hand_out(texts, blocks, running)
            for answer in self._next_answers(running):
                if answer in self._loading:
                    self._take_in(answer)
                    continue
                actor, block = running.pop(answer)
                try:
                    vectors = self._ray.get(answer)
                except self._lost as error:
                    blocks.appendleft(block)
                    self._replace(actor, error)
                    continue
                yield block, vectors.astype(np.float32)

    def close(self) -> None:
        """End the actors."""
        for actor in self._actors:
            with suppress(self._ray.exceptions.RayError):  # of a cluster that is no more
                self._ray.kill(actor)
        self._actors.clear()
        self._ready.clear()
        self._loading.clear()

    def _hand_out(
        self,
        texts: Sequence[str],
        blocks: deque[slice],
        running: dict[ObjectRef, tuple[ActorHandle, slice]],
    ) -> None:
        """Give the actors that have their model blocks to compute, the idle ones first."""
        for most in range(1, _BLOCKS_PER_ACTOR + 1):
            busy = Counter(actor for actor, _block in running.values())
            for actor in self._ready:
                if blocks and busy[actor] < most:
                    block = blocks.popleft()
                    running[actor.encode.remote(list(texts[block]))] = actor, block

    def _next_answers(self, running: dict[ObjectRef, tuple[ActorHandle, slice]]) -> list[ObjectRef]:
        """Answers that are there, of blocks and of actors that load their model; at least one."""
        waited_for = [*running, *self._loading]
        # Without a block under way nothing goes on before an actor has its model.
        patience = None if running else _START_SECONDS
        answers: list[ObjectRef] = self._ray.wait(waited_for, num_returns=1, timeout=patience)[0]
        if not answers:
            raise cluster_error(
                f"No machine of the Ray cluster had {self._cores} free cores within "
                f"{_START_SECONDS:.0f} seconds: 'ray status' says what keeps them busy"
            )
        return answers

    def _start_actor(self) -> None:
        node_encoder = self._ray.remote(NodeEncoder)
        actor = node_encoder.options(num_cpus=self._cores, scheduling_strategy="SPREAD").remote()
        self._actors.add(actor)
        model = exact_model(self.name, self.fingerprint)
        self._loading[actor.load.remote(model, self._cores)] = actor

    def _take_in(self, answer: ObjectRef) -> None:
        """Let an actor that has its model work, if it is the same model.

        Raises:
            InputError: it is another one, or there is none.
        """
        actor = self._loading.pop(answer)
        try:
            found = loaded_model(self._ray, answer)
        except self._lost as error:
            self._replace(actor, error)
            return
        check_model(found, self._own)
        if not gives_same_digits(found, self._own):
            log.warning(
                "%s has another kind of processor: last digits of its vectors are not this "
                "machine's",
                found.machine,
            )
        self._ready.append(actor)

    def _replace(self, actor: ActorHandle, error: Exception) -> None:
        """Start another actor for one that died."""
        if actor not in self._actors:  # several of its blocks were under way
            return
        self._actors.discard(actor)
        if actor in self._ready:
            self._ready.remove(actor)
        self._deaths += 1
        log.warning("an encoder of the Ray cluster died; its texts go to another: %s", error)
        if self._deaths > _MOST_DEATHS * self._wanted:
            raise cluster_error(
                f"Encoders of the Ray cluster died {self._deaths} times: their machines may have "
                "too little memory ('ray logs' says more); what was computed is kept"
            ) from error
        self._start_actor()


def split_into_blocks(texts: Sequence[str], size: int) -> list[slice]:
    """Split texts into blocks of neighbours of at most ``size`` characters, or of one text."""
    blocks, start, total = [], 0, 0
    for row, text in enumerate(texts):
        full = total + len(text) > size or row - start == _BLOCK_TEXTS
        if row > start and full:
            blocks.append(slice(start, row))
            start, total = row, 0
        total += len(text)
    return [*blocks, slice(start, len(texts))] if len(texts) else []


def _plan_actors(nodes: Sequence[dict[str, Any]]) -> tuple[int, int]:
    """Cores of an actor, and how many actors there are to be, of all live nodes.

    Raises:
        InputError: no node has a core for work.
    """
    cores = [cores_of(node) for node in working_nodes(nodes)]
    each = min(_CORES_PER_ACTOR, *cores)
    return each, sum(count // each for count in cores)
