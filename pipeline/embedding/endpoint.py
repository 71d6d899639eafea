"""An encoder behind an endpoint of the form of OpenAI's ``/v1/embeddings``.

Hosted services (DashScope, OpenAI, ...) and local servers (Ollama, vLLM, text-embeddings-inference)
have it. The texts leave this machine for the host that the administrator has set, so that nothing
is sent unless the setting is there and a model ``endpoint:NAME`` is asked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any

import numpy as np

from pipeline.common import settings, variables
from pipeline.common.arrays import unit_rows
from pipeline.common.errors import InputError
from pipeline.common.http_client import Service
from pipeline.common.progress import Progress
from pipeline.embedding.prompts import find_prompts

SCHEME = "endpoint:"
_BATCH = 10  # texts of a call: the most that DashScope takes
_CALLS = 4  # at once
_BLANK = "-"  # sent for a text without a letter, which services refuse


class EndpointEncoder:
    """An :class:`Encoder` that asks a service. Safe to share between threads.

    Args:
        service: the service.
        model: its name for the model.
        dimension: of the vectors, for models that can be asked for fewer; their own when None.

    Attributes:
        tokens: how many the service has counted so far.
    """

    def __init__(self, service: Service, model: str, *, dimension: int | None = None) -> None:
        self._service, self._model, self._asked = service, model, dimension
        self._prompts = find_prompts(model)
        self._lock = Lock()
        self.tokens = 0
        self.name = f"{SCHEME}{model}" + (f"@{dimension}" if dimension else "")
        self.dimension = len(self._call(["dimension"])[0])
        told = f"{service.url}\0{model}\0{dimension}\0{self._prompts}"
        self.fingerprint = f"endpoint-{hashlib.sha256(told.encode()).hexdigest()[:16]}"

    @property
    def price(self) -> float | None:
        """Price of a million tokens, by ``POLYGUEST_EMBEDDINGS_PRICE``; None where it isn't set."""
        return settings.embeddings_price()

    def encode_documents(
        self, texts: Sequence[str], *, progress: Progress | None = None
    ) -> np.ndarray:
        """Vectors of reviews: float32 (n, d), rows of length 1."""
        return self._encode(texts, self._prompts.document, progress)

    def encode_queries(
        self, texts: Sequence[str], *, progress: Progress | None = None
    ) -> np.ndarray:
        """Vectors of queries: float32 (n, d), rows of length 1."""
        return self._encode(texts, self._prompts.query, progress)

    def _encode(self, texts: Sequence[str], prompt: str, progress: Progress | None) -> np.ndarray:
        distinct = list(dict.fromkeys(texts))
        batches = [distinct[start : start + _BATCH] for start in range(0, len(distinct), _BATCH)]
        vectors = np.zeros((len(distinct), self.dimension), np.float32)
        done = 0
        with ThreadPoolExecutor(_CALLS, thread_name_prefix="endpoint") as pool:
            futures = [
                pool.submit(self._call, [prompt + text for text in batch]) for batch in batches
            ]
            try:
                for future in futures:
                    found = future.result()
                    if found.shape[1] != self.dimension:
                        raise InputError(
                            "{host} sends vectors of {found} dimensions after such of "
                            "{dimension}: try again",
                            host=self._service.host,
                            found=found.shape[1],
                            dimension=self.dimension,
                        )
                    vectors[done : done + len(found)] = found
                    done += len(found)
                    if progress:
                        progress(done, len(distinct))
            finally:
                for future in futures:
                    future.cancel()
        row_of = {text: row for row, text in enumerate(distinct)}
        return vectors[np.array([row_of[text] for text in texts], np.int64)]

    def _call(self, texts: list[str]) -> np.ndarray:
        body: dict[str, Any] = {
            "model": self._model,
            "input": [text if text.strip() else _BLANK for text in texts],
            "encoding_format": "float",
        }
        if self._asked:
            body["dimensions"] = self._asked
        answer = self._service.post("embeddings", body)
        usage = answer.get("usage")
        counted = usage.get("total_tokens") if isinstance(usage, dict) else None
        with self._lock:
            self.tokens += counted if isinstance(counted, int) else 0
        return unit_rows(self._vectors(answer, len(texts)))

    def _vectors(self, answer: dict[str, Any], count: int) -> np.ndarray:
        """The vectors of an answer in the order of the texts, checked: float32 (count, d)."""
        try:
            rows = sorted(answer["data"], key=lambda row: row["index"])
            if [row["index"] for row in rows] != list(range(count)):
                raise ValueError("other texts")
            vectors = np.array([row["embedding"] for row in rows], np.float32)
            if vectors.ndim != 2 or not vectors.shape[1] or not np.isfinite(vectors).all():
                raise ValueError("no vectors")
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(
                "{host} answers with something else than {count} vectors: is '{model}' a model "
                "of embeddings?",
                host=self._service.host,
                count=count,
                model=self._model,
            ) from error
        return vectors


def open_endpoint(name: str, *, dimension: int | None = None) -> EndpointEncoder:
    """The encoder of a model "endpoint:NAME".

    Raises:
        InputError: no endpoint is set, or it does not answer as it should.
    """
    model = name.removeprefix(SCHEME).strip()
    service = settings.embeddings_service()
    if service is None or not model:
        raise InputError(
            "The model '{name}' is behind an endpoint: set {setting} to its address, such as "
            "http://localhost:11434/v1, and name the model as endpoint:NAME",
            name=name,
            setting=variables.EMBEDDINGS_URL.name,
        )
    return EndpointEncoder(service, model, dimension=dimension)
