"""Vectors of queries, from a worker process of their own (:mod:`pipeline.jobs.worker`)."""

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

FAULT = "Something went wrong, and it is not your file's fault: the log has the details."
LOST = (
    "The program's working process ended unexpectedly, perhaps for want of memory. "
    "It has been started again: try once more, with a smaller file if it happens again."
)
MOST_TRIES = 2  # of a request whose worker dies
_KEPT = 500
_SECONDS = 120.0


@dataclass
class _Query:
    request: dict[str, Any]
    vectors: np.ndarray | None = None
    message: str = ""
    tries: int = 1
    over: threading.Event = field(default_factory=threading.Event)


class QueryClient:
    """Asks for vectors, from any thread; the last ones are remembered.

    Args:
        command: what to run; tests give a small one.
    """

    def __init__(self, command: Sequence[str] = COMMAND) -> None:
        self._lock = threading.RLock()
        self._asked: dict[int, _Query] = {}
        self._vectors: OrderedDict[tuple[str, bool, str], np.ndarray] = OrderedDict()
        self._last = 0
        with self._lock:
            self._process = WorkerProcess("queries", self._hear, self._lose, command)

    def encode(self, texts: Sequence[str], model: str, *, documents: bool = False) -> np.ndarray:
        """Raw vectors: float32 (q, d). Waits, also for a model that is being loaded.

        Args:
            texts: q queries, or a few documents such as the sentences of a hit.
            model: by its name.
            documents: whether they are documents.

        Raises:
            InputError: the model can't be loaded, or the worker does not answer.
        """
        keys = [(model, documents, text) for text in texts]
        with self._lock:
            if all(key in self._vectors for key in keys):
                return np.stack([self._vectors[key] for key in keys])
            self._last += 1
            request = {"do": "encode", "id": self._last, "model": model, "texts": list(texts)}
            request["documents"] = documents
            query = self._asked[self._last] = _Query(request)
            self._process.ask(request)
        if not query.over.wait(_SECONDS):
            raise InputError("The search takes too long: try again when the analysis has ended")
        if query.vectors is None:
            raise InputError(query.message)
        with self._lock:
            self._vectors.update(zip(keys, query.vectors, strict=True))
            while len(self._vectors) > _KEPT:
                self._vectors.popitem(last=False)
        return query.vectors

    def close(self) -> None:
        """End the process."""
        self._process.close()

    def _lose(self) -> None:
        with self._lock:
            for number, query in list(self._asked.items()):
                query.tries += 1
                if query.tries <= MOST_TRIES:
                    self._process.ask(query.request)
                else:
                    del self._asked[number]
                    query.message = LOST
                    query.over.set()

    def _hear(self, answer: dict[str, Any]) -> None:
        event = answer["event"]
        with self._lock:
            query = self._asked.pop(answer["id"], None)
        if query is None:
            return
        if event == "vectors":
            data = np.frombuffer(base64.b64decode(answer["data"]), "<f4")
            query.vectors = data.reshape(answer["shape"]).astype(np.float32)
        else:
            query.message = answer["message"] if event == "refused" else FAULT
        query.over.set()
