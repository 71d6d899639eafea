"""Weights of the bundled model in float32 that all processes share.

Read as usual they take 470 MB in each process, 384 of them for the table of words. Here the
matrices are mapped from the model's folder, and rows of the table are computed from the 4 bits in
which the package has them, to the same values.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import torch

from pipeline.embedding.weights_file import WORDS, WeightsFile, dequantise

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_WEIGHTS = "model.safetensors"


class MappedEmbedding(torch.nn.Module):
    """A table of embeddings that stays in its file: token ids int64 (...) -> float32 (..., d)."""

    def __init__(self, weights: WeightsFile) -> None:
        super().__init__()
        self._blocks = weights.blocks(WORDS)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """The rows of tokens."""
        rows = dequantise(self._blocks[ids.reshape(-1).numpy()])
        return torch.from_numpy(rows).reshape(*ids.shape, -1)


def share_weights(model: SentenceTransformer, folder: Path, weights: WeightsFile) -> None:
    """Replace the weights of the bundled model, on the CPU, by those of its files.

    Args:
        model: as loaded from its folder.
        folder: of the model.
        weights: that the folder was built from.
    """
    from safetensors.torch import load_file

    transformer = cast("torch.nn.Module", model[0].auto_model)
    # Not strict: the pooler, which e5 never uses, has no weights in the file.
    transformer.load_state_dict(load_file(folder / _WEIGHTS), strict=False, assign=True)
    transformer.get_submodule("embeddings").word_embeddings = MappedEmbedding(weights)
