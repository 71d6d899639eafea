"""The bundled model with 8-bit matrix products: ONNX Runtime inside a SentenceTransformer.

Tokenizer, pooling and normalisation are those of the SentenceTransformer folder; only the
transformer is replaced (:mod:`pipeline.embedding.onnx_graph`). Its graph is built once, beside the
folder, and checked at each load; word embeddings are memory-mapped from the folder's own weights,
so that only the rows in use take memory.
"""

from __future__ import annotations

import json
import logging
import math
import os
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import InputModule
from tokenizers import Tokenizer

from pipeline.common.files import atomic_write
from pipeline.embedding.bundled_model import file_digest

log = logging.getLogger(__name__)

BUILD = 1  # raise it when a text would get a different vector
_WEIGHTS = "model.safetensors"


class QuantisedTransformer(InputModule):
    """The transformer module of a SentenceTransformer: texts -> vectors of their tokens.

    Each row of a batch is computed separately, at its own length and on the calling thread.
    """

    def __init__(self, folder: Path, graph: Path) -> None:
        super().__init__()
        import onnxruntime

        self._config = json.loads((folder / "config.json").read_text("utf-8"))
        self.max_seq_length = int(self._config["max_position_embeddings"])
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(self.max_seq_length)
        weights = _Weights(folder / _WEIGHTS)
        self._word_embeddings = weights("embeddings.word_embeddings.weight")
        types = weights("embeddings.token_type_embeddings.weight")
        self._position_embeddings = weights("embeddings.position_embeddings.weight") + types[0]
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_mem_pattern = False  # it would cache a plan for each text length
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(graph), options, providers=["CPUExecutionProvider"]
        )

    def preprocess(
        self, inputs: Sequence[Any], prompt: str | None = None, **kwargs: Any
    ) -> dict[str, torch.Tensor | Any]:
        """Token ids and mask, int64 (n, longest)."""
        rows = [self.tokenizer.encode((prompt or "") + text).ids for text in inputs]
        ids = np.full((len(rows), max(map(len, rows))), self._config["pad_token_id"], np.int64)
        mask = np.zeros_like(ids)
        for row, tokens in enumerate(rows):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        return {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(mask)}

    def forward(self, features: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Add "token_embeddings", float32 (n, longest, d)."""
        ids, mask = features["input_ids"].numpy(), features["attention_mask"].numpy()
        vectors = np.zeros((*ids.shape, self.get_embedding_dimension()), np.float32)
        for row in range(len(ids)):
            tokens = ids[row, : int(mask[row].sum())]
            embeddings = self._word_embeddings[tokens] + self._position_embeddings[: len(tokens)]
            inputs = {"embeddings": embeddings[None]}
            vectors[row, : len(tokens)] = self._session.run(None, inputs)[0]
        return {**features, "token_embeddings": torch.from_numpy(vectors)}

    def get_embedding_dimension(self) -> int:
        """Length of a token's vector."""
        return int(self._config["hidden_size"])

    def save(self, output_path: str, *args: Any, **kwargs: Any) -> None:
        """Not supported: copy the folder it was built from instead."""
        raise NotImplementedError("a quantised model is built from its folder, not saved")


def load_quantised(folder: Path) -> SentenceTransformer:
    """The SentenceTransformer of a BERT folder, with 8-bit matrix products."""
    from sentence_transformers.models import Normalize, Pooling

    settings = json.loads((folder / "config_sentence_transformers.json").read_text("utf-8"))
    transformer = QuantisedTransformer(folder, graph_file(folder))
    return SentenceTransformer(
        modules=[transformer, Pooling(transformer.get_embedding_dimension(), "mean"), Normalize()],
        prompts=settings["prompts"],
        device="cpu",
    )


def graph_file(folder: Path) -> Path:
    """The ONNX graph of a BERT folder; built in a few seconds if missing or damaged."""
    from filelock import FileLock

    path = folder.parent / f"{folder.name}-int8-{BUILD}.onnx"
    if _is_intact(path):
        return path
    with FileLock(f"{path}.lock"):
        if not _is_intact(path):
            _build(folder, path)
    return path


def _build(folder: Path, path: Path) -> None:
    from pipeline.embedding.onnx_graph import quantised_bert

    config = json.loads((folder / "config.json").read_text("utf-8"))
    graph = quantised_bert(
        _Weights(folder / _WEIGHTS),
        layers=config["num_hidden_layers"],
        heads=config["num_attention_heads"],
        hidden=config["hidden_size"],
        epsilon=config["layer_norm_eps"],
    )
    with atomic_write(path) as file:
        file.write(graph)
    with atomic_write(_digest_path(path), "w", encoding="utf-8") as file:
        file.write(file_digest(path))


def _is_intact(path: Path) -> bool:
    try:
        return _digest_path(path).read_text("utf-8") == file_digest(path)
    except (OSError, ValueError):
        return False


def _digest_path(path: Path) -> Path:
    return path.with_suffix(".digest")


class _Weights:
    """Memory-mapped tensors of a safetensors file, by name."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with open(path, "rb") as file:
            (size,) = struct.unpack("<Q", file.read(8))
            if size > os.fstat(file.fileno()).st_size:
                raise OSError(f"{path} is not a safetensors file")
            self._table = json.loads(file.read(size))
        self._start = 8 + size

    def __call__(self, name: str) -> np.ndarray:
        entry = self._table[name]
        if entry["dtype"] != "F32":
            raise ValueError(f"{name} is {entry['dtype']}, expected F32")
        first, end = entry["data_offsets"]
        count = math.prod(entry["shape"])
        if end - first != 4 * count:
            raise ValueError(f"{name} has {end - first} bytes, expected {4 * count}")
        offset = self._start + first
        return np.memmap(self._path, "<f4", "r", offset, tuple(entry["shape"])).view(np.ndarray)
