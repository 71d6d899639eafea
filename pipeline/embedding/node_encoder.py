"""A model on a machine of a cluster: loaded once, asked for blocks of texts.

It knows no library of clusters: :mod:`pipeline.embedding.ray_cluster` makes an actor of the class.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.common.errors import InputError
from pipeline.common.version import VERSION
from pipeline.embedding.encoder import Encoder

# Long and short, in several scripts: another order of additions shows in one of them.
_PROBES = (
    "The lift was out of order for three days and nobody at the desk seemed to care. " * 4,
    "夜に音楽がうるさくて眠れませんでした。",
    "Zimmer sauber, Frühstück gut",
    "مكان ممتاز",
)


@dataclass(frozen=True)
class NodeModel:
    """What a machine says of its model.

    Attributes:
        machine: its name.
        version: of the program there.
        fingerprint: of the model.
        probes: vectors of a few texts, float16 as bytes.
        problem: why there is no model; "" where there is one.
    """

    machine: str
    version: str = VERSION
    fingerprint: str = ""
    probes: bytes = b""
    problem: str = ""


class NodeEncoder:
    """The model on a machine. Nothing is loaded before :meth:`load` is called."""

    def __init__(self) -> None:
        self._encoder: Encoder | None = None

    def load(self, model: str, threads: int) -> NodeModel:
        """Load a model, and say which it is.

        Args:
            model: as :func:`pipeline.embedding.registry.load_encoder` takes it.
            threads: calls of the model that run at once.
        """
        from pipeline.embedding.registry import load_encoder

        machine = socket.gethostname()
        try:
            self._encoder = load_encoder(model, threads=threads)
        except InputError as error:
            return NodeModel(machine, problem=str(error))
        return describe_model(self._encoder)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of texts to be searched: float16 (n, d), as they are cached."""
        assert self._encoder is not None  # noqa: S101  it is asked after it has loaded
        return self._encoder.encode_documents(texts).astype(np.float16)


def describe_model(encoder: Encoder) -> NodeModel:
    """What this machine says of a model that it has loaded."""
    probes = encoder.encode_documents(_PROBES).astype(np.float16).tobytes()
    return NodeModel(socket.gethostname(), fingerprint=encoder.fingerprint, probes=probes)


def check_model(found: NodeModel, own: NodeModel) -> None:
    """Compare a machine's model with this machine's.

    Raises:
        InputError: it is another one, or there is none.
    """
    if found.problem:
        raise cluster_error(f"The machine {found.machine} can't load the model: {found.problem}")
    if found.version != own.version:
        raise cluster_error(
            f"The machine {found.machine} has Polyguest {found.version}, this one {own.version}: "
            "install the same on all"
        )
    if found.fingerprint != own.fingerprint:
        raise cluster_error(
            f"The machine {found.machine} has another model ({found.fingerprint}) than this one "
            f"({own.fingerprint})"
        )


def gives_same_digits(found: NodeModel, own: NodeModel) -> bool:
    """Whether a machine's vectors are this machine's to the last digit."""
    return found.probes == own.probes


def cluster_error(message: str) -> InputError:
    """An error in English, as all that commands say; pages quote it in a sentence."""
    return InputError(message)
