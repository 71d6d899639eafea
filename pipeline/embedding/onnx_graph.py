"""A BERT encoder with 8-bit matrix products as an ONNX graph, built node by node.

The usual dynamic quantisation has one scale for all activations of a call, so that a few large
ones make all others coarse (mean cosine with float32 of 0.9965 for multilingual-e5-small). Here
each token has a scale of its own, and so has each output channel of a matrix: 0.9990, at the same
speed. Building the graph takes no exporter; attention, normalisation and GELU are ONNX Runtime's
fused operators.

Weights use 7 of the 8 bits: processors with AVX2 but without VNNI add pairs of products in 16 bits,
which 8-bit weights would silently overflow ("reduced range" in ONNX Runtime's documentation).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

_FUSED = "com.microsoft"  # domain of ONNX Runtime's fused operators
_MAX_WEIGHT, _MAX_ACTIVATION, _ZERO_POINT = 63, 127, 128
_CLIP_FACTORS = np.linspace(0.8, 1.0, 21)

Weights = Callable[[str], np.ndarray]  # name in BertModel's state dict -> float32 tensor


def quantised_bert(
    weights: Weights, *, layers: int, heads: int, hidden: int, epsilon: float
) -> bytes:
    """Serialised graph: "embeddings" float32 (1, t, hidden) -> "tokens" float32, same shape.

    The input is the sum of word, position and token-type embeddings; looking them up is left to
    the caller, who can memory-map them.

    Args:
        weights: returns a tensor of transformers' ``BertModel`` by its name.
        layers, heads, hidden, epsilon: from the model's configuration.
    """
    from onnx import TensorProto, helper

    graph = _Graph(weights)
    x = graph.node(
        "LayerNormalization",
        ["embeddings", *graph.norm_constants("embeddings.LayerNorm")],
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
    """Quantise a float32 (n, k) matrix to int8 (n, k) with a float32 scale per row.

    The largest weights of a row are clipped if that reduces the squared error of the row.
    """
    largest = np.abs(matrix).max(axis=1)
    full = np.where(largest > 0, largest, 1).astype(np.float32) / _MAX_WEIGHT
    best, scales = np.full(len(matrix), np.inf), full.copy()
    for clip in _CLIP_FACTORS:
        scale = (full * clip).astype(np.float32)
        error = ((_round(matrix, scale) * scale[:, None] - matrix) ** 2).sum(axis=1)
        better = error < best
        best[better], scales[better] = error[better], scale[better]
    return _round(matrix, scales).astype(np.int8), scales


def _round(matrix: np.ndarray, scales: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(matrix / scales[:, None]), -_MAX_WEIGHT, _MAX_WEIGHT)


def _layer(graph: _Graph, x: str, name: str, *, heads: int, epsilon: float) -> str:
    attention, feed_forward = f"{name}.attention", f"{name}.intermediate.dense"
    parts = [f"{attention}.self.{part}" for part in ("query", "key", "value")]
    projections = graph.quantised_matmul(x, parts)
    query, key, value = graph.nodes_with_outputs("Split", [projections], 3, axis=-1, num_outputs=3)
    biases = np.concatenate([graph.weights(f"{part}.bias") for part in parts])
    bias = graph.constant(biases)
    attended = graph.node(
        "MultiHeadAttention", [query, key, value, bias], domain=_FUSED, num_heads=heads
    )
    x = _add_and_normalise(graph, attended, x, f"{attention}.output", epsilon)
    inner = graph.quantised_matmul(x, [feed_forward])
    bias = graph.constant(graph.weights(f"{feed_forward}.bias"))
    inner = graph.node("BiasGelu", [inner, bias], domain=_FUSED)
    return _add_and_normalise(graph, inner, x, f"{name}.output", epsilon)


def _add_and_normalise(graph: _Graph, x: str, residual: str, name: str, epsilon: float) -> str:
    product = graph.quantised_matmul(x, [f"{name}.dense"])
    scale, shift = graph.norm_constants(f"{name}.LayerNorm")
    bias = graph.constant(graph.weights(f"{name}.dense.bias"))
    return graph.node(
        "SkipLayerNormalization",
        [product, residual, scale, shift, bias],
        domain=_FUSED,
        epsilon=epsilon,
    )


class _Graph:
    """Nodes and constants of a graph that is being built; values go by their names."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, value: np.ndarray) -> str:
        from onnx import numpy_helper

        name = f"constant{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def scalar(self, value: float, kind: type = np.float32) -> str:
        return self.constant(np.array(value, kind))

    def norm_constants(self, name: str) -> tuple[str, str]:
        """Constants of a layer normalisation."""
        return tuple(self.constant(self.weights(f"{name}.{w}")) for w in ("weight", "bias"))  # type: ignore[return-value]

    def nodes_with_outputs(
        self, kind: str, inputs: list[str], count: int, **options: Any
    ) -> list[str]:
        from onnx import helper

        outputs = [f"value{len(self.nodes)}_{n}" for n in range(count)]
        self.nodes.append(helper.make_node(kind, inputs, outputs, **options))
        return outputs

    def node(self, kind: str, inputs: list[str], **options: Any) -> str:
        return self.nodes_with_outputs(kind, inputs, 1, **options)[0]

    def quantised_matmul(self, x: str, names: list[str]) -> str:
        """Product of x with the named matrices side by side, each token with its own scale."""
        matrix = np.concatenate([self.weights(f"{name}.weight") for name in names])
        quantised, scales = quantise_rows(matrix)
        last = self.constant(np.array([-1], np.int64))
        largest = self.node("ReduceMax", [self.node("Abs", [x]), last], keepdims=1)
        largest = self.node("Max", [largest, self.scalar(1e-9)])
        factor = self.node("Div", [self.scalar(_MAX_ACTIVATION), largest])
        zero = self.scalar(_ZERO_POINT, np.uint8)
        scaled = self.node("Mul", [x, factor])
        tokens = self.node("QuantizeLinear", [scaled, self.scalar(1), zero])
        product = self.node(
            "MatMulIntegerToFloat",
            [
                tokens,
                self.constant(quantised.T),
                self.scalar(1),
                self.constant((scales / _MAX_ACTIVATION).astype(np.float32)),
                zero,
                self.constant(np.zeros(len(scales), np.int8)),
            ],
            domain=_FUSED,
        )
        return self.node("Mul", [product, largest])
