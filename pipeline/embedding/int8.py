"""The bundled model with 8-bit matrix products, by ONNX Runtime: no PyTorch is loaded.

The graph (:mod:`pipeline.embedding.onnx_graph`) is built once, in the user's cache folder, and
checked at each load. The table of words stays in its 4 bits in the package's file, of which only
the rows in use are read; every process that has the model shares them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from pipeline.common.files import atomic_write, load_arrays
from pipeline.common.paths import PACKAGE_DATA, cache_folder
from pipeline.common.progress import Progress
from pipeline.embedding.bundled_model import (
    FINGERPRINT,
    PROMPTS,
    file_digest,
    find_weights,
    open_weights,
)
from pipeline.embedding.calls import Call, CallPool, encode_in_order
from pipeline.embedding.prompts import find_prompts
from pipeline.embedding.tokeniser import UnigramTokeniser
from pipeline.embedding.weights_file import POSITIONS, TYPES, WORDS, WeightsFile, dequantise

BUILD = 2  # raise it when a text would get a different vector
SMOOTHING = PACKAGE_DATA / "smoothing.npz"  # made by benchmarks.smoothing
INT8_FINGERPRINT = f"{FINGERPRINT}-int8-{BUILD}"  # of the weights


class QuantisedEncoder:
    """An :class:`Encoder` of the bundled model in 8 bits. Safe to share between threads.

    Each text is a call of its own, on one thread: its vector depends on the text alone.

    Args:
        name: as given by the user.
        weights: of the model.
        graph: file of the ONNX graph.
        threads: how many texts are computed at once; the number of cores when None.
    """

    def __init__(
        self, weights: WeightsFile, graph: Path, *, name: str, threads: int | None = None
    ) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_mem_pattern = False  # it would cache a plan for each text length
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(graph), options, providers=["CPUExecutionProvider"]
        )
        self._tokeniser = UnigramTokeniser(weights.vocabulary(), most=weights.shape.positions)
        self._words = weights.blocks(WORDS)
        self._positions = weights.tensor(POSITIONS) + weights.tensor(TYPES)[0]
        self._pool = CallPool(threads)
        prompts = find_prompts(name, PROMPTS)
        self._query, self._document = prompts.query, prompts.document
        self.name = name
        self.dimension = weights.shape.hidden
        self.fingerprint = f"{INT8_FINGERPRINT}-{prompts.digest}"
        self.size_bytes = weights.path.stat().st_size

    def encode_documents(
        self, texts: Sequence[str], *, progress: Progress | None = None
    ) -> np.ndarray:
        """Vectors of reviews: float32 (n, d), rows of length 1, in the order given."""
        encode = partial(self._encode, self._document)
        return encode_in_order(texts, self.dimension, encode, progress)

    def encode_queries(
        self, texts: Sequence[str], *, progress: Progress | None = None
    ) -> np.ndarray:
        """Vectors of queries: float32 (n, d), rows of length 1, in the order given."""
        encode = partial(self._encode, self._query)
        return encode_in_order(texts, self.dimension, encode, progress)

    def _encode(self, prompt: str, texts: list[str]) -> Iterator[tuple[int, np.ndarray]]:
        yield from self._pool.run(self._calls(prompt, texts), len(texts))

    def _calls(self, prompt: str, texts: list[str]) -> Iterator[Call]:
        for row, text in enumerate(texts):
            yield row, partial(self._vector, self._tokeniser.encode(prompt + text))

    def _vector(self, ids: list[int]) -> np.ndarray:
        """Vector of a text's tokens: float32 (1, d)."""
        embeddings = dequantise(self._words[ids])
        embeddings += self._positions[: len(ids)]
        (tokens,) = self._session.run(None, {"embeddings": embeddings[None]})
        mean = tokens[0].mean(axis=0, keepdims=True)
        return mean / max(float(np.linalg.norm(mean)), 1e-12)


def load_quantised(name: str) -> QuantisedEncoder:
    """The bundled model in 8 bits.

    Args:
        name: as given by the user.

    Raises:
        InputError: the weights can't be found or are not the expected file.
    """
    weights = open_weights(find_weights())
    return QuantisedEncoder(weights, graph_file(weights), name=name)


def graph_file(weights: WeightsFile, folder: Path | None = None) -> Path:
    """The ONNX graph of the weights; built in a second if missing or damaged.

    Args:
        weights: of the model.
        folder: of the graph; the user's cache folder when left out.
    """
    from filelock import FileLock

    path = (folder or cache_folder("models")) / f"{INT8_FINGERPRINT}.onnx"
    if _is_intact(path):
        return path
    with FileLock(f"{path}.lock"):
        if not _is_intact(path):
            _build(weights, path)
    return path


def _build(weights: WeightsFile, path: Path) -> None:
    from pipeline.embedding.onnx_graph import quantised_bert, signed_products_overflow

    smoothing = load_arrays(SMOOTHING, key=FINGERPRINT)
    assert smoothing is not None  # noqa: S101  it comes with the program
    with atomic_write(path) as file:
        file.write(quantised_bert(weights, smoothing, signed=not signed_products_overflow()))
    with atomic_write(_digest_path(path), "w", encoding="utf-8") as file:
        file.write(file_digest(path))


def _is_intact(path: Path) -> bool:
    try:
        return _digest_path(path).read_text("utf-8") == file_digest(path)
    except (OSError, ValueError):
        return False


def _digest_path(path: Path) -> Path:
    return path.with_suffix(".digest")
