"""The client of a server that shares jobs with others: long ones go to the table in the database.

Edits, the filling of search stores and word vectors work on this server's own files, so its own
worker does them, as :class:`pipeline.jobs.client.WorkerClient` does all of them elsewhere.
"""

from __future__ import annotations

import logging
import secrets
import shutil
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from pipeline.analysis.partial import partial_folder, partial_folders
from pipeline.common.errors import InputError
from pipeline.common.transaction import replace_files
from pipeline.common.translation import gettext_noop as N_
from pipeline.jobs.client import WorkerClient
from pipeline.jobs.job import ACTIVE, Job, JobState, PartialResult
from pipeline.jobs.job_table import JobRow, JobTable
from pipeline.jobs.parcel import (
    PARTIAL,
    RESULT,
    SOURCE,
    SharedRequest,
    is_shared,
    latest_partial,
    needed_files,
    relocate,
)
from pipeline.jobs.process import COMMAND
from pipeline.jobs.requests import AnalyseRequest, Request, request_from_dict

log = logging.getLogger(__name__)

_LOOK = 0.4  # seconds between looks at the table


class SharedJobsClient(WorkerClient):
    """Submits long jobs to a table, and follows them there; thread-safe.

    Args:
        table: that servers and workers share.
        sessions: folder in which a folder is made for a job of another server.
        command: of the processes; tests pass a small program.
        files: folder of the files of this server's own jobs.
    """

    is_shared = True

    def __init__(
        self,
        table: JobTable,
        sessions: Path,
        *,
        command: Sequence[str] = COMMAND,
        files: Path | None = None,
    ) -> None:
        self._table, self._sessions = table, sessions
        self._followed: dict[str, Job] = {}  # by token: shared jobs that are not finished
        self._shared: set[str] = set()  # tokens of those and of the finished ones
        self._turns: list[str] = []
        self._acted: dict[str, float] = {}  # by token: when a user has paused or resumed it
        self._closed = threading.Event()
        super().__init__(command, files=files)
        threading.Thread(target=self._follow, daemon=True).start()

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
        """Submit a job; a shared one is in the database when this returns, or refused."""
        if not is_shared(request) or not survives:
            return super().submit(
                request, rows=rows, owner=owner, user=user, room=room, survives=survives
            )
        assert isinstance(request, SharedRequest)  # noqa: S101  it is shared
        with self._lock:
            job = Job(self._next_id(), request, rows, user=user, room=room)
        job.owner = str(job.target.parent) if owner is None else owner
        job.survives = False  # of this server's files: the database has it
        try:
            self._table.add(job, needed_files(request), partial=latest_partial(request))
        except (InputError, OSError) as error:
            job.message = N_("The job can't be submitted: {problem}")
            job.values = {"problem": str(error)}
            job.end(JobState.REFUSED)
            return job
        with self._lock:
            self._jobs[job.token] = self._followed[job.token] = job
            self._shared.add(job.token)
        return job

    def stop(self, job: Job) -> None:
        """Stop a job: for the user at once, in its worker within some seconds."""
        if not self._is_followed(job):
            super().stop(job)
        elif not job.finished:
            with self._lock:
                self._followed.pop(job.token, None)
                job.end(JobState.STOPPED)
            self._set_state(job, JobState.STOPPED, (*ACTIVE, JobState.PAUSED))

    def pause(self, job: Job) -> None:
        """Let other jobs go first until :meth:`resume`."""
        if not self._is_followed(job):
            super().pause(job)
        elif job.state in ACTIVE and self._set_state(job, JobState.PAUSED, ACTIVE):
            with self._lock:
                job.state, self._acted[job.token] = JobState.PAUSED, time.monotonic()

    def resume(self, job: Job) -> None:
        """Return a paused job to the queue."""
        if not self._is_followed(job):
            super().resume(job)
        elif job.state == JobState.PAUSED:
            with self._lock:
                job.requeue(self._next_id())
            self._set_state(job, JobState.WAITING, (JobState.PAUSED,))
            with self._lock:
                self._acted[job.token] = time.monotonic()

    def find(self, token: str) -> Job | None:
        """A job by its token, also one of another server; None when it is unknown."""
        found = super().find(token)
        if found is not None:
            return found
        try:
            row = self._table.rows([token]).get(token)
            return None if row is None else self._adopt(row)
        except (InputError, OSError, KeyError, TypeError, ValueError):
            log.warning("a job of another server can't be followed", exc_info=True)
            return None

    def jobs_ahead(self, job: Job) -> int:
        """Number of jobs that come before this one, on all servers."""
        if not self._is_followed(job):
            return super().jobs_ahead(job)
        with self._lock:
            return self._turns.index(job.token) if job.token in self._turns else 0

    def in_order(self) -> list[Job]:
        """The jobs of all servers that are not finished, beside those that this one does alone."""
        here = super().in_order()
        try:
            rows = self._table.unfinished_rows()
        except InputError as error:
            log.warning("the jobs of other servers can't be listed: %s", error)
            return here
        with self._lock:
            followed, shared = dict(self._followed), set(self._shared)
        listed = [job for job in here if job.token not in shared]
        listed += [followed.get(row.token) or _as_job(row) for row in rows]
        places = [JobState.RUNNING, JobState.WAITING, JobState.PAUSED]
        listed = [job for job in listed if job.state in places]  # others have just ended
        return sorted(listed, key=lambda job: places.index(job.state))

    def close(self) -> None:
        """End the processes; shared jobs go on elsewhere."""
        self._closed.set()
        super().close()

    def _listed(self) -> list[Job]:
        """The jobs that users of this server know of, without those it does for others."""
        return [job for job in super()._listed() if job.survives or job.token in self._shared]

    def _is_followed(self, job: Job) -> bool:
        with self._lock:
            return job.token in self._followed

    def _set_state(self, job: Job, state: JobState, before: Sequence[JobState]) -> bool:
        try:
            return self._table.set_state(job.token, state, before)
        except InputError as error:
            log.warning("the database can't be told of a job: %s", error)
            return False

    def _adopt(self, row: JobRow) -> Job:
        """A job that another server has submitted, in a folder of its own here."""
        folder = self._sessions / secrets.token_hex(16)
        folder.mkdir(mode=0o700)
        request = request_from_dict({"rows": row.details["rows"], **row.request})
        assert isinstance(request, SharedRequest)  # noqa: S101  no other is in the table
        names = self._table.fetch(row.token, SOURCE, folder / SOURCE)
        here = relocate(request, folder, source_name=names[0] if names else "")
        with self._lock:
            job = Job(self._next_id(), here, row.details["rows"])
            job.token, job.owner, job.survives = row.token, str(folder), False
            job.user, job.room = row.details["user"], row.details["room"]
            job.created_at = row.created.timestamp()
        self._take_over(job, row, time.monotonic())
        with self._lock:
            self._jobs[job.token] = job
            self._shared.add(job.token)
            if not job.finished:
                self._followed[job.token] = job
        return job

    def _follow(self) -> None:
        """Take over what the table says of the jobs that are followed."""
        while not self._closed.wait(_LOOK):
            with self._lock:
                followed = dict(self._followed)
            if not followed:
                continue
            asked = time.monotonic()
            try:
                rows = self._table.rows(list(followed))
                if any(job.state == JobState.WAITING for job in followed.values()):
                    self._turns = self._table.unfinished()
            except InputError as error:
                log.warning("the shared jobs can't be read: %s", error)
                continue
            for token, job in followed.items():
                try:
                    self._take_over(job, rows.get(token), asked)
                except (InputError, OSError):  # next time
                    log.warning("the result of a job can't be fetched", exc_info=True)
                if job.finished:
                    with self._lock:
                        self._followed.pop(token, None)
                        self._acted.pop(token, None)

    def _take_over(self, job: Job, row: JobRow | None, asked: float) -> None:
        """Bring a job to what the table said of it when it was asked; its result first."""
        if row is None:  # removed
            job.end(JobState.STOPPED)
            return
        if row.partial is not None and row.state != JobState.DONE:
            self._fetch_partial(job, row)
        if row.state == JobState.DONE:
            self._fetch_result(job)
        with self._lock:
            if job.finished or self._acted.get(job.token, 0.0) >= asked:
                return
            if row.state in (JobState.WAITING, JobState.PAUSED):
                job.state = row.state
            elif row.state == JobState.RUNNING:
                if job.state == JobState.PAUSED:  # resumed on another server
                    job.state = JobState.WAITING
                _update_progress(job, row)
            else:
                job.message, job.values = row.message, row.values
                job.end(row.state)

    def _fetch_result(self, job: Job) -> None:
        def fetch(scratch: Path) -> tuple[str, ...]:
            self._table.fetch(job.token, RESULT, scratch)
            return ()

        job.target.parent.mkdir(parents=True, exist_ok=True)
        replace_files(job.target, fetch)

    def _fetch_partial(self, job: Job, row: JobRow) -> None:
        """Fetch a partial result that is not here, and remove those before the last one."""
        request, known = job.request, job.partial_result
        assert row.partial is not None  # noqa: S101  the caller has looked
        reviews, total = row.partial["reviews"], row.partial["total"]
        if not isinstance(request, AnalyseRequest) or request.partial_base is None:
            return
        if known is not None and known.reviews >= reviews:
            return
        folder = partial_folder(request.partial_base, reviews)
        if not folder.exists():
            folder.parent.mkdir(parents=True, exist_ok=True)

            def fetch(scratch: Path) -> tuple[str, ...]:
                self._table.fetch(job.token, PARTIAL, scratch)
                return ()

            replace_files(folder, fetch)
        job.partial_result = PartialResult(folder, reviews, total)
        for _, old in partial_folders(request.partial_base)[:-2]:
            shutil.rmtree(old, ignore_errors=True)


def _as_job(row: JobRow) -> Job:
    """A job of another server to be listed; its files stay where they are."""
    request = request_from_dict({"rows": row.details["rows"], **row.request})
    job = Job(0, request, row.details["rows"], state=row.state, token=row.token, survives=False)
    job.user, job.room = row.details["user"], row.details["room"]
    job.created_at = row.created.timestamp()
    if row.state == JobState.RUNNING:
        _update_progress(job, row)
    return job


def _update_progress(job: Job, row: JobRow) -> None:
    known = row.progress
    job.update_progress(known.get("stage", "read"), known.get("done", 0), known.get("total", 1))
    job.update_speed(known.get("speed", 0.0), known.get("left", 0.0))
    job.notice, job.notice_values = known.get("notice", ""), known.get("notice_values", {})
