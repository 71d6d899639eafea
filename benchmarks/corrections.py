"""Measures what 8 bits add to the biases: ``python -m benchmarks.corrections`` writes it.

Rounding is not even: on average a product in 8 bits is a little off, alike for all texts, and the
vectors of all languages were shifted alike. So the mean error of each product is measured on the
project's own parallel texts in all languages, and taken off its bias (Nagel et al. 2019, arXiv
1906.04721): product by product, so that each sees what the corrected ones before it give.

A product whose sum with the residual is normalised is corrected so that the mean of what is
normalised is right, each token weighted by the inverse of its standard deviation, by which it is
divided: a few tokens are hundreds of times as large as the others, and their errors as well. With
plain means the corrected model was worse than the uncorrected (docs/method.md, "Eight bits").
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnxruntime
import torch
from torch.nn import functional

from benchmarks.options import read_flags
from pipeline.common.files import load_arrays, save_arrays
from pipeline.embedding.bundled_model import FINGERPRINT, PROMPTS, find_weights, open_weights
from pipeline.embedding.int8 import CORRECTIONS, SMOOTHING
from pipeline.embedding.onnx_graph import (
    PRODUCTS,
    layer_biases,
    product_alone,
    product_names,
    signed_products_overflow,
)
from pipeline.embedding.parallel_corpus import NAME
from pipeline.embedding.reference import load_lines
from pipeline.embedding.tokeniser import UnigramTokeniser
from pipeline.embedding.weights_file import POSITIONS, TYPES, WORDS, WeightsFile, dequantise

_TOGETHER = (1, 2, 4, 8, 1, 2, 4, 8)  # neighbouring lines of a text: short and long ones


class Corrector:
    """The model on all tokens of some texts, layer by layer, in float32 and in 8 bits.

    Args:
        weights: of the model.
        smoothing: factors of channels, as for the graph.
        texts: token ids of k texts.
    """

    def __init__(
        self,
        weights: WeightsFile,
        smoothing: dict[str, np.ndarray],
        texts: Sequence[Sequence[int]],
    ) -> None:
        self._weights, self._smoothing = weights, smoothing
        self._signed = not signed_products_overflow()
        self._texts = sorted(texts, key=len)  # texts of a length stand together
        self.corrections: dict[str, list[np.ndarray]] = {key: [] for key in PRODUCTS}

    def run(self) -> tuple[np.ndarray, np.ndarray]:
        """Correct all layers; vectors of the texts in float32 and corrected, (k, d) each."""
        exact = self._normalise(self._embeddings(), "embeddings.LayerNorm")
        rounded = exact
        for layer in range(self._weights.shape.layers):
            exact, rounded = self._layer(f"encoder.layer.{layer}", layer, exact, rounded)
        return self._means(exact), self._means(rounded)

    def _layer(
        self, name: str, layer: int, exact: torch.Tensor, rounded: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        factors = {key: rows[layer].astype(np.float32) for key, rows in self._smoothing.items()}
        biases = layer_biases(self._weights, name)

        def step(
            key: str, x: torch.Tensor, y: torch.Tensor, *residuals: torch.Tensor
        ) -> tuple[torch.Tensor, torch.Tensor]:
            names = product_names(name)[key]
            matrix = np.concatenate([self._weights.tensor(f"{each}.weight") for each in names])
            graph = product_alone(self._weights, name, key, factors, signed=self._signed)
            bias = torch.from_numpy(biases[key])
            right = x @ torch.from_numpy(matrix).T + bias
            found = _computed(graph, y) + bias
            if residuals:
                right, found = right + residuals[0], found + residuals[1]
                shares = 1 / right.std(dim=1, keepdim=True)
                correction = ((right - found) * shares).sum(dim=0) / shares.sum()
            else:
                correction = (right - found).mean(dim=0)
            half = correction.half()
            self.corrections[key].append(half.numpy())
            return right, found + half

        pairs = step("attention", exact, rounded)
        pairs = step("attention_output", *map(self._attend, pairs), exact, rounded)
        x, y = (self._normalise(each, f"{name}.attention.output.LayerNorm") for each in pairs)
        pairs = step("feed_forward", x, y)
        pairs = step("output", *map(functional.gelu, pairs), x, y)
        x, y = (self._normalise(each, f"{name}.output.LayerNorm") for each in pairs)
        return x, y

    def _attend(self, projections: torch.Tensor) -> torch.Tensor:
        """Attention within each text: (tokens, 3 d) -> (tokens, d)."""
        heads, start, found = self._weights.shape.heads, 0, []
        lengths, counts = np.unique([len(ids) for ids in self._texts], return_counts=True)
        for length, count in zip(lengths.tolist(), counts.tolist(), strict=True):
            part = projections[start : (start := start + length * count)]
            query, key, value = (
                each.reshape(count, length, heads, -1).transpose(1, 2) for each in part.chunk(3, 1)
            )
            attended = functional.scaled_dot_product_attention(query, key, value)
            found.append(attended.transpose(1, 2).reshape(length * count, -1))
        return torch.cat(found)

    def _embeddings(self) -> torch.Tensor:
        ids = np.concatenate([np.array(text) for text in self._texts])
        positions = np.concatenate([np.arange(len(text)) for text in self._texts])
        table = self._weights.tensor(POSITIONS) + self._weights.tensor(TYPES)[0]
        words = dequantise(self._weights.blocks(WORDS)[ids])
        return torch.from_numpy(words + table[positions])

    def _normalise(self, x: torch.Tensor, name: str) -> torch.Tensor:
        scale, shift = (
            torch.from_numpy(self._weights.tensor(f"{name}.{kind}")) for kind in ("weight", "bias")
        )
        return functional.layer_norm(x, (x.shape[-1],), scale, shift, self._weights.shape.epsilon)

    def _means(self, tokens: torch.Tensor) -> np.ndarray:
        rows = torch.split(tokens, [len(text) for text in self._texts])
        return functional.normalize(torch.stack([row.mean(dim=0) for row in rows])).numpy()


def _computed(graph: bytes, x: torch.Tensor) -> torch.Tensor:
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"x": x.numpy()})
    return torch.from_numpy(found)


def some_texts(shift: int = 0) -> list[str]:
    """Texts of one line and of several in each language, other lines in each.

    Args:
        shift: another number gives other lines.
    """
    texts = []
    for number, lines in enumerate(load_lines(NAME).values()):
        for place, together in enumerate(_TOGETHER):
            start = (13 * number + 29 * place + shift) % (len(lines) - together)
            texts.append(" ".join(lines[start : start + together]))
    return texts


def main() -> None:
    """Write the corrections of all layers."""
    read_flags("corrections", __doc__)
    weights = open_weights(find_weights())
    smoothing = load_arrays(SMOOTHING, key=FINGERPRINT)
    assert smoothing is not None
    tokeniser = UnigramTokeniser(weights.vocabulary(), most=weights.shape.positions)
    texts = [tokeniser.encode(PROMPTS["query"] + text) for text in some_texts()]
    corrector = Corrector(weights, smoothing, texts)
    with torch.inference_mode():
        exact, rounded = corrector.run()
    off = rounded - exact
    print(f"{len(texts)} texts, mean of 1 - cosine {(off**2).sum(axis=1).mean() / 2:.6f}")
    print(f"length of the mean difference {np.linalg.norm(off.mean(axis=0)):.5f}")
    arrays = {key: np.stack(rows) for key, rows in corrector.corrections.items()}
    save_arrays(CORRECTIONS, key=FINGERPRINT, **arrays)
    print(CORRECTIONS)


if __name__ == "__main__":
    main()
