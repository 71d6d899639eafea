"""Texts -> unit vectors, through sentence-transformers.

Queries and documents are two methods, so that a model's prompt can't be forgotten. For
multilingual-e5 both use "query: ": on hotel sentences in 21 languages that finds more
translations than the "query: " / "passage: " pair of its model card (recall@20 0.86 against
0.77), and one vector a review then serves search, topics and map.
"""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from pipeline.errors import InputError

log = logging.getLogger(__name__)

DEFAULT_MODEL = "multilingual-e5-small"  # the bundled one
Progress = Callable[[int, int], None]  # (done, of all)

_CHUNK = 64  # texts between two progress reports, and between two turns at the model
_BATCH_CHARACTERS = 2_000  # about 500 tokens: larger batches are slower on few cores


class Encoder(Protocol):
    """What the rest of the program needs of a model; a test passes a tiny fake.

    Attributes:
        name: as the user gave it.
        dimension: d of the vectors.
        fingerprint: changes whenever the same text would get another vector.
    """

    name: str
    dimension: int
    fingerprint: str

    def encode_documents(
        self, texts: Sequence[str], *, progress: Progress | None = None
    ) -> np.ndarray:
        """Vectors of texts that are searched: float32 (n, d), rows of length 1."""
        ...

    def encode_queries(
        self, texts: Sequence[str], *, progress: Progress | None = None
    ) -> np.ndarray:
        """Vectors of texts that search: float32 (n, d), rows of length 1."""
        ...


class SentenceEncoder:
    """An :class:`Encoder` over a SentenceTransformer. Safe to share between threads."""

    def __init__(self, model: Any, *, name: str, fingerprint: str) -> None:
        self._model = model
        self._lock = _FairLock()  # tokenizers raise "Already borrowed" when shared
        self.name = name
        self.dimension = int(model.get_embedding_dimension())
        self._query, self._document = _prompts(model, name)
        prompts = f"{self._query}\0{self._document}".encode()
        self.fingerprint = f"{fingerprint}-{hashlib.sha256(prompts).hexdigest()[:8]}"

    def encode_documents(
        self, texts: Sequence[str], *, progress: Progress | None = None
    ) -> np.ndarray:
        """Vectors of reviews: float32 (n, d), rows of length 1, in the order given."""
        return self._encode(texts, self._document, progress)

    def encode_queries(
        self, texts: Sequence[str], *, progress: Progress | None = None
    ) -> np.ndarray:
        """Vectors of queries: float32 (n, d), rows of length 1, in the order given."""
        return self._encode(texts, self._query, progress)

    def _encode(self, texts: Sequence[str], prompt: str, progress: Progress | None) -> np.ndarray:
        # By length, longest first: little padding, and the estimate of the time left only falls.
        # Identical texts are encoded once; the order is that of the texts alone, so that one
        # file gives the same batches, and the same bits, every time.
        distinct = sorted(set(texts), key=lambda text: (-_weight(text), text))
        place = {text: i for i, text in enumerate(distinct)}
        found = np.zeros((len(distinct), self.dimension), np.float32)
        for start in range(0, len(distinct), _CHUNK):
            chunk = distinct[start : start + _CHUNK]
            batch = int(np.clip(_BATCH_CHARACTERS // max(_weight(chunk[0]), 1), 1, _CHUNK))
            with self._lock:  # a turn each, so that a search does not wait behind an upload
                found[start : start + len(chunk)] = self._model.encode(
                    chunk,
                    prompt=prompt or None,
                    batch_size=batch,
                    show_progress_bar=False,
                    convert_to_numpy=True,
                    normalize_embeddings=True,
                )
            if progress:
                progress(start + len(chunk), len(distinct))
        return found[np.array([place[text] for text in texts], np.int64)]


class _FairLock:
    """A lock that nobody takes twice while another thread waits for it.

    A plain lock is often taken again by the thread that has just let go: a query would wait
    behind a whole upload.
    """

    def __init__(self) -> None:
        self._next = threading.Lock()  # held by the one who waits longest
        self._held = threading.Lock()

    def __enter__(self) -> None:
        with self._next:
            self._held.acquire()

    def __exit__(self, *_: object) -> None:
        self._held.release()


def load_encoder(model: str = DEFAULT_MODEL) -> SentenceEncoder:
    """The bundled model, or any SentenceTransformer by its name or folder.

    Args:
        model: :data:`DEFAULT_MODEL`, a folder, or a name on the model hub
            ("intfloat/multilingual-e5-base", "BAAI/bge-m3", ...). Only a hub name that is not in
            the local cache uses the network.

    Raises:
        InputError: no such model, or it can't be downloaded.
    """
    if model == DEFAULT_MODEL:
        from pipeline.offline_model import model_folder

        folder: Path | None = model_folder()
    else:
        folder = Path(model) if Path(model).is_dir() else None
    if (
        folder is not None
        and not (folder / "config.json").exists()
        and not (folder / "modules.json").exists()
    ):
        raise InputError(f"The folder '{model}' holds no sentence-transformers model")
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    transformers_logging.set_verbosity_error()  # else a report of the pooler that e5 never uses
    try:
        loaded = SentenceTransformer(
            str(folder or model), local_files_only=folder is not None, trust_remote_code=False
        )
    except (OSError, ValueError, RuntimeError, ImportError, KeyError) as error:
        log.info("model %s could not be loaded", model, exc_info=True)
        raise InputError(_why_not(model, folder is not None, error)) from error
    loaded.eval()
    source = folder.name if model == DEFAULT_MODEL and folder else _weights_fingerprint(loaded)
    return SentenceEncoder(loaded, name=model, fingerprint=source)


def _why_not(model: str, is_folder: bool, error: Exception) -> str:
    reason = str(error).strip().split("\n")[0][:200]
    if is_folder:
        return f"The model in the folder '{model}' can't be loaded: {reason}"
    offline = " (HF_HUB_OFFLINE is set)" if os.environ.get("HF_HUB_OFFLINE") else ""
    return (
        f"The model '{model}' is neither a folder nor in the local model cache, and it could not "
        f"be downloaded{offline}: check the name and the network, give a model folder, "
        f"or leave it out to use the bundled {DEFAULT_MODEL}"
    )


def _prompts(model: Any, name: str) -> tuple[str, str]:
    """The (query, document) prompts that the model brings, "" for none."""
    prompts = {key.lower(): value or "" for key, value in (model.prompts or {}).items()}
    default = prompts.get(getattr(model, "default_prompt_name", None) or "", "")
    query = prompts.get("query") or default
    document = prompts.get("document") or prompts.get("passage") or default
    if "e5" in Path(name).name.lower() and "instruct" not in name.lower():
        return "query: ", "query: "  # the module's docstring says why
    return query, document


def _weights_fingerprint(model: Any) -> str:
    """A digest over every tensor (4,096 values of each): a name can hold other weights tomorrow."""
    digest = hashlib.sha256()
    for name, tensor in model.state_dict().items():
        digest.update(f"{name}{tuple(tensor.shape)}".encode())
        flat = tensor.detach().flatten()
        step = max(len(flat) // 4096, 1)
        digest.update(flat[::step].float().cpu().numpy().tobytes())
    return digest.hexdigest()[:16]


def _weight(text: str) -> int:
    """About four times the tokens of a text: letters of dense scripts count as most of one."""
    return min(sum(1 if ord(c) < 0x2E80 else 3 for c in text), 2_000) + 8
