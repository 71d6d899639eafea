"""The process that does the heavy work beside the web server: ``python -m pipeline.jobs.worker``.

Torch, scikit-learn and umap-learn are loaded here alone: the server stays quick, and a crash in
their native code costs one job and not everybody's session. Requests and answers are JSON, one
object a line, on standard input and output (:mod:`pipeline.jobs.client` is the other end). Every
request has an ``id``, which its answers repeat::

    {"do": "analyse", "id": 1, "source": path, "target": folder, "name": "reviews.csv",
     "settings": {...}, "columns": {...} or null, "rules": {...} or null, "reading": {...},
     "edits_from": folder or null, "early": path or null}
    {"do": "add", "id": 1, "folder": folder of the analysis, "target": folder, "source": path, ...}
    {"do": "edit", "id": 1, "target": folder of the analysis, "edit": {...}}
    {"do": "prepare", "id": 1, "folders": [of kept analyses, whose stores are filled]}
        -> {"id": 1, "event": "progress", "stage": "embed", "done": 64, "total": 789} ...
        -> {"id": 1, "event": "pace", "pace": reviews a second, "left": seconds of embedding}
        -> {"id": 1, "event": "early", "folder": path, "reviews": 640, "of": 20000}
        -> {"id": 1, "event": "done"}
    {"do": "encode", "id": 2, "model": "multilingual-e5-small", "texts": [...],
     "documents": false}
        -> {"id": 2, "event": "vectors", "shape": [1, 384], "data": float32 in base64}
    {"do": "cancel", "id": 1}
        -> {"id": 1, "event": "stopped"}
    any -> {"id": ..., "event": "refused", "message": ...}  the user's input can't be used
        -> {"id": ..., "event": "failed"}                   a fault; its traceback is in the log

Jobs run one at a time, first come, first served; queries are answered in between. The server runs
two of these processes, one for jobs (at a lower priority) and one for queries, named by
``POLYGUEST_WORKER``. The process ends when its input closes.
"""

from __future__ import annotations

import base64
import ctypes
import json
import logging
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, BinaryIO

from pipeline.common.errors import InputError
from pipeline.common.progress import StageLog, StageProgress
from pipeline.common.settings import worker_role
from pipeline.embedding.encoder import DEFAULT_MODEL, Encoder, load_encoder

log = logging.getLogger("pipeline.jobs.worker")

_SECONDS_BETWEEN_REPORTS = 0.1
_JOBS = ("analyse", "edit", "add", "prepare")
_QUERIES_LATER = 8.0  # seconds, or with the first query
_MOST_MODELS = 2  # kept in memory: the last ones used

Send = Callable[[dict[str, Any]], None]


class _StoppedError(BaseException):
    """The user has stopped the job; no library that catches its own errors may swallow it."""


class Worker:
    """Answers requests; :func:`main` joins it to standard input and output.

    Args:
        send: takes one answer; called from several threads, one at a time.
        load: loads a model by its name.
    """

    def __init__(self, send: Send, *, load: Callable[[str], Encoder] = load_encoder) -> None:
        self._send_one = send
        self._load = load
        self._sending = threading.Lock()
        self._loading = threading.Lock()
        self._models: dict[str, Encoder] = {}
        self._stopped: set[int] = set()
        self._guard = threading.Lock()
        self._at_work: tuple[int, int] | None = None  # a job's id and its thread
        self._warm = False
        self._jobs: queue.Queue[dict[str, Any]] = queue.Queue()
        self._queries: queue.Queue[dict[str, Any]] = queue.Queue()
        for waiting, answer in ((self._jobs, self._work), (self._queries, self._encode)):
            threading.Thread(target=self._serve, args=(waiting, answer), daemon=True).start()

    def take(self, lines: Iterable[bytes]) -> None:
        """Take requests until there are no more."""
        for line in lines:
            request = json.loads(line)
            kind = request["do"]
            if kind == "cancel":
                self._cancel(request["id"])
            elif kind in _JOBS:
                self._jobs.put(request)
            elif kind == "encode":
                self._queries.put(request)
            else:
                log.error("unknown request %r", kind)
                self._send({"id": request["id"], "event": "failed"})

    def warm_up(self, *, jobs: bool = True) -> None:
        """Load the bundled model and, for jobs, compile umap's code: a few seconds, once."""
        import numpy as np

        try:
            self.model(DEFAULT_MODEL)
            if jobs:
                from pipeline.common.arrays import unit_rows
                from pipeline.projection.umap_layout import lay_out

                points = np.random.default_rng(0).normal(size=(64, 8)).astype(np.float32)
                lay_out(unit_rows(points))
            self._warm = True
        except Exception:  # the job that needs it says what is wrong
            log.exception("could not warm up")
        self._send({"id": None, "event": "warm"})

    def model(self, name: str) -> Encoder:
        """The model of this name, loaded when first asked for."""
        with self._loading:
            encoder = self._models.pop(name, None) or self._load(name)
            self._models[name] = encoder  # the last used stands last
            while len(self._models) > _MOST_MODELS:
                del self._models[next(iter(self._models))]
            return encoder

    def _send(self, answer: dict[str, Any]) -> None:
        with self._sending:
            self._send_one(answer)

    def _serve(
        self, waiting: queue.Queue[dict[str, Any]], answer: Callable[[dict[str, Any]], Any]
    ) -> None:
        while True:
            request = waiting.get()
            event: dict[str, Any]
            try:
                event = self._answer(request, answer)
            except _StoppedError:
                event = {"event": "stopped"}
            except InputError as error:
                event = {"event": "refused", "message": " ".join(str(error).split())}
            except Exception:
                log.exception("%s failed", request["do"])
                event = {"event": "failed"}
            self._stopped.discard(request["id"])
            self._send({"id": request["id"], **event})

    def _answer(
        self, request: dict[str, Any], answer: Callable[[dict[str, Any]], Any]
    ) -> dict[str, Any]:
        own = threading.get_ident()
        if request["do"] not in _JOBS:
            return answer(request)
        with self._guard:
            self._at_work = request["id"], own
        try:
            return answer(request)
        finally:
            with self._guard:
                self._at_work = None
                _raise_in(own, None)  # what was still to come is for this job alone

    def _cancel(self, job: int) -> None:
        """Stop a job at its next sign of progress, and in a stage that gives none.

        Not before everything is imported: a module that is broken off stays broken. The client
        kills the process when neither helps.
        """
        with self._guard:
            self._stopped.add(job)
            if self._warm and self._at_work and self._at_work[0] == job:
                _raise_in(self._at_work[1], _StoppedError)

    def _work(self, request: dict[str, Any]) -> dict[str, Any]:
        from pipeline.jobs.requests import request_from_dict
        from pipeline.jobs.tasks import run

        job = request["id"]

        def emit(event: dict[str, Any]) -> None:
            self._send({"id": job, **event})

        run(request_from_dict(request), self.model, StageLog(self._reporter(job), emit=emit))
        return {"event": "done"}

    def _encode(self, request: dict[str, Any]) -> dict[str, Any]:
        model = self.model(request["model"])
        encode = model.encode_documents if request.get("documents") else model.encode_queries
        vectors = encode(request["texts"])
        data = base64.b64encode(vectors.astype("<f4").tobytes()).decode("ascii")
        return {"event": "vectors", "shape": list(vectors.shape), "data": data}

    def _reporter(self, job: int) -> StageProgress:
        last = 0.0

        def report(stage: str, done: int, total: int) -> None:
            nonlocal last
            if job in self._stopped:
                raise _StoppedError
            now = time.monotonic()
            if done in (0, total) or now - last >= _SECONDS_BETWEEN_REPORTS:
                last = now
                message = {"event": "progress", "stage": stage, "done": done, "total": total}
                self._send({"id": job, **message})

        report("read", 0, 1)  # a job that was stopped while it waited ends here
        return report


def _raise_in(thread: int, error: type[BaseException] | None) -> None:
    """Let a thread raise when it next runs Python code; None takes that back."""
    pending = ctypes.py_object(error) if error else None
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), pending)


def _step_back() -> None:
    """Leave the processor to the server and to queries whenever they want it."""
    import psutil

    own = psutil.Process()
    own.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if sys.platform == "win32" else own.nice() + 5)


def main() -> None:
    """Serve standard input until it closes."""
    # The terminal's Ctrl+C is for the server; this process ends when the server lets go of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    answers = _own_standard_output()

    def send(answer: dict[str, Any]) -> None:
        answers.write(json.dumps(answer).encode("ascii") + b"\n")
        answers.flush()

    jobs = worker_role() == "jobs"
    if jobs:
        _step_back()
    worker = Worker(send)
    warm_up = partial(worker.warm_up, jobs=jobs)
    # The jobs' process first: somebody who comes at once begins with a file, and needs a core too.
    later = threading.Timer(0.0 if jobs else _QUERIES_LATER, warm_up)
    later.daemon = True
    later.start()
    try:
        worker.take(sys.stdin.buffer)
    finally:
        os._exit(0)  # a job's thread can't be asked to end, and nobody waits for it any more


def _own_standard_output() -> BinaryIO:
    """Standard output for answers alone: what else is printed goes to standard error."""
    own = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return own


if __name__ == "__main__":
    main()
