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
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from pipeline.errors import InputError

log = logging.getLogger(__name__)

DEFAULT_MODEL = "multilingual-e5-small"  # the bundled one
PRECISIONS = ("float32", "int8")  # of the bundled model's matrix products; the first is usual
PRECISION_VARIABLE = "POLYGUEST_PRECISION"
Progress = Callable[[int, int], None]  # (done, of all)

_GPU_BATCH = 64  # texts
_IN_THIS_THREAD = 8  # fewer texts than this are not worth a queue; a search has one


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
    """An :class:`Encoder` over a SentenceTransformer. Safe to share between threads.

    On a processor every text is a call of its own, on one thread, as many at once as there are
    cores: nothing is padded, threads never wait for each other, and the vector of a text depends
    on the text alone. (In a batch it depends, in its last bits, on the batch's other texts, and
    with quantised activations in more than those.) That is also the fastest way on few cores;
    ``python -m benchmarks.encoding`` has the figures. On a GPU texts are batched.

    Args:
        model: the SentenceTransformer.
        name: as the user gave it.
        fingerprint: of the weights; the prompts are added here.
        threads: how many texts are computed at once; the number of cores when None.
    """

    def __init__(
        self, model: Any, *, name: str, fingerprint: str, threads: int | None = None
    ) -> None:
        self._model = model
        self._tokenizing = threading.Lock()  # tokenizers raise "Already borrowed" when shared
        self._gpu = _FairLock()
        self._threads = threads or usable_cores()
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="encode")
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
        # Longest first: no core is left with a long text at the end, a GPU pads little, and the
        # estimate of the time left only falls. Identical texts are encoded once.
        distinct = sorted(set(texts), key=lambda text: (-len(text), text))
        place = {text: i for i, text in enumerate(distinct)}
        found = np.zeros((len(distinct), self.dimension), np.float32)
        work = self._batches if self._model.device.type != "cpu" else self._one_by_one
        for row, vectors in work(distinct, prompt):
            found[row : row + len(vectors)] = vectors
            if progress:
                progress(row + len(vectors), len(distinct))
        return found[np.array([place[text] for text in texts], np.int64)]

    def _one_by_one(self, texts: list[str], prompt: str) -> Iterator[tuple[int, np.ndarray]]:
        if len(texts) < _IN_THIS_THREAD:
            yield from ((row, self._vector(text, prompt)) for row, text in enumerate(texts))
            return
        waiting = [self._pool.submit(self._vector, text, prompt) for text in texts]
        try:
            for row, one in enumerate(waiting):
                yield row, one.result()
        finally:  # whoever listened may have raised to stop the work
            for one in waiting:
                one.cancel()

    def _vector(self, text: str, prompt: str) -> np.ndarray:
        import torch

        with self._tokenizing:
            features = self._model.preprocess([text], prompt=prompt or None)
        with torch.inference_mode():
            vector = self._model(features)["sentence_embedding"].float()[:, : self.dimension]
            return torch.nn.functional.normalize(vector, dim=1).numpy()

    def _batches(self, texts: list[str], prompt: str) -> Iterator[tuple[int, np.ndarray]]:
        import torch

        row, size = 0, _GPU_BATCH
        while row < len(texts):
            try:
                with self._gpu:  # a turn each, so that a search does not wait behind an upload
                    vectors = self._model.encode(
                        texts[row : row + size],
                        prompt=prompt or None,
                        batch_size=size,
                        show_progress_bar=False,
                        convert_to_numpy=True,
                        normalize_embeddings=True,
                    )
            except torch.OutOfMemoryError:
                if size == 1:
                    raise
                size //= 2
                continue
            yield row, vectors
            row += len(vectors)


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
            the local cache uses the network. The bundled model's precision stands behind
            its name ("multilingual-e5-small:int8") or in ``POLYGUEST_PRECISION``.

    Raises:
        InputError: no such model, or it can't be downloaded.
    """
    bundled, _, precision = model.partition(":")
    if bundled == DEFAULT_MODEL:
        return _load_bundled(model, precision or usual_precision())
    folder = Path(model) if Path(model).is_dir() else None
    if (
        folder is not None
        and not (folder / "config.json").exists()
        and not (folder / "modules.json").exists()
    ):
        raise InputError(f"The folder '{model}' holds no sentence-transformers model")
    try:
        loaded = _load(str(folder or model), local=folder is not None)
    except (OSError, ValueError, RuntimeError, ImportError, KeyError) as error:
        log.info("model %s could not be loaded", model, exc_info=True)
        raise InputError(_why_not(model, folder is not None, error)) from error
    return SentenceEncoder(loaded, name=model, fingerprint=_weights_fingerprint(loaded))


def named_precision(model: str, precision: str | None) -> str:
    """The model's name with a precision of the user's choice, for :func:`load_encoder`.

    Raises:
        InputError: a precision for a model that is not the bundled one.
    """
    if precision is None:
        return model
    if model != DEFAULT_MODEL:
        raise InputError(
            f"The precision {precision} is for the bundled {DEFAULT_MODEL} alone: leave it out "
            f"for '{model}', which is computed in float32"
        )
    return f"{model}:{precision}"


def usual_precision() -> str:
    """What ``POLYGUEST_PRECISION`` says, else the first of :data:`PRECISIONS`."""
    return os.environ.get(PRECISION_VARIABLE, "").strip() or PRECISIONS[0]


def _load_bundled(name: str, precision: str) -> SentenceEncoder:
    if precision not in PRECISIONS:
        raise InputError(
            f"The precision '{precision}' is unknown: choose {' or '.join(PRECISIONS)}"
        )
    from pipeline.offline_model import model_folder

    folder = model_folder()
    if precision == "float32":
        loaded = _load(str(folder), local=True)
        return SentenceEncoder(loaded, name=name, fingerprint=folder.name)
    import torch

    from pipeline.quantised import BUILD, load_quantised

    torch.set_num_threads(1)
    fingerprint = f"{folder.name}-int8-{BUILD}"
    return SentenceEncoder(load_quantised(folder), name=name, fingerprint=fingerprint)


def _load(model: str, *, local: bool) -> Any:
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    transformers_logging.set_verbosity_error()  # else a report of the pooler that e5 never uses
    loaded = SentenceTransformer(model, local_files_only=local, trust_remote_code=False)
    loaded.eval()
    if loaded.device.type == "cpu":
        torch.set_num_threads(1)  # a text a thread: see SentenceEncoder
    return loaded


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


def usable_cores() -> int:
    """How many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS, Windows
        return os.cpu_count() or 1
