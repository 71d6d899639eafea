"""The bundled model in float32, by PyTorch alone: neither transformers nor its weights in memory.

The operations are those of transformers' ``BertModel`` and sentence-transformers' pooling, in their
order, so that the vectors are the same to the bit; packed as in :mod:`pipeline.embedding.packing`.
All processes share the weights: the matrices are mapped from a file that is built once, in the
user's cache folder, and rows of the table of words are computed from the 4 bits in which the
package has them, to the same values.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from pipeline.common.built_file import built_file
from pipeline.common.paths import cache_folder
from pipeline.embedding.bundled_encoder import BundledEncoder
from pipeline.embedding.bundled_model import FINGERPRINT, find_weights, open_weights
from pipeline.embedding.packing import MIN_TOKENS, PACK_TOKENS
from pipeline.embedding.weights_file import POSITIONS, TYPES, WORDS, WeightsFile, dequantise

_PROBES = (1, 12, 2, 7)  # lengths of texts


class BertInFloat32:
    """Token ids of texts -> vectors; thread-safe.

    Args:
        weights: of the model.
        matrices: file of all tensors but the table of words.
    """

    def __init__(self, weights: WeightsFile, matrices: Path) -> None:
        from safetensors.torch import load_file

        self._shape = weights.shape
        self._words = weights.blocks(WORDS)
        self._tensors = load_file(matrices)  # mapped

    def __call__(self, texts: Sequence[Sequence[int]]) -> np.ndarray:
        """Vectors of k texts: float32 (k, d), rows of length 1."""
        with torch.inference_mode():
            means = [x.sum(dim=0, keepdim=True) / len(x) for x in self._token_vectors(texts)]
            unit = functional.normalize(torch.cat(means), dim=1)
            return functional.normalize(unit, dim=1).numpy()  # twice, as the library does

    def token_vectors(self, text: Sequence[int]) -> np.ndarray:
        """Vectors of the t tokens of a text: float32 (t, d)."""
        (found,) = self._token_vectors([text])
        return found.numpy()

    def _token_vectors(self, texts: Sequence[Sequence[int]]) -> list[torch.Tensor]:
        """Vectors of the tokens of k texts, float32 (t, d) each."""
        rows = [list(ids) for ids in texts]
        if (total := sum(map(len, rows))) < MIN_TOKENS:
            rows.append((rows[0] * MIN_TOKENS)[: MIN_TOKENS - total])
        ends = np.cumsum([len(row) for row in rows]).tolist()
        parts = [slice(start, end) for start, end in zip([0, *ends], ends, strict=False)]
        with torch.inference_mode():
            x = self._embeddings(rows)
            for layer in range(self._shape.layers):
                x = self._layer(x, f"encoder.layer.{layer}", parts)
            return [x[0, part] for part in parts[: len(texts)]]

    def _embeddings(self, rows: list[list[int]]) -> torch.Tensor:
        ids = np.concatenate([np.array(row, np.int64) for row in rows])
        positions = torch.cat([torch.arange(len(row)) for row in rows])
        words = torch.from_numpy(dequantise(self._words[ids]))[None]
        x = words + self._tensors[TYPES][0]
        return self._normalise(x + self._tensors[POSITIONS][positions], "embeddings.LayerNorm")

    def _layer(self, x: torch.Tensor, name: str, parts: list[slice]) -> torch.Tensor:
        attention = f"{name}.attention"
        query, key, value = (
            self._linear(x, f"{attention}.self.{part}")
            .view(1, x.shape[1], self._shape.heads, -1)
            .transpose(1, 2)
            for part in ("query", "key", "value")
        )
        attended = query.new_empty((1, query.shape[2], query.shape[1], query.shape[3]))
        scale = query.shape[3] ** -0.5
        for part in parts:
            own = functional.scaled_dot_product_attention(
                query[:, :, part], key[:, :, part], value[:, :, part], scale=scale
            )
            attended[:, part] = own.transpose(1, 2)
        attended = attended.reshape(1, x.shape[1], -1)
        added = self._linear(attended, f"{attention}.output.dense") + x
        x = self._normalise(added, f"{attention}.output.LayerNorm")
        inner = functional.gelu(self._linear(x, f"{name}.intermediate.dense"))
        return self._normalise(
            self._linear(inner, f"{name}.output.dense") + x, f"{name}.output.LayerNorm"
        )

    def _linear(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return functional.linear(x, self._tensors[f"{name}.weight"], self._tensors[f"{name}.bias"])

    def _normalise(self, x: torch.Tensor, name: str) -> torch.Tensor:
        scale, shift = self._tensors[f"{name}.weight"], self._tensors[f"{name}.bias"]
        return functional.layer_norm(x, (x.shape[-1],), scale, shift, self._shape.epsilon)


def load_in_float32(name: str, *, threads: int | None = None) -> BundledEncoder:
    """The bundled model in float32, on the CPU.

    Args:
        name: as given by the user.
        threads: calls that run at once; the number of cores when None.

    Raises:
        InputError: the weights can't be found or are not the expected file.
    """
    torch.set_num_threads(1)  # the encoder runs a call per thread
    weights = open_weights(find_weights())
    bert = BertInFloat32(weights, matrices_file(weights))
    return BundledEncoder(
        name,
        weights,
        bert,
        fingerprint=FINGERPRINT,
        pack_tokens=PACK_TOKENS if _can_be_packed(bert) else 1,
        threads=threads,
    )


def matrices_file(weights: WeightsFile, folder: Path | None = None) -> Path:
    """All tensors but the table of words, in float32; built in a second if missing or damaged.

    Args:
        weights: of the model.
        folder: of the file; the user's cache folder when left out.
    """
    path = (folder or cache_folder("models")) / f"{FINGERPRINT}-float32.safetensors"
    return built_file(path, lambda: _build(weights))


def _build(weights: WeightsFile) -> bytes:
    from safetensors.numpy import save

    return save({name: weights.tensor(name) for name in weights.names if name != WORDS})


def _can_be_packed(bert: BertInFloat32) -> bool:
    """Whether texts have the same vectors beside others, on this processor."""
    texts = [[0, *range(1000, 1000 + count), 2] for count in _PROBES]
    return np.array_equal(bert(texts), np.vstack([bert([ids]) for ids in texts]))
