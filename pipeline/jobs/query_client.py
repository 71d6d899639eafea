"""The web server's side of the worker process for queries: their vectors, and their words."""

from __future__ import annotations

import base64
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pipeline.common.errors import InputError
from pipeline.common.measures import MEASURES, RESTART
from pipeline.common.translation import gettext_noop as N_
from pipeline.jobs.process import COMMAND, WorkerProcess

FAULT_MESSAGE = N_(
    "Something went wrong, and it is not your file's fault: the log has the details."
)
CRASH_MESSAGE = N_(
    "The program's worker process ended unexpectedly, perhaps because memory ran out. "
    "It has been restarted: try again, with a smaller file if it happens again."
)
MAX_ATTEMPTS = 2  # of a request whose worker dies
_CACHE_SIZE = 500  # vectors
_TIMEOUT = 120.0  # seconds
_HIGHLIGHT_TIMEOUT = 10.0  # seconds; hits without marks are better than no hits


@dataclass
class _Pending:
    """A request that waits for its answer.

    Attributes:
        message: the request.
        answer: the message that ends it; None where the worker died of it.
        attempts: times that it was sent.
        answered: set when there is an answer, or none to be expected.
    """

    message: dict[str, Any]
    answer: dict[str, Any] | None = None
    attempts: int = 1
    answered: threading.Event = field(default_factory=threading.Event)


class QueryClient:
    """Encodes texts and finds the words of queries in a worker process; thread-safe.

    The latest vectors are cached.

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
        answer = self._ask(
            {"do": "encode", "model": model, "texts": list(texts), "documents": documents}, _TIMEOUT
        )
        data = np.frombuffer(base64.b64decode(answer["data"]), "<f4")
        vectors = data.reshape(answer["shape"]).astype(np.float32)
        with self._lock:
            self._cache.update(zip(keys, vectors, strict=True))
            while len(self._cache) > _CACHE_SIZE:
                self._cache.popitem(last=False)
        return vectors

    def cover(self, question: str, texts: Sequence[str], model: str) -> np.ndarray | None:
        """How much of a question texts cover: float64 (k,); None where the model can't tell.

        Blocks. See :mod:`pipeline.answers.coverage`.

        Raises:
            InputError: as :meth:`encode`.
        """
        message = {"do": "cover", "model": model, "question": question, "texts": list(texts)}
        shares = self._ask(message, _TIMEOUT)["shares"]
        return None if shares is None else np.array(shares, np.float64)

    def highlight_terms(
        self, text: str, phrases: Sequence[str] = (), names: Sequence[str] = ()
    ) -> tuple[str, ...]:
        """The terms of a query to mark in its hits, of which the worker has the dictionaries.

        Arguments as for :func:`pipeline.search.highlights.highlight_terms`. Blocks.

        Raises:
            InputError: the worker does not answer.
        """
        message = {"do": "highlight", "text": text, "phrases": phrases, "names": names}
        return tuple(self._ask(message, _HIGHLIGHT_TIMEOUT)["terms"])

    @property
    def process_id(self) -> int:
        """Of the process that answers now."""
        return self._process.id

    def close(self) -> None:
        """End the process."""
        self._process.close()

    def _ask(self, message: dict[str, Any], timeout: float) -> dict[str, Any]:
        """The answer to a request.

        Raises:
            InputError: it is refused, or none comes.
        """
        with self._lock:
            self._last_id += 1
            pending = _Pending({"id": self._last_id, **message})
            self._pending[self._last_id] = pending
            self._process.send(pending.message)
        if not pending.answered.wait(timeout):
            raise InputError("The search takes too long: try again when the analysis has ended")
        answer = pending.answer
        if answer is None:
            raise InputError(CRASH_MESSAGE)
        if answer["event"] == "refused":
            raise InputError(answer["message"], **answer.get("values", {}))
        if answer["event"] == "failed":
            raise InputError(FAULT_MESSAGE)
        return answer

    def _on_exit(self) -> None:
        MEASURES.count(RESTART, "queries")
        with self._lock:
            for query_id, pending in list(self._pending.items()):
                pending.attempts += 1
                if pending.attempts <= MAX_ATTEMPTS:
                    self._process.send(pending.message)
                else:
                    del self._pending[query_id]
                    pending.answered.set()

    def _on_message(self, message: dict[str, Any]) -> None:
        with self._lock:
            pending = self._pending.pop(message["id"], None)
        if pending is not None:
            pending.answer = message
            pending.answered.set()
