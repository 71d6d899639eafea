"""What a session has the worker do: one job of what is open, and others beside it."""

from __future__ import annotations

from typing import Any

from pipeline.access.grant import Grant
from pipeline.jobs.client import WorkerClient
from pipeline.jobs.job import Job
from pipeline.jobs.requests import AddRequest, Request
from ui.session.folders import SessionFolder
from ui.session.work import Work


class WorkerJobs:
    """The jobs of a session.

    Args:
        worker: does them.
        grant: who asks for them, and in which workspace.
        folder: of the session.

    Attributes:
        work: what is under way of the file that is open; None for nothing.
    """

    def __init__(self, worker: WorkerClient, grant: Grant, folder: SessionFolder) -> None:
        self._worker, self._grant, self._folder = worker, grant, folder
        self.work: Work | None = None

    def start(self, request: Request, *, rows: int, **about: Any) -> None:
        """Ask for a job of what is open.

        Args:
            request: what is to be done.
            rows: number of reviews, about, for the estimate of the time left.
            about: further fields of :class:`ui.session.work.Work`.
        """
        self.work = Work(self._submit(request, rows), **about)

    def add_next(self, work: Work) -> None:
        """Ask for the first of the files that are to be added to what a job has made."""
        source = work.to_add[0]
        request = AddRequest(source, work.job.target, self._folder.new_path())
        self.work = work.followed_by(self._submit(request, source.rows))

    def submit(self, request: Request, *, rows: int) -> Job:
        """Ask for something beside what is open; what it is must be allowed before."""
        return self._submit(request, rows, owner=str(self._folder.path))

    def stop(self) -> None:
        """Stop what is under way; the session then takes note of it."""
        if self.work is not None:
            self._worker.stop(self.work.job)

    def pause(self) -> None:
        """Let others have their turn, until :meth:`resume`."""
        if self.work is not None:
            self._worker.pause(self.work.job)

    def resume(self) -> None:
        """Go on with the job that is paused."""
        if self.work is not None:
            self._worker.resume(self.work.job)

    def drop(self) -> None:
        """Stop what is under way, and take no note of what it has made."""
        self.stop()
        self.work = None

    def _submit(self, request: Request, rows: int, owner: str | None = None) -> Job:
        grant = self._grant
        return self._worker.submit(
            request, rows=rows, owner=owner, user=grant.user_id, room=grant.slug
        )
