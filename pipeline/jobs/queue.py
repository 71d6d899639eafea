"""The queue of waiting jobs, and the files that let jobs survive a restart of the server."""

from __future__ import annotations

import json
import logging
import time
from collections import OrderedDict, deque
from collections.abc import Iterator
from pathlib import Path

from pipeline.common.files import atomic_write
from pipeline.common.paths import report_unusable_cache
from pipeline.common.scratch import remove_abandoned, remove_path
from pipeline.jobs.job import Job, JobState, PartialResult
from pipeline.jobs.requests import AddRequest, AnalyseRequest, request_from_dict

log = logging.getLogger(__name__)

_MAX_AGE = 24 * 3600.0  # seconds


class FairQueue:
    """Waiting jobs: brief ones first, and of each kind round-robin by owner; not thread-safe.

    Whoever has clicked on an edit waits for it, so it goes before analyses, which take minutes. Ten
    jobs of one owner do not keep the others waiting for ten jobs.
    """

    def __init__(self) -> None:
        self._brief = _Turns()
        self._long = _Turns()

    def put(self, job: Job, *, first: bool = False) -> None:
        """Append a job to its owner's; with ``first``, put it before all others of its kind."""
        self._turns(job).put(job, first=first)

    def pop(self) -> Job | None:
        """Remove and return the next job; its owner moves to the end."""
        return self._brief.pop() or self._long.pop()

    def remove(self, job: Job) -> bool:
        """Remove a job; whether it was in the queue."""
        return self._turns(job).remove(job)

    def __iter__(self) -> Iterator[Job]:
        """The jobs in the order in which :meth:`pop` returns them."""
        yield from self._brief
        yield from self._long

    def _turns(self, job: Job) -> _Turns:
        return self._brief if job.request.brief else self._long


class _Turns:
    """Jobs, round-robin by owner."""

    def __init__(self) -> None:
        self._owners: OrderedDict[str, deque[Job]] = OrderedDict()

    def put(self, job: Job, *, first: bool) -> None:
        jobs = self._owners.setdefault(job.turn, deque())
        if first:
            jobs.appendleft(job)
            self._owners.move_to_end(job.turn, last=False)
        else:
            jobs.append(job)

    def pop(self) -> Job | None:
        for owner in list(self._owners):
            jobs = self._owners.pop(owner)
            job = jobs.popleft()
            if jobs:
                self._owners[owner] = jobs
            return job
        return None

    def remove(self, job: Job) -> bool:
        jobs = self._owners.get(job.turn, deque())
        if job not in jobs:
            return False
        jobs.remove(job)
        if not jobs:
            del self._owners[job.turn]
        return True

    def __iter__(self) -> Iterator[Job]:
        rounds = max(map(len, self._owners.values()), default=0)
        for turn in range(rounds):
            yield from (jobs[turn] for jobs in self._owners.values() if turn < len(jobs))


class JobFiles:
    """A folder with one small JSON file for each job: its request and its state.

    Where several servers share a folder, the first one owns it and the others store nothing.

    Args:
        folder: of the files; None stores nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        from filelock import FileLock, Timeout

        self._folder = folder
        if folder is not None:
            remove_abandoned(folder)
            self._lock = FileLock(folder / "server.lock")
            try:
                folder.mkdir(parents=True, exist_ok=True)
                self._lock.acquire(timeout=0)
            except Timeout:
                self._folder = None
            except OSError as error:  # jobs then don't survive a restart
                report_unusable_cache(folder, error)
                self._folder = None

    def save(self, job: Job) -> None:
        """Write the file of a job; delete it when the job was stopped.

        A job that can't be repeated, or that a restart ends, has no file.
        """
        if self._folder is None or not job.request.repeatable or not job.survives:
            return
        path = self._folder / f"{job.token}.json"
        partial = job.partial_result
        entry = {
            "token": job.token,
            "owner": job.owner,
            "rows": job.rows,
            "tries": job.attempts,
            "state": job.state,
            "message": job.message,
            "values": job.values,
            "began": job.created_at,
            "request": job.message_to_worker,
            "early": [str(partial.folder), partial.reviews, partial.total] if partial else None,
        }
        if job.room:  # there are logins
            entry |= {"user": job.user, "room": job.room}
        try:
            if job.state == JobState.STOPPED:
                path.unlink(missing_ok=True)
                return
            with atomic_write(path, "w", encoding="utf-8") as file:
                json.dump(entry, file)
        except OSError as error:
            report_unusable_cache(path, error)

    def load(self) -> list[Job]:
        """The jobs of an earlier server, oldest first.

        A running job is waiting again. Files that are too old or damaged are deleted, and those of
        unfinished jobs whose source is gone.
        """
        found = []
        for path in sorted(self._folder.glob("*.json")) if self._folder else []:
            try:
                job = _read_job(path)
                if path.stem != job.token or not (job.finished or _has_source(job)) or _is_old(job):
                    raise ValueError("it is too old, or its source is gone")
                found.append(job)
            except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
                log.info("the job in %s is dropped: %s", path, error)
                remove_path(path)
        return sorted(found, key=lambda job: job.created_at)

    def close(self) -> None:
        """Release the folder for another server."""
        if self._folder is not None:
            self._lock.release()
            self._folder = None


def _read_job(path: Path) -> Job:
    entry = json.loads(path.read_text("utf-8"))
    rows = int(entry["rows"])
    # Version 0.1.0 did not write the rows into the request.
    job = Job(0, request_from_dict({"rows": rows, **entry["request"]}), rows, cold=True)
    job.token, job.owner = str(entry["token"]), str(entry["owner"])
    job.user, job.room = str(entry.get("user", "")), str(entry.get("room", ""))
    job.attempts, job.created_at = int(entry["tries"]), float(entry["began"])
    job.message, job.state = str(entry["message"]), JobState(entry["state"])
    job.values = {str(name): str(value) for name, value in entry.get("values", {}).items()}
    if job.state == JobState.RUNNING:
        job.state = JobState.WAITING
    if entry.get("early"):
        folder, reviews, total = entry["early"]
        job.partial_result = PartialResult(Path(folder), int(reviews), int(total))
    return job


def _has_source(job: Job) -> bool:
    request = job.request
    return isinstance(request, AnalyseRequest | AddRequest) and request.source.path.is_file()


def _is_old(job: Job) -> bool:
    return time.time() - job.created_at > _MAX_AGE
