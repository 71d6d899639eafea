"""The worker: a process beside the web server for analyses, edits and the encoding of queries.

Torch, scikit-learn and umap-learn are loaded here and not in the server, which stays responsive; a
crash in their native code costs one job and not everybody's session.

``python -m pipeline.jobs.worker`` reads requests from standard input and writes answers to standard
output, one JSON object per line. :mod:`pipeline.jobs.client` is the other end, and
:mod:`pipeline.jobs.requests` defines the requests for jobs. Every request has an ``id``, which its
answers repeat.

Jobs are answered with any number of progress, speed and partial result events, then one final
event::

    {"do": "analyse", "id": 1, "source": path, "name": "reviews.csv", "rows": 789,
     "columns": {...} or null, "rules": {...} or null, "reading": {...},
     "target": folder, "settings": {...}, "edits_from": folder or null, "early": path or null}
    {"do": "add", "id": 1, "folder": folder of the analysis, "target": folder, "source": path, ...}
    {"do": "edit", "id": 1, "target": folder of the analysis, "edit": {...}}
    {"do": "prepare", "id": 1, "target": first folder, "folders": [folders of kept analyses]}
        -> {"id": 1, "event": "progress", "stage": "embed", "done": 64, "total": 789}
        -> {"id": 1, "event": "pace", "pace": reviews per second, "left": seconds of embedding}
        -> {"id": 1, "event": "early", "folder": path, "reviews": 640, "of": 20000}
        -> {"id": 1, "event": "notice", "message": ..., "values": {...}}  for the user, meanwhile
        -> {"id": 1, "event": "done"}

A job can be cancelled, whether it waits or runs::

    {"do": "cancel", "id": 1}
        -> {"id": 1, "event": "stopped"}

Texts are encoded, and the words of queries found, while a job runs::

    {"do": "encode", "id": 2, "model": "multilingual-e5-small", "texts": [...],
     "documents": false}
        -> {"id": 2, "event": "vectors", "shape": [1, 384], "data": float32 in base64}
    {"do": "cover", "id": 4, "model": "multilingual-e5-small", "question": "...", "texts": [...]}
        -> {"id": 4, "event": "covered", "shares": [0.62, ...]}
    {"do": "highlight", "id": 3, "text": "loud music", "phrases": [...], "names": [...]}
        -> {"id": 3, "event": "terms", "terms": [...]}

Any request may end in an error::

        -> {"id": 1, "event": "refused", "message": ...}  the user's input can't be used
        -> {"id": 1, "event": "failed"}                   a fault; the log has its traceback

A process that has loaded its model sends ``{"id": null, "event": "warm"}``.

Jobs run one at a time in the order of arrival. The server runs two of these processes, one for jobs
(with a lower priority) and one for queries; ``POLYGUEST_WORKER`` tells each its role. A process
ends when its input closes.
"""

from __future__ import annotations

import base64
import ctypes
import gc
import json
import logging
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from pipeline.common.errors import InputError, resource_problem
from pipeline.common.logs import set_up_json_logs
from pipeline.common.memory import release_memory
from pipeline.common.progress import StageLog, StageProgress
from pipeline.common.rights import restrict_process
from pipeline.common.settings import worker_role
from pipeline.embedding.encoder import Encoder
from pipeline.embedding.registry import DEFAULT_MODEL, load_encoder_of_analysis
from pipeline.isolation.frames import take_stdout

if TYPE_CHECKING:
    from pipeline.answers.coverage import Coverage

log = logging.getLogger("pipeline.jobs.worker")

_PROGRESS_INTERVAL = 0.1  # seconds between progress events
_JOBS = ("analyse", "edit", "add", "prepare", "compare_models")
_WARM_UP_QUERY = "the lift"
_RELEASE_DELAY = 2.0  # seconds after a job
_MAX_MODELS = 2  # in memory; the least recently used is dropped

Send = Callable[[dict[str, Any]], None]


class _StoppedError(BaseException):
    """The job was cancelled. A BaseException, so that no ``except Exception`` catches it."""


class Worker:
    """Answers requests: jobs, vectors of texts and words of queries, each in a thread of its own.

    Args:
        send: called with each answer, from several threads but never at the same time.
        load: loads a model by its name.
    """

    def __init__(
        self, send: Send, *, load: Callable[[str], Encoder] = load_encoder_of_analysis
    ) -> None:
        self._write = send
        self._load = load
        self._send_lock = threading.Lock()
        self._load_lock = threading.Lock()
        self._models: dict[str, Encoder] = {}
        self._coverage: tuple[Encoder, Coverage | None] | None = None  # of the latest model
        self._cancelled: set[int] = set()
        self._job_lock = threading.Lock()
        self._current_job: tuple[int, int] | None = None  # a job's id and its thread
        self._warm = False
        self._jobs: queue.Queue[dict[str, Any]] = queue.Queue()
        self._texts: queue.Queue[dict[str, Any]] = queue.Queue()
        self._words: queue.Queue[dict[str, Any]] = queue.Queue()
        for args in (
            (self._jobs, self._run_job),
            (self._texts, self._answer_texts),
            (self._words, self._highlight),
        ):
            threading.Thread(target=self._process_queue, args=args, daemon=True).start()

    def read_requests(self, lines: Iterable[bytes]) -> None:
        """Queue requests, and cancel jobs, until there are no more lines."""
        for line in lines:
            request = json.loads(line)
            kind = request["do"]
            if kind == "cancel":
                self._cancel(request["id"])
            elif kind in _JOBS:
                self._jobs.put(request)
            elif kind in ("encode", "cover"):
                self._texts.put(request)
            elif kind == "highlight":
                self._words.put(request)
            else:
                log.error("unknown request %r", kind)
                self._send({"id": request["id"], "event": "failed"})

    def warm_up(self, *, jobs: bool = True) -> None:
        """Load what the first request would wait for: a few seconds, once.

        The bundled model; for jobs umap's code is compiled, for queries one is answered.
        """
        import numpy as np

        gc.disable()  # what is imported stays: looking at it again and again is a seventh of this
        try:
            if jobs:
                from pipeline.isolation.pool import shared_pool

                shared_pool().keep_ready("pipeline.reviews.source")
            model = self.model(DEFAULT_MODEL)
            if jobs:
                from pipeline.common.arrays import unit_rows
                from pipeline.projection.umap_layout import lay_out

                points = np.random.default_rng(0).normal(size=(64, 8)).astype(np.float32)
                lay_out(unit_rows(points))
            else:
                from pipeline.search.highlights import highlight_terms

                model.encode_queries([_WARM_UP_QUERY])
                highlight_terms(_WARM_UP_QUERY)
            self._warm = True
        except Exception:  # the job that needs it reports what is wrong
            log.exception("could not warm up")
        release_memory()
        if self._current_job is None:
            gc.freeze()  # or each job would end with a tenth of a second's look at it
        gc.enable()
        self._send({"id": None, "event": "warm"})

    def model(self, name: str) -> Encoder:
        """The model of this name, loaded at the first call."""
        with self._load_lock:
            encoder = self._models.pop(name, None) or self._load(name)
            self._models[name] = encoder  # the most recently used is last
            while len(self._models) > _MAX_MODELS:
                del self._models[next(iter(self._models))]
            return encoder

    def _send(self, answer: dict[str, Any]) -> None:
        with self._send_lock:
            self._write(answer)

    def _process_queue(
        self, requests: queue.Queue[dict[str, Any]], answer: Callable[[dict[str, Any]], Any]
    ) -> None:
        while True:
            request = requests.get()
            event: dict[str, Any]
            try:
                event = self._handle(request, answer)
            except _StoppedError:
                event = {"event": "stopped"}
            except InputError as error:
                event = {
                    "event": "refused",
                    "message": " ".join(error.args[0].split()),
                    "values": {name: str(value) for name, value in error.values.items()},
                }
            except Exception as error:
                log.exception("%s failed", request["do"])
                problem = resource_problem(error)
                refused = {"event": "refused", "message": problem}
                event = refused if problem else {"event": "failed"}
            self._cancelled.discard(request["id"])
            self._send({"id": request["id"], **event})

    def _handle(
        self, request: dict[str, Any], answer: Callable[[dict[str, Any]], Any]
    ) -> dict[str, Any]:
        if request["do"] not in _JOBS:
            return answer(request)
        thread = threading.get_ident()
        with self._job_lock:
            self._current_job = request["id"], thread
        try:
            return answer(request)
        finally:
            with self._job_lock:
                self._current_job = None
                _raise_in_thread(thread, None)  # a cancellation that came too late

    def _cancel(self, job: int) -> None:
        """Stop a job at its next report of progress, or at once where its thread runs Python code.

        The latter only after the warm-up, because an interrupted import leaves a broken module. The
        client kills the process when neither helps.
        """
        with self._job_lock:
            self._cancelled.add(job)
            if self._warm and self._current_job and self._current_job[0] == job:
                _raise_in_thread(self._current_job[1], _StoppedError)

    def _run_job(self, request: dict[str, Any]) -> dict[str, Any]:
        from pipeline.jobs.requests import request_from_dict
        from pipeline.jobs.tasks import run

        job = request["id"]

        def emit(event: dict[str, Any]) -> None:
            self._send({"id": job, **event})

        stages = StageLog(self._progress_callback(job), emit=emit)
        run(request_from_dict(request), self.model, stages)
        threading.Timer(_RELEASE_DELAY, release_memory).start()  # somebody waits for the answer
        return {"event": "done"}

    def _answer_texts(self, request: dict[str, Any]) -> dict[str, Any]:
        return (self._cover if request["do"] == "cover" else self._encode)(request)

    def _cover(self, request: dict[str, Any]) -> dict[str, Any]:
        """How much of a question texts cover, see :mod:`pipeline.answers.coverage`."""
        from pipeline.answers.coverage import find_coverage

        model = self.model(request["model"])
        if self._coverage is None or self._coverage[0] is not model:
            self._coverage = model, find_coverage(model)
        cover = self._coverage[1]
        if cover is None:
            return {"event": "covered", "shares": None}
        return {"event": "covered", "shares": cover(request["question"], request["texts"]).tolist()}

    def _encode(self, request: dict[str, Any]) -> dict[str, Any]:
        model = self.model(request["model"])
        encode = model.encode_documents if request.get("documents") else model.encode_queries
        vectors = encode(request["texts"])
        data = base64.b64encode(vectors.astype("<f4").tobytes()).decode("ascii")
        return {"event": "vectors", "shape": list(vectors.shape), "data": data}

    def _highlight(self, request: dict[str, Any]) -> dict[str, Any]:
        from pipeline.search.highlights import highlight_terms

        terms = highlight_terms(request["text"], request["phrases"], request["names"])
        return {"event": "terms", "terms": terms}

    def _progress_callback(self, job: int) -> StageProgress:
        last = 0.0

        def report(stage: str, done: int, total: int) -> None:
            nonlocal last
            if job in self._cancelled:
                raise _StoppedError
            now = time.monotonic()
            if done in (0, total) or now - last >= _PROGRESS_INTERVAL:
                last = now
                message = {"event": "progress", "stage": stage, "done": done, "total": total}
                self._send({"id": job, **message})

        report("read", 0, 1)  # a job that was cancelled while it waited ends here
        return report


def _raise_in_thread(thread: int, error: type[BaseException] | None) -> None:
    """Make a thread raise an error when it next runs Python code; None withdraws a pending one."""
    pending = ctypes.py_object(error) if error else None
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), pending)


def _lower_priority() -> None:
    """Let the server and queries have the processor first."""
    import psutil

    own = psutil.Process()
    own.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if sys.platform == "win32" else own.nice() + 5)


def main() -> None:
    """Answer requests from standard input until it closes."""
    # Ctrl+C in the terminal is for the server; this process ends when the server closes its input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if not set_up_json_logs(worker_role()):
        logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    answers = take_stdout()

    def send(answer: dict[str, Any]) -> None:
        answers.write(json.dumps(answer).encode("ascii") + b"\n")
        answers.flush()

    restrict_process()
    jobs = worker_role() == "jobs"
    if jobs:
        _lower_priority()
    worker = Worker(send)
    # At once in both: the process for jobs has a lower priority, which leaves a core to the server.
    threading.Thread(target=worker.warm_up, kwargs={"jobs": jobs}, daemon=True).start()
    try:
        worker.read_requests(sys.stdin.buffer)
    finally:
        os._exit(0)  # the thread of a running job can't be joined


if __name__ == "__main__":
    main()
