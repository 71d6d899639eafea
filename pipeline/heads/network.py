"""A network with one hidden layer, in numpy: what a trained head is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from pipeline.common.arrays import unit_rows

_INPUT_SCALE = 4.0  # rows of length 1 have small components: the first layer would learn slowly
_BLOCK = 20_000  # rows at once: bounds the memory of the hidden layer


@dataclass(frozen=True)
class Network:
    """y = W2 relu(W1 x + b1) + b2.

    Attributes:
        first_weight: float32 (h, d).
        first_bias: float32 (h,).
        last_weight: float32 (k, h).
        last_bias: float32 (k,).
    """

    first_weight: np.ndarray
    first_bias: np.ndarray
    last_weight: np.ndarray
    last_bias: np.ndarray

    def __call__(self, inputs: np.ndarray) -> np.ndarray:
        """Outputs float32 (n, k) of inputs (n, d)."""
        outputs = np.empty((len(inputs), len(self.last_bias)), np.float32)
        for start in range(0, len(inputs), _BLOCK):
            part = slice(start, start + _BLOCK)
            hidden = np.maximum(inputs[part] @ self.first_weight.T + self.first_bias, 0)
            outputs[part] = hidden @ self.last_weight.T + self.last_bias
        return outputs

    @classmethod
    def mean(cls, networks: Sequence[Network]) -> Self:
        """One network whose outputs are the mean of several ones' outputs."""
        return cls(
            np.concatenate([each.first_weight for each in networks]),
            np.concatenate([each.first_bias for each in networks]),
            np.concatenate([each.last_weight for each in networks], axis=1) / len(networks),
            np.mean([each.last_bias for each in networks], axis=0),
        )

    def scaled(self, factor: float) -> Self:
        """A network with outputs ``factor`` times as large."""
        last = np.float32(factor) * self.last_weight, np.float32(factor) * self.last_bias
        return type(self)(self.first_weight, self.first_bias, *last)

    def to_arrays(self, prefix: str) -> dict[str, np.ndarray]:
        """Arrays to store, see :meth:`from_arrays`."""
        return {f"{prefix}_{name}": array for name, array in vars(self).items()}

    @classmethod
    def from_arrays(cls, prefix: str, arrays: Mapping[str, np.ndarray]) -> Self:
        """Restore a network from stored arrays."""
        names = cls.__dataclass_fields__
        return cls(**{name: np.asarray(arrays[f"{prefix}_{name}"], np.float32) for name in names})


def scale_input(vectors: np.ndarray, removed: np.ndarray) -> np.ndarray:
    """Input of a network: raw vectors (n, d) without the directions (r, d) of language."""
    return (unit_rows(vectors - (vectors @ removed.T) @ removed) * _INPUT_SCALE).astype(np.float32)
