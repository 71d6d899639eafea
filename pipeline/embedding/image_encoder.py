"""An encoder of pictures and texts into one space, over a CLIP-like SentenceTransformer."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pipeline.common.errors import InputError
from pipeline.common.progress import Progress
from pipeline.common.settings import usable_cores
from pipeline.common.wording import short_name
from pipeline.embedding.registry import load_transformer
from pipeline.embedding.sentence_transformer import SentenceEncoder

if TYPE_CHECKING:
    from PIL.Image import Image
    from sentence_transformers import SentenceTransformer

_GPU_BATCH = 64  # pictures


class ImageEncoder:
    """Vectors of pictures, and of what pictures may show in words, in one space.

    On a CPU each picture is a call of its own, on one thread, with one call per core at a time: its
    vector depends on the picture alone. On a GPU pictures are batched.

    Args:
        model: the SentenceTransformer, which takes pictures and texts.
        name: as given by the user.
        fingerprint: of the weights.

    Attributes:
        name, dimension, fingerprint: as of an :class:`pipeline.embedding.encoder.Encoder`; the one
            that :func:`pipeline.embedding.registry.load_encoder` makes of the same model has the
            same fingerprint, and gives queries the same vectors.
    """

    def __init__(self, model: SentenceTransformer, *, name: str, fingerprint: str) -> None:
        self._model = model
        self._texts = SentenceEncoder(model, name=name, fingerprint=fingerprint)
        self.name, self.dimension = name, self._texts.dimension
        self.fingerprint = self._texts.fingerprint

    def encode_images(
        self, paths: Sequence[Path], *, progress: Progress | None = None
    ) -> np.ndarray:
        """Vectors of pictures: float32 (n, d), rows of length 1.

        Args:
            paths: of JPEG files that this program has made
                (:func:`pipeline.reviews.photo_files.shrink_photos`), none of a stranger's.
            progress: called with the number of pictures that are done.
        """
        vectors = np.zeros((len(paths), self.dimension), np.float32)
        size = 1 if self._model.device.type == "cpu" else _GPU_BATCH
        batches = [paths[start : start + size] for start in range(0, len(paths), size)]
        with ThreadPoolExecutor(usable_cores() if size == 1 else 1) as pool:
            row = 0
            for made in pool.map(self._encode_batch, batches):
                vectors[row : row + len(made)] = made
                row += len(made)
                if progress:
                    progress(row, len(paths))
        return vectors

    def encode_query(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of what pictures may show, in words: float32 (q, d), rows of length 1."""
        return self._texts.encode_queries(texts)

    def _encode_batch(self, paths: Sequence[Path]) -> np.ndarray:
        found: np.ndarray = self._model.encode(
            [_open(path) for path in paths],
            batch_size=len(paths),
            show_progress_bar=False,
            convert_to_numpy=True,
            normalize_embeddings=True,
        )
        return found


def load_image_encoder(model: str) -> ImageEncoder:
    """Load a CLIP-like SentenceTransformer by its folder or name.

    Raises:
        InputError: there is none, it can't be loaded, or it takes texts only.
    """
    loaded, fingerprint = load_transformer(model)
    taken = [str(kind) for kind in loaded.modalities]
    if not {"text", "image"} <= set(taken):
        raise InputError(
            "The model '{model}' takes {kinds} only: photos need a model of the kind of CLIP, "
            "which takes pictures and texts",
            model=short_name(model),
            kinds=", ".join(taken),
        )
    return ImageEncoder(loaded, name=model, fingerprint=fingerprint)


def _open(path: Path) -> Image:
    from PIL import Image

    with Image.open(path, formats=["JPEG"]) as image:
        image.load()
        return image
