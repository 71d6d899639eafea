"""The web server's side of the worker: submits jobs, tracks their state, and stops them.

Two worker processes run (:mod:`pipeline.jobs.worker`), one for jobs and one for the vectors of
queries: umap-learn's compiled loops hold Python's lock, so that in one process a query could wait
for seconds, and a process can be killed to stop a job that does not respond.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.common.measures import MEASURES, RESTART
from pipeline.jobs.job import ACTIVE, Job, JobState, PartialResult
from pipeline.jobs.process import COMMAND, WorkerProcess
from pipeline.jobs.query_client import (
    CRASH_MESSAGE,
    FAULT_MESSAGE,
    MAX_ATTEMPTS,
    QueryClient,
)
from pipeline.jobs.queue import FairQueue, JobFiles
from pipeline.jobs.requests import Request

log = logging.getLogger(__name__)

_CANCEL_SECONDS = 1.0  # a job that has not ended by then is killed with its process
_MAX_JOBS = 200  # remembered, finished ones included


class WorkerClient:
    """Runs jobs one at a time in a worker process, and encodes queries in another; thread-safe.

    Args:
        command: of the processes; tests pass a small program.
        files: folder of the job files, which let jobs survive a restart of the server; none when
            left out.
        with_queries: whether there is a process for queries.
    """

    is_shared = False  # whether other servers and workers do the same jobs

    def __init__(
        self,
        command: Sequence[str] = COMMAND,
        *,
        files: Path | None = None,
        with_queries: bool = True,
    ) -> None:
        self._lock = threading.RLock()
        self._queue = FairQueue()
        self._files = JobFiles(files)
        self._jobs: OrderedDict[str, Job] = OrderedDict()  # by token
        self._running: tuple[Job, int] | None = None  # and the id it was sent under
        self._last_id = 0
        self.warm = False
        with self._lock:
            self._process = WorkerProcess("jobs", self._on_message, self._on_exit, command)
            self._queries = QueryClient(command) if with_queries else None
            for job in self._files.load():
                job.id = self._next_id()
                self._add(job)
            self._dispatch()

    def submit(
        self,
        request: Request,
        *,
        rows: int = 1000,
        owner: str | None = None,
        user: str = "",
        room: str = "",
        survives: bool = True,
    ) -> Job:
        """Submit a job; returns at once.

        Args:
            request: what is to be done.
            rows: number of reviews, about, for the estimate of the time left.
            owner: whose job it is; owners take turns. The parent folder of the target when None.
            user, room: who asks for it, and in which workspace; "" where there are no logins.
            survives: whether a restart of the server goes on with it.
        """
        with self._lock:
            job = Job(self._next_id(), request, rows, cold=not self.warm, user=user, room=room)
            job.owner = str(job.target.parent) if owner is None else owner
            job.survives = survives
            self._add(job)
            self._files.save(job)
            self._dispatch()
            return job

    def encode(self, texts: Sequence[str], model: str, *, documents: bool = False) -> np.ndarray:
        """Raw vectors of queries, or of a few documents: float32 (q, d). Blocks.

        Raises:
            InputError: the model can't be loaded, or the worker does not answer.
        """
        return self._query_client.encode(texts, model, documents=documents)

    def cover(self, question: str, texts: Sequence[str], model: str) -> np.ndarray | None:
        """How much of a question texts cover: float64 (k,); None where the model can't tell.

        Raises:
            InputError: as :meth:`encode`.
        """
        return self._query_client.cover(question, texts, model)

    def highlight_terms(
        self, text: str, phrases: Sequence[str] = (), names: Sequence[str] = ()
    ) -> tuple[str, ...]:
        """The terms of a query to mark in its hits. Blocks.

        Arguments as for :func:`pipeline.search.highlights.highlight_terms`.

        Raises:
            InputError: the worker does not answer.
        """
        return self._query_client.highlight_terms(text, phrases, names)

    def stop(self, job: Job) -> None:
        """Stop a job: for the user at once, in the worker within about a second."""
        with self._lock:
            if not job.finished:
                job.end(JobState.STOPPED)
                self._save(job)
                self._withdraw(job)

    def pause(self, job: Job) -> None:
        """Let other jobs go first until :meth:`resume`; what is embedded stays embedded.

        An edit is not paused, because it can't be repeated.
        """
        with self._lock:
            if job.state in ACTIVE and job.request.repeatable:
                job.state = JobState.PAUSED
                self._save(job)
                self._withdraw(job)

    def resume(self, job: Job) -> None:
        """Return a paused job to the queue."""
        with self._lock:
            if job.state == JobState.PAUSED:
                job.requeue(self._next_id())
                self._save(job)
                self._queue.put(job)
                self._dispatch()

    def has_unfinished_jobs(self, owner: str) -> bool:
        """Whether an owner has a job that is not finished."""
        with self._lock:
            return any(job.owner == owner and not job.finished for job in self._jobs.values())

    def find(self, token: str) -> Job | None:
        """A job by its token, also after a restart of the server; None when it is unknown."""
        with self._lock:
            return self._jobs.get(token)

    def jobs_ahead(self, job: Job) -> int:
        """Number of jobs that come before this one."""
        with self._lock:
            running = int(self._running is not None and self._running[0] is not job)
            waiting = list(self._queue)
            return running + waiting.index(job) if job in waiting else 0

    def in_order(self) -> list[Job]:
        """The jobs that are not finished: what runs, what waits in its order, what is paused."""
        with self._lock:
            waiting = list(self._queue)
            waiting = [job for job in waiting if job in self._listed()]
            rest = [job for job in self._listed() if not job.finished and job not in waiting]
            running = [job for job in rest if job.state in ACTIVE]
            return [*running, *waiting, *(job for job in rest if job not in running)]

    def close(self) -> None:
        """End both processes."""
        self._process.close()
        if self._queries is not None:
            self._queries.close()
        self._files.close()

    @property
    def process_id(self) -> int:
        """Of the process that runs the jobs now."""
        return self._process.id

    @property
    def process_ids(self) -> dict[str, int]:
        """Role, "jobs" or "queries" -> the process that has it now."""
        found = {"jobs": self._process.id}
        if self._queries is not None:
            found["queries"] = self._queries.process_id
        return found

    def unfinished_jobs(self) -> dict[JobState, int]:
        """How many jobs wait, run or are paused."""
        with self._lock:
            states = [job.state for job in self._listed()]
        return {state: states.count(state) for state in (*ACTIVE, JobState.PAUSED)}

    @property
    def is_idle(self) -> bool:
        """Whether no job runs or waits here."""
        with self._lock:
            return self._running is None and not list(self._queue)

    @property
    def _query_client(self) -> QueryClient:
        assert self._queries is not None  # noqa: S101  who has none asks for no vectors
        return self._queries

    def _listed(self) -> list[Job]:
        """The jobs that users know of; the caller has the lock."""
        return list(self._jobs.values())

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def _add(self, job: Job) -> None:
        self._jobs[job.token] = job
        while len(self._jobs) > _MAX_JOBS and next(iter(self._jobs.values())).finished:
            self._jobs.popitem(last=False)
        if job.state == JobState.WAITING:
            self._queue.put(job)

    def _save(self, job: Job) -> None:
        if job.token in self._jobs:
            self._files.save(job)

    def _dispatch(self) -> None:
        """Send the next job when the worker is idle."""
        if self._running is None and (job := self._queue.pop()):
            self._running = job, job.id
            job.attempts += 1
            self._files.save(job)
            self._process.send(job.message_to_worker)

    def _withdraw(self, job: Job) -> None:
        """Take a job out of the queue, or cancel it in the worker: by force where that fails."""
        if not self._queue.remove(job) and self._running and self._running[0] is job:
            job_id = self._running[1]
            self._process.send({"do": "cancel", "id": job_id})
            timer = threading.Timer(_CANCEL_SECONDS, self._kill_if_running, (job_id,))
            timer.daemon = True
            timer.start()

    def _kill_if_running(self, job_id: int) -> None:
        with self._lock:
            if self._running and self._running[1] == job_id:
                log.info("the job does not respond: its process is killed")
                self._process.kill()

    def _on_exit(self) -> None:
        """The process has died, and another one has started: repeat the job, or give it up."""
        MEASURES.count(RESTART, "jobs")
        with self._lock:
            self.warm = False
            running, self._running = self._running, None
            if running and _is_current(*running):
                job = running[0]
                # An edit may have been completed before the worker died: not twice.
                if job.attempts < MAX_ATTEMPTS and job.request.repeatable:
                    job.state, job.cold = JobState.WAITING, True
                    self._queue.put(job, first=True)
                else:
                    job.message = CRASH_MESSAGE
                    job.end(JobState.FAILED)
                    self._save(job)
            self._dispatch()

    def _on_message(self, message: dict[str, Any]) -> None:
        event = message["event"]
        with self._lock:
            if event == "warm":
                self.warm = True
            if self._running is None or message["id"] != self._running[1]:
                return
            job, job_id = self._running
            if event == "progress":
                if _is_current(job, job_id):
                    job.update_progress(message["stage"], message["done"], message["total"])
            elif event == "pace":
                job.update_speed(message["pace"], message["left"])
            elif event == "notice":
                job.notice, job.notice_values = message["message"], message["values"]
            elif event == "early":
                folder = Path(message["folder"])
                job.partial_result = PartialResult(folder, message["reviews"], message["of"])
                self._save(job)
            else:
                self._running = None
                if _is_current(job, job_id):
                    _end(job, JobState(event), message)
                self._save(job)
                self._dispatch()


def _end(job: Job, state: JobState, message: dict[str, Any]) -> None:
    """End a job as its worker has answered."""
    job.end(state)
    if state == JobState.REFUSED:
        job.message, job.values = message["message"], message.get("values", {})
    elif state == JobState.FAILED:
        job.message = FAULT_MESSAGE


def _is_current(job: Job, job_id: int) -> bool:
    """Whether answers under this id still matter: the job was not stopped, paused or resumed."""
    return job.id == job_id and job.state in ACTIVE
