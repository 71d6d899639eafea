"""A BERT encoder with 8-bit matrix products as an ONNX graph, built node by node.

The usual dynamic quantisation has one scale for all activations of a call: a few large ones coarsen
all the others (mean cosine with float32 0.9965 for multilingual-e5-small). Here every token has a
scale of its own and every output channel of a matrix, too: 0.9990, at the same speed. Building the
graph needs no exporter, and its attention, normalisation and GELU are ONNX Runtime's fused ones.

Weights take 7 of the 8 bits: processors with AVX2 and without VNNI add pairs of products in 16
bits, which 8-bit weights would overflow silently ("reduced range" in ONNX Runtime's documentation).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

_FUSED = "com.microsoft"
_MOST_WEIGHT, _MOST_ACTIVATION, _ZERO = 63, 127, 128
_CLIPS = np.linspace(0.8, 1.0, 21)

Weights = Callable[[str], np.ndarray]  # name in BertModel's state -> float32


def quantised_bert(
    weights: Weights, *, layers: int, heads: int, hidden: int, epsilon: float
) -> bytes:
    """The graph, serialised: "embeddings" float32 (1, t, hidden) -> "tokens" float32, same shape.

    The input is the sum of word, position and token-type embeddings; looking them up is left to
    the caller, who can map them from disk.

    Args:
        weights: gives a tensor of transformers' ``BertModel`` by its name.
        layers, heads, hidden, epsilon: of the model's configuration.
    """
    from onnx import TensorProto, helper

    graph = _Graph(weights)
    x = graph.node(
        "LayerNormalization",
        ["embeddings", *graph.pair("embeddings.LayerNorm")],
        axis=-1,
        epsilon=epsilon,
    )
    for layer in range(layers):
        x = _layer(graph, x, f"encoder.layer.{layer}", heads=heads, epsilon=epsilon)
    graph.nodes.append(helper.make_node("Identity", [x], ["tokens"]))
    shape: list[str | int | None] = [1, "t", hidden]
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "encoder",
            [helper.make_tensor_value_info("embeddings", TensorProto.FLOAT, shape)],
            [helper.make_tensor_value_info("tokens", TensorProto.FLOAT, shape)],
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid("", 18), helper.make_opsetid(_FUSED, 1)],
        ir_version=10,
    )
    return bytes(model.SerializeToString())


def quantise_rows(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A float32 (n, k) matrix as int8 (n, k) and a float32 scale a row.

    The largest weights of a row are clipped where that makes the row's squared error least.
    """
    largest = np.abs(matrix).max(axis=1)
    full = np.where(largest > 0, largest, 1).astype(np.float32) / _MOST_WEIGHT
    best, scales = np.full(len(matrix), np.inf), full.copy()
    for clip in _CLIPS:
        scale = (full * clip).astype(np.float32)
        error = ((_rounded(matrix, scale) * scale[:, None] - matrix) ** 2).sum(axis=1)
        better = error < best
        best[better], scales[better] = error[better], scale[better]
    return _rounded(matrix, scales).astype(np.int8), scales


def _rounded(matrix: np.ndarray, scales: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(matrix / scales[:, None]), -_MOST_WEIGHT, _MOST_WEIGHT)


def _layer(graph: _Graph, x: str, name: str, *, heads: int, epsilon: float) -> str:
    attention, feed = f"{name}.attention", f"{name}.intermediate.dense"
    parts = [f"{attention}.self.{part}" for part in ("query", "key", "value")]
    joined = graph.product(x, parts)
    query, key, value = graph.nodes_of("Split", [joined], 3, axis=-1, num_outputs=3)
    biases = np.concatenate([graph.weights(f"{part}.bias") for part in parts])
    bias = graph.constant(biases)
    seen = graph.node(
        "MultiHeadAttention", [query, key, value, bias], domain=_FUSED, num_heads=heads
    )
    x = _add_and_normalise(graph, seen, x, f"{attention}.output", epsilon)
    wide = graph.product(x, [feed])
    bias = graph.constant(graph.weights(f"{feed}.bias"))
    wide = graph.node("BiasGelu", [wide, bias], domain=_FUSED)
    return _add_and_normalise(graph, wide, x, f"{name}.output", epsilon)


def _add_and_normalise(graph: _Graph, x: str, skipped: str, name: str, epsilon: float) -> str:
    product = graph.product(x, [f"{name}.dense"])
    scale, shift = graph.pair(f"{name}.LayerNorm")
    bias = graph.constant(graph.weights(f"{name}.dense.bias"))
    return graph.node(
        "SkipLayerNormalization",
        [product, skipped, scale, shift, bias],
        domain=_FUSED,
        epsilon=epsilon,
    )


class _Graph:
    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, value: np.ndarray) -> str:
        from onnx import numpy_helper

        name = f"constant{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def number(self, value: float, kind: type = np.float32) -> str:
        return self.constant(np.array(value, kind))

    def pair(self, name: str) -> tuple[str, str]:
        """A normalisation's scale and shift."""
        return tuple(self.constant(self.weights(f"{name}.{w}")) for w in ("weight", "bias"))  # type: ignore[return-value]

    def nodes_of(self, kind: str, inputs: list[str], count: int, **options: Any) -> list[str]:
        from onnx import helper

        outputs = [f"value{len(self.nodes)}_{n}" for n in range(count)]
        self.nodes.append(helper.make_node(kind, inputs, outputs, **options))
        return outputs

    def node(self, kind: str, inputs: list[str], **options: Any) -> str:
        return self.nodes_of(kind, inputs, 1, **options)[0]

    def product(self, x: str, names: list[str]) -> str:
        """x times the matrices of the names, side by side; each token with its own scale."""
        matrix = np.concatenate([self.weights(f"{name}.weight") for name in names])
        whole, scales = quantise_rows(matrix)
        last = self.constant(np.array([-1], np.int64))
        largest = self.node("ReduceMax", [self.node("Abs", [x]), last], keepdims=1)
        largest = self.node("Max", [largest, self.number(1e-9)])
        stretch = self.node("Div", [self.number(_MOST_ACTIVATION), largest])
        zero = self.number(_ZERO, np.uint8)
        stretched = self.node("Mul", [x, stretch])
        tokens = self.node("QuantizeLinear", [stretched, self.number(1), zero])
        product = self.node(
            "MatMulIntegerToFloat",
            [
                tokens,
                self.constant(whole.T),
                self.number(1),
                self.constant((scales / _MOST_ACTIVATION).astype(np.float32)),
                zero,
                self.constant(np.zeros(len(scales), np.int8)),
            ],
            domain=_FUSED,
        )
        return self.node("Mul", [product, largest])
