"""The web server's side of the worker process that encodes queries."""

from __future__ import annotations

import base64
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pipeline.common.errors import InputError
from pipeline.jobs.process import COMMAND, WorkerProcess

FAULT_MESSAGE = "Something went wrong, and it is not your file's fault: the log has the details."
CRASH_MESSAGE = (
    "The program's worker process ended unexpectedly, perhaps because memory ran out. "
    "It has been restarted: try again, with a smaller file if it happens again."
)
MAX_ATTEMPTS = 2  # of a request whose worker dies
_CACHE_SIZE = 500  # vectors
_TIMEOUT = 120.0  # seconds


@dataclass
class _Pending:
    """A request that waits for its answer."""

    message: dict[str, Any]
    vectors: np.ndarray | None = None
    error: str = ""
    attempts: int = 1
    answered: threading.Event = field(default_factory=threading.Event)


class EncodeClient:
    """Encodes texts in a worker process, with a cache of the latest; thread-safe.

    Args:
        command: of the process; tests pass a small program.
    """

    def __init__(self, command: Sequence[str] = COMMAND) -> None:
        self._lock = threading.RLock()
        self._pending: dict[int, _Pending] = {}  # by id
        self._cache: OrderedDict[tuple[str, bool, str], np.ndarray] = OrderedDict()
        self._last_id = 0
        with self._lock:
            self._process = WorkerProcess("queries", self._on_message, self._on_exit, command)

    def encode(self, texts: Sequence[str], model: str, *, documents: bool = False) -> np.ndarray:
        """Raw vectors: float32 (q, d). Blocks, also while a model is loaded.

        Args:
            texts: q queries, or a few documents such as the sentences of a hit.
            model: name of the model.
            documents: whether the texts are documents.

        Raises:
            InputError: the model can't be loaded, or the worker does not answer.
        """
        keys = [(model, documents, text) for text in texts]
        with self._lock:
            if all(key in self._cache for key in keys):
                return np.stack([self._cache[key] for key in keys])
            self._last_id += 1
            message = {
                "do": "encode",
                "id": self._last_id,
                "model": model,
                "texts": list(texts),
                "documents": documents,
            }
            pending = self._pending[self._last_id] = _Pending(message)
            self._process.send(message)
        if not pending.answered.wait(_TIMEOUT):
            raise InputError("The search takes too long: try again when the analysis has ended")
        if pending.vectors is None:
            raise InputError(pending.error)
        with self._lock:
            self._cache.update(zip(keys, pending.vectors, strict=True))
            while len(self._cache) > _CACHE_SIZE:
                self._cache.popitem(last=False)
        return pending.vectors

    def close(self) -> None:
        """End the process."""
        self._process.close()

    def _on_exit(self) -> None:
        with self._lock:
            for query_id, pending in list(self._pending.items()):
                pending.attempts += 1
                if pending.attempts <= MAX_ATTEMPTS:
                    self._process.send(pending.message)
                else:
                    del self._pending[query_id]
                    pending.error = CRASH_MESSAGE
                    pending.answered.set()

    def _on_message(self, message: dict[str, Any]) -> None:
        event = message["event"]
        with self._lock:
            pending = self._pending.pop(message["id"], None)
        if pending is None:
            return
        if event == "vectors":
            data = np.frombuffer(base64.b64decode(message["data"]), "<f4")
            pending.vectors = data.reshape(message["shape"]).astype(np.float32)
        else:
            pending.error = message["message"] if event == "refused" else FAULT_MESSAGE
        pending.answered.set()
