"""The model on this machine, as far as an encoder computes nothing elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pipeline.common.progress import Progress
from pipeline.embedding.encoder import Encoder


class LocalEncoder:
    """An :class:`Encoder` that hands all to a model of this machine, for encoders that add to it.

    What else the model can do, it can.

    Args:
        encoder: the model on this machine.
    """

    def __init__(self, encoder: Encoder) -> None:
        self.name, self.dimension = encoder.name, encoder.dimension
        self.fingerprint = encoder.fingerprint
        self._local = encoder

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the model has
        return getattr(self._local, name)

    def encode_documents(
        self, texts: Sequence[str], *, progress: Progress | None = None
    ) -> np.ndarray:
        """Vectors of texts to be searched: float32 (n, d), rows of length 1."""
        return self._local.encode_documents(texts, progress=progress)

    def encode_queries(
        self, texts: Sequence[str], *, progress: Progress | None = None
    ) -> np.ndarray:
        """Vectors of search queries: float32 (n, d), rows of length 1."""
        return self._local.encode_queries(texts, progress=progress)
