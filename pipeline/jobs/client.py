"""The web server's end of :mod:`pipeline.jobs.worker`: sends it work, in turn, and tracks it.

One :class:`WorkerClient` serves all sessions and may be called from any thread. Analyses run in one
process and queries are answered in another: umap-learn's compiled loops hold Python's lock, so that
a query in the same process could wait for seconds, and a process can be killed to stop a job that
does not listen.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.common.paths import cache_folder
from pipeline.jobs.encode_client import FAULT, LOST, MOST_TRIES, QueryClient
from pipeline.jobs.job import Early, Job
from pipeline.jobs.process import COMMAND, WorkerProcess
from pipeline.jobs.queue import FairQueue, JobFiles
from pipeline.jobs.requests import Request

log = logging.getLogger(__name__)

_SECONDS_TO_STOP = 1.0  # then the process is killed
_FINISHED_KEPT = 200


class WorkerClient:
    """Starts the worker at once, and again when it dies.

    Args:
        command: what to run; tests give a small one.
        files: folder in which jobs are written down, so that they outlive the server.
    """

    def __init__(self, command: Sequence[str] = COMMAND, *, files: Path | None = None) -> None:
        self._lock = threading.RLock()
        self._queue = FairQueue()
        self._files = JobFiles(files)
        self._jobs: OrderedDict[str, Job] = OrderedDict()  # by token
        self._running: tuple[Job, int] | None = None  # and the id it was begun under
        self._last = 0
        self.warm = False
        with self._lock:
            self._analyst = WorkerProcess("jobs", self._hear_job, self._lose_job, command)
            self._queries = QueryClient(command)
            for job in self._files.load():
                job.id = self._number()
                self._add(job)
            self._dispatch()

    def submit(self, request: Request, *, rows: int = 1000, owner: str | None = None) -> Job:
        """Ask for a job; returns at once.

        Args:
            request: what is to be done.
            rows: how many reviews, about, for the estimate of the time left.
            owner: who asks; owners take turns. The folder that the target lies in when None.
        """
        with self._lock:
            job = Job(self._number(), request, rows, cold=not self.warm)
            job.owner = str(job.target.parent) if owner is None else owner
            self._add(job)
            self._files.save(job)
            self._dispatch()
            return job

    def encode(self, texts: Sequence[str], model: str, *, documents: bool = False) -> np.ndarray:
        """Raw vectors of queries, or of a few documents: float32 (q, d). Waits, also for a model.

        Raises:
            InputError: the model can't be loaded, or the worker does not answer.
        """
        return self._queries.encode(texts, model, documents=documents)

    def stop(self, job: Job) -> None:
        """Stop a job: for the user at once, in the worker within about a second."""
        with self._lock:
            if job.over:
                return
            job.state = "stopped"
            self._write_down(job)
            self._take_off(job)

    def pause(self, job: Job) -> None:
        """Let others have their turn until :meth:`resume`; what is embedded stays embedded.

        An edit, which is not begun twice, is not paused.
        """
        with self._lock:
            if job.state in ("waiting", "running") and job.request.repeatable:
                job.state = "paused"
                self._write_down(job)
                self._take_off(job)

    def resume(self, job: Job) -> None:
        """Let a paused job wait for its turn again."""
        with self._lock:
            if job.state == "paused":
                job.again(self._number())
                self._write_down(job)
                self._queue.put(job)
                self._dispatch()

    def unfinished(self, owner: str) -> bool:
        """Whether an owner has a job that is not over."""
        with self._lock:
            return any(job.owner == owner and not job.over for job in self._jobs.values())

    def find(self, token: str) -> Job | None:
        """A job by its token, also after a restart of the server; None when it is unknown."""
        with self._lock:
            return self._jobs.get(token)

    def ahead(self, job: Job) -> int:
        """How many jobs come before this one."""
        with self._lock:
            before = int(self._running is not None and self._running[0] is not job)
            waiting = list(self._queue)
            return before + waiting.index(job) if job in waiting else 0

    def close(self) -> None:
        """End the worker."""
        self._analyst.close()
        self._queries.close()
        self._files.close()

    @property
    def process_id(self) -> int:
        """Of the process that runs the jobs now."""
        return self._analyst.id

    def _number(self) -> int:
        self._last += 1
        return self._last

    def _add(self, job: Job) -> None:
        self._jobs[job.token] = job
        while len(self._jobs) > _FINISHED_KEPT and next(iter(self._jobs.values())).over:
            self._jobs.popitem(last=False)
        if job.state == "waiting":
            self._queue.put(job)

    def _dispatch(self) -> None:
        if self._running is None and (job := self._queue.take()):
            self._running = job, job.id
            job.tries += 1
            self._files.save(job)
            self._analyst.ask(job.message_to_worker)

    def _write_down(self, job: Job) -> None:
        if job.token in self._jobs:
            self._files.save(job)

    def _take_off(self, job: Job) -> None:
        """Out of the queue, or out of the worker."""
        if not self._queue.remove(job) and self._running and self._running[0] is job:
            number = self._running[1]
            self._analyst.ask({"do": "cancel", "id": number})
            timer = threading.Timer(_SECONDS_TO_STOP, self._stop_by_force, (number,))
            timer.daemon = True
            timer.start()

    def _stop_by_force(self, number: int) -> None:
        with self._lock:
            if self._running and self._running[1] == number:
                log.info("the job does not listen: its process is ended")
                self._analyst.kill()

    def _lose_job(self) -> None:
        with self._lock:
            self.warm = False
            running, self._running = self._running, None
            job = running[0] if running else None
            if running and job is not None and _runs(job, running[1]):
                # An edit may have been done before the worker died: not twice.
                if job.tries < MOST_TRIES and job.request.repeatable:
                    job.state, job.cold = "waiting", True
                    self._queue.put(job, again=True)
                else:
                    job.message, job.state = LOST, "failed"
                    self._write_down(job)
            self._dispatch()

    def _hear_job(self, answer: dict[str, Any]) -> None:
        event = answer["event"]
        with self._lock:
            if event == "warm":
                self.warm = True
            if self._running is None or answer["id"] != self._running[1]:
                return
            job, number = self._running
            current = _runs(job, number)
            if event == "progress":
                if current:
                    job.reached(answer["stage"], answer["done"], answer["total"])
                return
            if event == "pace":
                job.paced(answer["pace"], answer["left"])
                return
            if event == "early":
                job.early = Early(Path(answer["folder"]), answer["reviews"], answer["of"])
                self._write_down(job)
                return
            self._running = None
            if current:
                job.message = {"refused": answer.get("message", ""), "failed": FAULT}.get(event, "")
                job.state = event
            self._write_down(job)
            self._dispatch()


def _runs(job: Job, number: int) -> bool:
    """Whether what the worker says under a number is still of interest: it was not taken off."""
    return job.id == number and job.state in ("waiting", "running")


_shared: WorkerClient | None = None
_sharing = threading.Lock()


def shared_client() -> WorkerClient:
    """The one of this server, started at the first call; its jobs outlive the server."""
    global _shared
    with _sharing:
        if _shared is None:
            _shared = WorkerClient(files=cache_folder("jobs"))
        return _shared


def unfinished(owner: str) -> bool:
    """Whether an owner has a job of this server that is not over."""
    return _shared is not None and _shared.unfinished(owner)
