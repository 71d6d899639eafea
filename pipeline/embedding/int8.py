"""The bundled model with 8-bit matrix products, by ONNX Runtime: no PyTorch is loaded.

The graph (:mod:`pipeline.embedding.onnx_graph`) is built once, in the user's cache folder, and
checked at each load. The table of words stays in its 4 bits in the package's file, of which only
the rows in use are read; every process that has the model shares them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pipeline.common.arrays import unit_rows
from pipeline.common.built_file import built_file
from pipeline.common.files import load_arrays
from pipeline.common.paths import PACKAGE_DATA, cache_folder
from pipeline.embedding.bundled_encoder import BundledEncoder
from pipeline.embedding.bundled_model import FINGERPRINT, find_weights, open_weights
from pipeline.embedding.onnx_graph import UNWANTED_FUSIONS
from pipeline.embedding.weights_file import POSITIONS, TYPES, WORDS, WeightsFile, dequantise

BUILD = 4  # raise it when a text would get a different vector
_UNCORRECTED = (2,)  # builds whose biases were not corrected
_FUSED_NORMALISATION = (2, 3)
_GRAPH = 2  # raise it when the graph changes, and no vector does
_PACK_TOKENS = 512  # of a call: more is hardly faster, and a job can stop only between calls
_PROBES = (3, 12, 35)  # lengths of texts
SMOOTHING = PACKAGE_DATA / "smoothing.npz"  # made by benchmarks.smoothing
CORRECTIONS = PACKAGE_DATA / "corrections.npz"  # made by benchmarks.corrections


class BertInt8:
    """Token ids of texts of one length -> vectors; thread-safe.

    Args:
        weights: of the model.
        graph: file of the ONNX graph.
    """

    def __init__(self, weights: WeightsFile, graph: Path) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_mem_pattern = False  # it would cache a plan for each text length
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(graph),
            options,
            providers=["CPUExecutionProvider"],
            disabled_optimizers=list(UNWANTED_FUSIONS),
        )
        self._words = weights.blocks(WORDS)
        self._positions = weights.tensor(POSITIONS) + weights.tensor(TYPES)[0]

    def __call__(self, texts: Sequence[Sequence[int]]) -> np.ndarray:
        """Vectors of k texts: float32 (k, d), rows of length 1."""
        return unit_rows(self._tokens(texts).mean(axis=1))

    def token_vectors(self, text: Sequence[int]) -> np.ndarray:
        """Vectors of the t tokens of a text: float32 (t, d)."""
        return self._tokens([text])[0]

    def _tokens(self, texts: Sequence[Sequence[int]]) -> np.ndarray:
        """Vectors of the t tokens of k texts: float32 (k, t, d)."""
        ids = np.array(texts, np.int64)
        embeddings = dequantise(self._words[ids.ravel()]).reshape(*ids.shape, -1)
        embeddings += self._positions[: ids.shape[1]]
        (tokens,) = self._session.run(None, {"embeddings": embeddings})
        return np.asarray(tokens)


def load_in_int8(name: str, *, build: int = BUILD, threads: int | None = None) -> BundledEncoder:
    """The bundled model in 8 bits.

    Args:
        name: as given by the user.
        build: :data:`BUILD`, or an earlier one, whose analyses open with it.
        threads: calls that run at once; the number of cores when None.

    Raises:
        InputError: the weights can't be found or are not the expected file.
    """
    weights = open_weights(find_weights())
    bert = BertInt8(weights, graph_file(weights, build=build))
    return BundledEncoder(
        name,
        weights,
        bert,
        fingerprint=int8_fingerprint(build),
        pack_tokens=_PACK_TOKENS if _can_be_packed(bert) else 1,
        alike=True,
        threads=threads,
    )


def int8_fingerprint(build: int = BUILD) -> str:
    """Fingerprint of the weights in 8 bits."""
    return f"{FINGERPRINT}-int8-{build}"


def graph_file(weights: WeightsFile, folder: Path | None = None, *, build: int = BUILD) -> Path:
    """The ONNX graph of the weights; built in a few seconds if missing or damaged.

    Args:
        weights: of the model.
        folder: of the graph; the user's cache folder when left out.
        build: as for :func:`load_in_int8`.
    """
    path = (folder or cache_folder("models")) / f"{int8_fingerprint(build)}-graph-{_GRAPH}.onnx"
    return built_file(path, lambda: _build(weights, build))


def _can_be_packed(bert: BertInt8) -> bool:
    """Whether texts have the same vectors beside others of their length, on this processor."""
    for length in _PROBES:
        texts = [[0, *range(first, first + length - 2), 2] for first in (1000, 9000, 70_000)]
        if not np.array_equal(bert(texts), np.vstack([bert([ids]) for ids in texts])):
            return False
    return True


def _build(weights: WeightsFile, build: int) -> bytes:
    from pipeline.embedding.onnx_graph import quantised_bert, signed_products_overflow

    return quantised_bert(
        weights,
        _shipped(SMOOTHING),
        None if build in _UNCORRECTED else _shipped(CORRECTIONS),
        signed=not signed_products_overflow(),
        fused_normalisation=build in _FUSED_NORMALISATION,
    )


def _shipped(path: Path) -> dict[str, np.ndarray]:
    arrays = load_arrays(path, key=FINGERPRINT)
    assert arrays is not None  # noqa: S101  it comes with the program
    return arrays
