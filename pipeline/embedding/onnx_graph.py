"""A BERT encoder with 8-bit matrix products as an ONNX graph, built node by node.

The usual dynamic quantisation has one scale for all activations of a call, so that a few large
ones make all others coarse. Here each token has a scale of its own, and so has each output channel
of a matrix. Before attention and the feed-forward part, channels that are far larger than others
are made smaller and their weights larger (SmoothQuant; Xiao et al. 2023, arXiv 2211.10438), by
factors that :mod:`benchmarks.smoothing` chose on the project's parallel texts. After GELU, whose
values are hardly negative, most of the 8 bits are for positive ones. What rounding adds to
a product on average is taken off its bias (Nagel et al. 2019, arXiv 1906.04721), as
:mod:`benchmarks.corrections` measured it. Building the graph takes no exporter; attention and GELU
are ONNX Runtime's fused operators. Its fused normalisation takes as long as two thirds of all
matrix products on a CPU (ONNX Runtime 1.32), so sums and plain normalisation stand in its place,
and :data:`UNWANTED_FUSIONS` keep it from being put back.

On processors with AVX2 but without VNNI a product of bytes with and without sign overflows
silently. There (:func:`signed_products_overflow`) the weights are stored without sign, which is
exact and slower; the results are the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.embedding.weights_file import WeightsFile

PRODUCTS = ("attention", "attention_output", "feed_forward", "output")  # of a layer, in order
UNWANTED_FUSIONS = ("SkipLayerNormFusion",)  # names of ONNX Runtime's optimisers
_FUSED = "com.microsoft"  # domain of ONNX Runtime's fused operators
_MAX_WEIGHT = 127
_CLIP_FACTORS = np.linspace(0.8, 1.0, 21)
_LEAST_GELU = 0.17  # it is nowhere below the negative of it


@dataclass(frozen=True)
class _Rounding:
    """How activations become bytes: 0 is ``zero``, the largest of a token ``zero + steps``."""

    zero: int
    steps: int


_SIGNED = _Rounding(128, 127)
_AFTER_GELU = _Rounding(16, 239)


def quantised_bert(
    weights: WeightsFile,
    smoothing: Mapping[str, np.ndarray],
    corrections: Mapping[str, np.ndarray] | None,
    *,
    signed: bool,
    fused_normalisation: bool = False,
) -> bytes:
    """Serialised graph: "embeddings" float32 (n, t, hidden) -> "tokens" float32, same shape.

    A call takes n texts of t tokens each: padding would change the bits of the shorter ones.
    The input is the sum of word, position and token-type embeddings; looking them up is left to
    the caller, who can memory-map them.

    Args:
        weights: of the model.
        smoothing: factors of channels, float (layers, hidden), before "attention" and before
            "feed_forward".
        corrections: what is added to the biases, float (layers, columns), of the products
            :data:`PRODUCTS`; None for none.
        signed: whether weights are stored with sign.
        fused_normalisation: whether sums are normalised by ONNX Runtime's fused operator, which is
            slower and rounds otherwise.
    """
    from onnx import TensorProto, helper

    graph = _Graph(weights, signed=signed, fused_normalisation=fused_normalisation)
    x = graph.node(
        "LayerNormalization",
        ["embeddings", *graph.norm_constants("embeddings.LayerNorm")],
        axis=-1,
        epsilon=weights.shape.epsilon,
    )
    for layer in range(weights.shape.layers):
        name = f"encoder.layer.{layer}"
        biases = layer_biases(weights, name)
        if corrections is not None:
            biases = {key: bias + corrections[key][layer] for key, bias in biases.items()}
        factors = {key: rows[layer].astype(np.float32) for key, rows in smoothing.items()}
        x = _layer(graph, x, name, factors, biases)
    graph.nodes.append(helper.make_node("Identity", [x], ["tokens"]))
    shape: list[str | int | None] = ["n", "t", weights.shape.hidden]
    return graph.serialised(
        helper.make_tensor_value_info("embeddings", TensorProto.FLOAT, shape),
        helper.make_tensor_value_info("tokens", TensorProto.FLOAT, shape),
    )


def product_names(layer: str) -> dict[str, list[str]]:
    """The matrices of each of a layer's products, side by side, by the names in PRODUCTS."""
    attention = f"{layer}.attention"
    parts = [f"{attention}.self.{part}" for part in ("query", "key", "value")]
    inner, output = f"{layer}.intermediate.dense", f"{layer}.output.dense"
    return dict(
        zip(PRODUCTS, (parts, [f"{attention}.output.dense"], [inner], [output]), strict=True)
    )


def layer_biases(weights: WeightsFile, layer: str) -> dict[str, np.ndarray]:
    """The bias of each of a layer's products."""
    return {
        key: np.concatenate([weights.tensor(f"{name}.bias") for name in names])
        for key, names in product_names(layer).items()
    }


def signed_products_overflow() -> bool:
    """Whether this processor's products of bytes with and without sign overflow silently."""
    tokens, matrix = np.full((1, 64), 255, np.uint8), np.full((64, 64), _MAX_WEIGHT, np.int8)
    found = product_of_bytes(tokens, matrix, zero=0, signed=True)
    return bool((found != 255 * _MAX_WEIGHT * 64).any())


def product_of_bytes(
    tokens: np.ndarray, matrix: np.ndarray, *, zero: int, signed: bool
) -> np.ndarray:
    """Product of uint8 (t, k), less ``zero``, with int8 (n, k): float32 (t, n), by ONNX Runtime.

    Args:
        tokens, matrix: what is multiplied.
        zero: the byte that stands for 0 in ``tokens``.
        signed: whether the matrix is stored with sign.
    """
    import onnxruntime
    from onnx import TensorProto, helper

    graph = _Graph(None, signed=signed)
    graph.byte_product("tokens", matrix, np.ones(len(matrix)), zero, "product")
    model = graph.serialised(
        helper.make_tensor_value_info("tokens", TensorProto.UINT8, tokens.shape),
        helper.make_tensor_value_info("product", TensorProto.FLOAT, [len(tokens), len(matrix)]),
    )
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"tokens": tokens})
    return found


def product_alone(
    weights: WeightsFile, layer: str, key: str, factors: Mapping[str, np.ndarray], *, signed: bool
) -> bytes:
    """Serialised graph of one of a layer's products: "x" float32 (t, k) -> "product" (t, n).

    Args:
        weights: of the model.
        layer: its name, "encoder.layer.3".
        key: which of :data:`PRODUCTS`.
        factors: float32 (k,), before the products that are smoothed.
        signed: whether weights are stored with sign.
    """
    from onnx import TensorProto, helper

    graph = _Graph(weights, signed=signed)
    product = _product(graph, "x", layer, key, factors)
    graph.nodes.append(helper.make_node("Identity", [product], ["product"]))
    return graph.serialised(
        helper.make_tensor_value_info("x", TensorProto.FLOAT, ["t", "k"]),
        helper.make_tensor_value_info("product", TensorProto.FLOAT, ["t", "n"]),
    )


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


def _layer(
    graph: _Graph,
    x: str,
    name: str,
    factors: Mapping[str, np.ndarray],
    biases: Mapping[str, np.ndarray],
) -> str:
    constants = {key: graph.constant(bias.astype(np.float32)) for key, bias in biases.items()}
    projections = _product(graph, x, name, "attention", factors)
    query, key, value = graph.nodes_with_outputs("Split", [projections], 3, axis=-1, num_outputs=3)
    attended = graph.node(
        "MultiHeadAttention",
        [query, key, value, constants["attention"]],
        domain=_FUSED,
        num_heads=graph.shape.heads,
    )
    output = _product(graph, attended, name, "attention_output", factors)
    x = _add_and_normalise(
        graph, output, x, constants["attention_output"], f"{name}.attention.output"
    )
    inner = _product(graph, x, name, "feed_forward", factors)
    inner = graph.node("BiasGelu", [inner, constants["feed_forward"]], domain=_FUSED)
    output = _product(graph, inner, name, "output", factors)
    return _add_and_normalise(graph, output, x, constants["output"], f"{name}.output")


def _product(graph: _Graph, x: str, layer: str, key: str, factors: Mapping[str, np.ndarray]) -> str:
    rounding = _AFTER_GELU if key == "output" else _SIGNED
    names = product_names(layer)[key]
    return graph.product(x, names, smoothing=factors.get(key), rounding=rounding)


def _add_and_normalise(graph: _Graph, product: str, residual: str, bias: str, name: str) -> str:
    scale, shift = graph.norm_constants(f"{name}.LayerNorm")
    epsilon = graph.shape.epsilon
    if graph.fused_normalisation:
        inputs = [product, residual, scale, shift, bias]
        return graph.node("SkipLayerNormalization", inputs, domain=_FUSED, epsilon=epsilon)
    total = graph.node("Add", [graph.node("Add", [product, bias]), residual])
    return graph.node("LayerNormalization", [total, scale, shift], axis=-1, epsilon=epsilon)


class _Graph:
    """Nodes and constants of a graph that is being built; values go by their names."""

    def __init__(
        self, weights: WeightsFile | None, *, signed: bool, fused_normalisation: bool = False
    ) -> None:
        if weights is not None:
            self.shape, self.tensor = weights.shape, weights.tensor
        self._signed = signed
        self.fused_normalisation = fused_normalisation
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
        scale, shift = (self.constant(self.tensor(f"{name}.{w}")) for w in ("weight", "bias"))
        return scale, shift

    def nodes_with_outputs(
        self, kind: str, inputs: list[str], count: int, **options: Any
    ) -> list[str]:
        from onnx import helper

        outputs = [f"value{len(self.nodes)}_{n}" for n in range(count)]
        self.nodes.append(helper.make_node(kind, inputs, outputs, **options))
        return outputs

    def node(self, kind: str, inputs: list[str], **options: Any) -> str:
        return self.nodes_with_outputs(kind, inputs, 1, **options)[0]

    def product(
        self,
        x: str,
        names: list[str],
        *,
        smoothing: np.ndarray | None = None,
        rounding: _Rounding = _SIGNED,
    ) -> str:
        """Product of x with the named matrices side by side, each token with its own scale."""
        matrix = np.concatenate([self.tensor(f"{name}.weight") for name in names])
        if smoothing is not None:
            x = self.node("Mul", [x, self.constant(smoothing)])
            matrix = matrix / smoothing
        quantised, scales = quantise_rows(matrix)
        last = self.constant(np.array([-1], np.int64))
        if rounding is _SIGNED:
            largest = self.node("ReduceMax", [self.node("Abs", [x]), last], keepdims=1)
            least = 1e-9
        else:
            largest = self.node("ReduceMax", [x, last], keepdims=1)
            least = _LEAST_GELU * rounding.steps / rounding.zero
        largest = self.node("Max", [largest, self.scalar(least)])
        scaled = self.node("Mul", [x, self.node("Div", [self.scalar(rounding.steps), largest])])
        zero = self.scalar(rounding.zero, np.uint8)
        tokens = self.node("QuantizeLinear", [scaled, self.scalar(1), zero])
        product = f"product{len(self.nodes)}"
        self.byte_product(tokens, quantised, scales / rounding.steps, rounding.zero, product)
        return self.node("Mul", [product, largest])

    def byte_product(
        self, x: str, matrix: np.ndarray, scales: np.ndarray, zero: int, output: str
    ) -> None:
        """Product of bytes x with a matrix int8 (n, k), times scales (n,), as float32."""
        from onnx import helper

        kind = np.int8 if self._signed else np.uint8
        middle = 0 if self._signed else 128
        inputs = [
            x,
            self.constant((matrix.T.astype(np.int16) + middle).astype(kind)),
            self.scalar(1),
            self.constant(scales.astype(np.float32)),
            self.scalar(zero, np.uint8),
            self.constant(np.full(len(matrix), middle, kind)),
        ]
        node = helper.make_node("MatMulIntegerToFloat", inputs, [output], domain=_FUSED)
        self.nodes.append(node)

    def serialised(self, given: Any, output: Any) -> bytes:  # noqa: ANN401  protobuf
        """The graph with its input and output, as a file."""
        from onnx import helper

        model = helper.make_model(
            helper.make_graph(self.nodes, "encoder", [given], [output], self.constants),
            opset_imports=[helper.make_opsetid("", 18), helper.make_opsetid(_FUSED, 1)],
            ir_version=10,
        )
        return bytes(model.SerializeToString())
