"""Encoding for a job on the cluster that the settings name, and here where that fails."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

import numpy as np

from pipeline.common.errors import InputError
from pipeline.common.settings import encodes_without_cluster, ray_address
from pipeline.embedding.encoder import BlockEncoder, Encoder
from pipeline.embedding.local_encoder import LocalEncoder
from pipeline.embedding.ray_cluster import RayEncoder, encoder_on_ray, split_into_blocks

log = logging.getLogger(__name__)

_WORTH_CHARACTERS = 100_000  # some seconds of this machine: what a connection takes
_BLOCK_CHARACTERS = 20_000  # computed here at once, which a kill -9 can lose

OnProblem = Callable[[InputError], None]


@contextmanager
def encoder_of_job(
    encoder: Encoder, texts: Sequence[str], *, on_problem: OnProblem
) -> Iterator[Encoder]:
    """The encoder of a job: with a cluster where one is set and the texts are worth it.

    Args:
        encoder: the model on this machine.
        texts: that are to be encoded, as far as they are not cached.
        on_problem: told once of a cluster that can't be used, when the work goes on here.

    Raises:
        InputError: the cluster can't be used, and the settings say that nothing goes on here.
    """
    address = ray_address()
    if not address or sum(map(len, texts)) < _WORTH_CHARACTERS:
        yield encoder
        return
    with ExitStack() as connected:
        try:
            cluster = connected.enter_context(encoder_on_ray(address, encoder))
        except InputError as error:
            _give_up(error, on_problem)
            yield encoder
            return
        yield OptionalCluster(cluster, encoder, on_problem)


class OptionalCluster(LocalEncoder):
    """An :class:`Encoder` and :class:`BlockEncoder` that goes on here when its cluster fails.

    Args:
        cluster: that computes many texts.
        encoder: the model on this machine.
        on_problem: told once of a cluster that has failed.
    """

    def __init__(self, cluster: RayEncoder, encoder: Encoder, on_problem: OnProblem) -> None:
        super().__init__(encoder)
        self._cluster: BlockEncoder | None = cluster
        self._on_problem = on_problem

    @property
    def characters_at_once(self) -> int:
        """As many as keep every machine busy for some seconds."""
        return self._cluster.characters_at_once if self._cluster else 0

    def encode_blocks(self, texts: Sequence[str]) -> Iterator[tuple[slice, np.ndarray]]:
        """Rows and vectors of each block; those that a cluster has not sent are computed here.

        Raises:
            InputError: the cluster has failed, and the settings say that nothing goes on here.
        """
        missing = np.ones(len(texts), bool)
        if self._cluster is not None:
            try:
                for block, vectors in self._cluster.encode_blocks(texts):
                    missing[block] = False
                    yield block, vectors
            except InputError as error:
                self._cluster = None
                _give_up(error, self._on_problem)
        edges = np.flatnonzero(np.diff(missing, prepend=False, append=False))
        for start, end in edges.reshape(-1, 2).tolist():
            for part in split_into_blocks(texts[start:end], _BLOCK_CHARACTERS):
                block = slice(start + part.start, start + part.stop)
                yield block, self._local.encode_documents(texts[block])


def _give_up(error: InputError, on_problem: OnProblem) -> None:
    """Go on without the cluster, or not at all."""
    if not encodes_without_cluster():
        raise error
    log.warning("texts are encoded on this machine: %s", error)
    on_problem(error)
