"""A tiny fake of a model, for tests that need none."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import numpy as np


class FakeEncoder:
    """Words -> a bag of hashed words: equal words are near, and nothing is loaded."""

    name = "fake"
    dimension = 64
    fingerprint = "fake-1"

    def __init__(self) -> None:
        self.encoded = 0

    def encode_documents(self, texts: Sequence[str], *, progress=None) -> np.ndarray:
        self.encoded += len(texts)
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()):
                digest = hashlib.sha256(word.encode()).digest()
                vectors[row, digest[0] % self.dimension] += 1 if digest[1] % 2 else -1
            vectors[row, 0] += 0.1
        if progress:
            progress(len(texts), len(texts))
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    encode_queries = encode_documents
